import {
  codedError,
  type HttpRequest,
  type HttpResponse,
  NotSentError,
  type Transport,
} from '../../../src/client/connection/http';
import type { VirtualClock } from '../../simulation/clock';
import { metadataOf } from '../../support/metadata';
import type { SeededRandom } from '../../support/random';

/** Something that the service has done: it was asked by an action of some number. */
export interface Taken {
  readonly key: string;
  readonly what: 'whole' | 'metadata' | 'data' | 'fields' | 'activity' | 'deletion';
  /** 0 where the request does not say it. */
  readonly action: number;
  /** Of the process that asked. */
  readonly life: number;
  /** Whether the one who asked has got the answer. */
  answered: boolean;
}

interface Stored {
  data: number;
  fields: number;
  isActive: boolean;
  isDeleted: boolean;
  /** The rest of longer data stands behind its data. */
  isSpoilt: boolean;
}

/** What an object is like, in a line; undefined where there is none. */
export type Look = string | undefined;

/** What befalls a request. */
type Fault = 'refused' | 'cut before' | 'cut after' | 500 | 503;

/**
 * A CSS as an outbox meets it: objects with data and fields, deletions that wait for edges, and a line that fails. Data
 * and versions carry the number of the action that they come from.
 */
export class ModelService {
  readonly taken: Taken[] = [];
  /** What it should never be asked. */
  readonly wrongs: string[] = [];
  isUp = true;
  /** How many of a hundred requests fail, in one way or another. */
  faults = 0;
  readonly #objects = new Map<string, Stored>();
  /** What uploads that were cut have left, in bytes: it stays behind shorter data, once. */
  readonly #left = new Map<string, number>();
  /** Lives and objects of which an answer was cut. */
  readonly #troubled = new Set<string>();
  #lives = 0;

  constructor(
    readonly clock: VirtualClock,
    private readonly random: SeededRandom,
  ) {}

  lookOf(key: string): Look {
    const stored = this.#objects.get(key);
    if (!stored || stored.isDeleted) return undefined;
    return `${lookOf(stored)}${stored.isSpoilt ? ', spoilt' : ''}`;
  }

  /** Whether an answer about an object was cut, or one about the service: the client sends data twice then, once it can. */
  isTroubled(life: number, key: string): boolean {
    return this.#troubled.has(`${life} ${key}`) || this.#troubled.has(`${life} `);
  }

  /** The connections of one process. */
  transport(isAlive: () => boolean): Transport {
    this.#lives += 1;
    return {
      request: (request) => this.#request(request, isAlive),
      trust: () => undefined,
      close: () => Promise.resolve(),
    };
  }

  async #request(request: HttpRequest, isAlive: () => boolean): Promise<HttpResponse> {
    const fault = this.#fault();
    const body = await textOf(request.body).catch((error: unknown) => {
      // The disk does not give what was to be sent.
      this.#trouble(request);
      throw error;
    });
    await this.#delay();
    if (!this.isUp || fault === 'refused')
      return this.#fail(new NotSentError('ECONNREFUSED', '', ''), isAlive);
    if (fault) this.#trouble(request);
    if (fault === 'cut before') return this.#cut(request, body, isAlive);
    if (typeof fault === 'number') return this.#respond({ status: fault, text: 'a fault\n' }, isAlive);
    const { taken, ...reply } = this.#answer(request, body);
    if (taken) this.taken.push(taken);
    await this.#delay();
    if (!this.isUp) this.#trouble(request);
    if (fault === 'cut after' || !this.isUp) return this.#fail(codedError('ECONNRESET', 'cut'), isAlive);
    if (taken && isAlive()) taken.answered = true;
    return this.#respond(reply, isAlive);
  }

  #trouble({ path }: HttpRequest): void {
    this.#troubled.add(`${this.#lives} ${keyIn(path)}`);
  }

  #fault(): Fault | undefined {
    if (this.random.below(100) >= this.faults) return undefined;
    return this.random.pick<Fault>(['refused', 'cut before', 'cut after', 'cut after', 500, 503]);
  }

  #answer({ method, path }: HttpRequest, body: string): { status: number; text: string; taken?: Taken } {
    if (path.startsWith('/api/v1/health')) {
      return {
        status: 200,
        text: '{"general":{"nodeType":"CSS","healthStatus":"green","upTime":1},"dbHealth":{}}',
      };
    }
    const [objectType = '', objectID = '', word] = wordsOf(path);
    const key = keyIn(path);
    const stored = this.#objects.get(key);
    if (method === 'GET') {
      if (!stored) return { status: 404, text: '' };
      if (word === 'status') return { status: 200, text: stored.isDeleted ? 'objdeleted' : 'ready' };
      const { data, isDeleted: deleted } = stored;
      return {
        status: 200,
        text: JSON.stringify(metadataOf({ objectType, objectID, deleted, dataID: String(data) })),
      };
    }
    if (method === 'DELETE') return this.#delete(key, stored);
    if (stored?.isDeleted) return { status: 400, text: "Can't update object of the receiving side\n" };
    if (word === 'activate' || word === 'data') {
      if (!stored) return { status: 404, text: '' };
      if (word === 'activate') stored.isActive = true;
      else this.#store(key, stored, body);
      const taken = word === 'data' ? this.#took(key, 'data', stored.data) : this.#took(key, 'activity', 0);
      return { status: 204, text: '', taken };
    }
    const { data, meta } = JSON.parse(body) as {
      data?: string;
      meta: { version: string; inactive?: boolean; metaOnly?: boolean };
    };
    const fields = Number(meta.version);
    if (meta.metaOnly && stored) {
      stored.fields = fields;
    } else {
      const created = { data: 0, fields, isActive: !meta.inactive, isDeleted: false, isSpoilt: false };
      if (data !== undefined) this.#store(key, created, Buffer.from(data, 'base64').toString());
      this.#objects.set(key, created);
    }
    const what = meta.metaOnly ? 'fields' : data === undefined ? 'metadata' : 'whole';
    return { status: 204, text: '', taken: this.#took(key, what, fields) };
  }

  #store(key: string, stored: Stored, body: string): void {
    stored.data = numberIn(body);
    stored.isSpoilt = (this.#left.get(key) ?? 0) > body.length;
    this.#left.delete(key);
  }

  #cut(request: HttpRequest, body: string, isAlive: () => boolean): Promise<never> {
    if (wordsOf(request.path)[2] === 'data') {
      const key = keyIn(request.path);
      this.#left.set(key, Math.max(this.#left.get(key) ?? 0, Math.floor(this.random.next() * body.length)));
    }
    return this.#fail(codedError('ECONNRESET', 'cut'), isAlive);
  }

  #delete(key: string, stored: Stored | undefined): { status: number; text: string; taken?: Taken } {
    if (!stored) return { status: 404, text: '' };
    if (stored.isDeleted) this.wrongs.push(`${key} was deleted a second time, which undoes the first`);
    stored.isDeleted = true;
    this.clock.after(this.random.next() * 20_000, () => {
      if (this.#objects.get(key) === stored) this.#objects.delete(key);
    });
    return { status: 204, text: '', taken: this.#took(key, 'deletion', 0) };
  }

  #took(key: string, what: Taken['what'], action: number): Taken {
    return { key, what, action, life: this.#lives, answered: false };
  }

  #delay(): Promise<void> {
    return new Promise((resolve) => this.clock.after(this.random.next() * 20, resolve));
  }

  #fail(error: Error, isAlive: () => boolean): Promise<never> {
    return isAlive() ? Promise.reject(error) : new Promise(() => undefined);
  }

  #respond(
    { status, text }: { status: number; text: string },
    isAlive: () => boolean,
  ): Promise<HttpResponse> {
    if (!isAlive()) return new Promise(() => undefined);
    async function* body(): AsyncGenerator<Buffer> {
      if (text) yield Buffer.from(text);
    }
    return Promise.resolve({ status, headers: {}, body: body(), discard: () => undefined });
  }
}

export function lookOf({ data, fields, isActive }: Pick<Stored, 'data' | 'fields' | 'isActive'>): Look {
  return `data ${data}, fields ${fields}, ${isActive ? 'active' : 'inactive'}`;
}

/** Data begins with the number of its action. */
export function dataOf(action: number, bytes: number): Buffer {
  return Buffer.alloc(bytes, `${action} `);
}

function wordsOf(path: string): string[] {
  return path.split('?')[0]?.split('/').slice(5) ?? [];
}

function keyIn(path: string): string {
  return wordsOf(path).slice(0, 2).join('/');
}

function numberIn(text: string): number {
  return Number.parseInt(text, 10);
}

async function textOf(body: HttpRequest['body']): Promise<string> {
  if (body === undefined || typeof body === 'string' || Buffer.isBuffer(body)) return String(body ?? '');
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}
