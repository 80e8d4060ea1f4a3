import { Limiter } from '../../src/system/limiter';

/** Does what concerns the same thing one after the other, as it came, and other things beside it, a few at once. */
export class Queue {
  readonly #limiter: Limiter;
  readonly #last = new Map<string, Promise<unknown>>();

  constructor(limit: number) {
    this.#limiter = new Limiter(limit);
  }

  async run<T>(thing: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(thing);
    const mine = (async () => {
      await before?.catch(() => undefined);
      return this.#limiter.run(work);
    })();
    this.#last.set(thing, mine);
    try {
      return await mine;
    } finally {
      if (this.#last.get(thing) === mine) this.#last.delete(thing);
    }
  }
}
