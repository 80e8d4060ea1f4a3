import type { ObjectReference } from '../objects/names';
import { type Entry, keyOf } from './entry';
import type { Draft } from './intake';

/** Where a draft is kept, and what becomes of one that cannot be. */
export interface PutsParts {
  add(draft: Draft): Promise<Entry>;
  discard(draft: Draft): void;
}

/** What is being put: of one object in the order in which it came, however long the data of one takes to be kept. */
export class Puts {
  readonly #last = new Map<string, Promise<unknown>>();
  readonly #running = new Set<Promise<unknown>>();

  constructor(private readonly parts: PutsParts) {}

  /** Resolves once the entry is on the disk. */
  put(object: ObjectReference, prepare: () => Promise<Draft>): Promise<Entry> {
    const putting = this.#put(keyOf(object), prepare);
    this.#running.add(putting);
    const end = (): void => void this.#running.delete(putting);
    putting.then(end, end);
    return putting;
  }

  /** Resolves once all that was begun has ended, well or not. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#running);
  }

  async #put(key: string, prepare: () => Promise<Draft>): Promise<Entry> {
    const before = this.#last.get(key);
    const begun = this.#begin(before, prepare);
    this.#last.set(key, begun);
    try {
      // In a box: the next one waits until this one has its place, not until the disk has it.
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
