import type { Answer, Request } from './faults';

/** So many are kept: what a cache, or a proxy that has lost its count of requests, has at hand. */
const kept = 400;

/** What the service has answered to questions for lists, metadata and data before. */
export class EarlierAnswers {
  readonly #byPath = new Map<string, Answer>();

  note({ method, path }: Request, answer: Answer): void {
    if (method !== 'GET' || answer.status !== 200 || !isKept(path)) return;
    this.#byPath.delete(path);
    this.#byPath.set(path, answer);
    const [oldest] = this.#byPath.keys();
    if (this.#byPath.size > kept && oldest !== undefined) this.#byPath.delete(oldest);
  }

  /** To the same question. */
  to({ method, path }: Request): Answer | undefined {
    return method === 'GET' ? this.#byPath.get(path) : undefined;
  }

  /** To another question of its sort, the latest; of another length: other data of the same length nobody can tell. */
  toAnother({ method, path }: Request, { body }: Answer): Answer | undefined {
    if (method !== 'GET' || !isKept(path)) return undefined;
    const others = Array.from(this.#byPath).filter(
      ([other, answer]) =>
        other !== path && sortOf(other) === sortOf(path) && answer.body.length !== body.length,
    );
    return others.at(-1)?.[1];
  }
}

function isKept(path: string): boolean {
  return path.startsWith('/api/v1/objects/') && !path.endsWith('/status');
}

/** Data, or what is asked with as many names: a list, or an object. */
function sortOf(path: string): string {
  const [bare = ''] = path.split('?');
  return bare.endsWith('/data') ? 'data' : String(bare.split('/').length);
}
