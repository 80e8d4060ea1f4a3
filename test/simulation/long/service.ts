import {
  codedError,
  type HttpRequest,
  type HttpResponse,
  NotSentError,
  type Transport,
} from '../../../src/client/connection/http';
import { metadataOf } from '../../support/metadata';
import type { VirtualClock } from '../clock';

const hour = 3_600_000;

/** A service for runs of days: it lists objects of many types, takes what is published, and counts what it is asked. */
export class LongService implements Transport {
  isUp = true;
  requests = 0;
  polls = 0;
  consumed = 0;
  published = 0;
  /** How many requests there were in each hour. */
  readonly perHour: number[] = [];
  readonly #listed = new Map<string, Map<string, string>>();
  readonly #lists = new Map<string, string>();
  #versions = 1_795_471_707_473_328_791n;

  /** @param onList called before a list is answered: something may come just then. */
  constructor(
    private readonly clock: VirtualClock,
    private readonly kind: 'CSS' | 'ESS',
    private readonly onList: (objectType: string) => void = () => undefined,
  ) {}

  put(objectType: string, objectID: string): void {
    this.#versions += 1n;
    const listed = this.#listed.get(objectType) ?? new Map<string, string>();
    listed.set(objectID, String(this.#versions));
    this.#listed.set(objectType, listed);
    this.#lists.delete(objectType);
  }

  count(objectType: string): number {
    return this.#listed.get(objectType)?.size ?? 0;
  }

  async request({ method, path, body }: HttpRequest): Promise<HttpResponse> {
    this.#count();
    if (body !== undefined && typeof body !== 'string' && !Buffer.isBuffer(body)) {
      for await (const _ of body);
    }
    if (!this.isUp) throw new NotSentError('ECONNREFUSED', 'nobody listens', codedError('ECONNREFUSED', ''));
    if (path.endsWith('/health')) return answer(200, `{"general":{"nodeType":"${this.kind}"}}`);
    const [objectType = '', objectID, word] = path
      .split('?')[0]
      ?.split('/')
      .slice(this.kind === 'CSS' ? 5 : 4) ?? [''];
    if (objectID === undefined) return this.#list(objectType);
    if (method === 'PUT' && word === undefined) {
      this.published += 1;
      return answer(204);
    }
    const version = this.#listed.get(objectType)?.get(objectID);
    if (version === undefined) return answer(404);
    if (method === 'GET') return answer(200, written(objectType, objectID, version));
    this.#listed.get(objectType)?.delete(objectID);
    this.#lists.delete(objectType);
    this.consumed += 1;
    return answer(204);
  }

  trust(): void {
    // There are no certificates.
  }

  async close(): Promise<void> {
    // There are no connections.
  }

  #list(objectType: string): HttpResponse {
    this.polls += 1;
    this.onList(objectType);
    const listed = this.#listed.get(objectType);
    if (!listed || listed.size === 0) return answer(404);
    let list = this.#lists.get(objectType);
    if (list === undefined) {
      list = `[${Array.from(listed, ([objectID, version]) => written(objectType, objectID, version)).join(',')}]`;
      this.#lists.set(objectType, list);
    }
    return answer(200, list);
  }

  #count(): void {
    const now = Math.floor(this.clock.elapsed() / hour);
    this.requests += 1;
    this.perHour[now] = (this.perHour[now] ?? 0) + 1;
  }
}

function written(objectType: string, objectID: string, version: string): string {
  const metadata = metadataOf({ objectType, objectID, instanceID: version, dataID: version });
  return JSON.stringify(metadata).replace(/("(?:instance|data)ID":)"(\d+)"/g, '$1$2');
}

function answer(status: number, text = ''): HttpResponse {
  async function* body(): AsyncGenerator<Buffer> {
    if (text) yield Buffer.from(text);
  }
  return { status, headers: {}, body: body(), discard: () => undefined };
}
