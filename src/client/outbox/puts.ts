import { nameOf, type ObjectReference } from '../objects/names';
import type { Entry } from './entry';
import type { Draft } from './intake';

/** Keeps a draft, or discards one that could not be kept. */
export interface PutsParts {
  add(draft: Draft): Promise<Entry>;
  discard(draft: Draft): void;
}

/** Puts that are running: those of one object are kept in the order in which they came, however long the data of one takes. */
export class Puts {
  readonly #last = new Map<string, Promise<unknown>>();
  readonly #running = new Set<Promise<unknown>>();

  constructor(private readonly parts: PutsParts) {}

  /** Resolves once the entry is on the disk. */
  put(object: ObjectReference, prepare: () => Promise<Draft>): Promise<Entry> {
    const putting = this.#put(nameOf(object), prepare);
    this.#running.add(putting);
    const end = (): void => void this.#running.delete(putting);
    putting.then(end, end);
    return putting;
  }

  /** Resolves once everything begun so far has ended, successfully or not. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#running);
  }

  async #put(key: string, prepare: () => Promise<Draft>): Promise<Entry> {
    const before = this.#last.get(key);
    const begun = this.#begin(before, prepare);
    this.#last.set(key, begun);
    try {
      // Wrapped in an object: the next put waits until this one has its place, not until it is on the disk.
      const { adding } = await begun;
      return await adding;
    } finally {
      if (this.#last.get(key) === begun) this.#last.delete(key);
    }
  }

  async #begin(
    before: Promise<unknown> | undefined,
    prepare: () => Promise<Draft>,
  ): Promise<{ adding: Promise<Entry> }> {
    await before?.catch(() => undefined);
    const draft = await prepare();
    const adding = this.parts.add(draft);
    adding.catch(() => this.parts.discard(draft));
    return { adding };
  }
}
