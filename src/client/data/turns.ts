import type { EndSignal } from '../../system/ending';
import { Limiter } from '../../system/limiter';

interface Line {
  readonly limiter: Limiter;
  /** Who has its turn, or waits for it. */
  length: number;
}

/** Whose turn it is with each of many things: one after the other, in the order in which they came. */
export class Turns {
  readonly #lines = new Map<string, Line>();

  /** @param signal ends the wait: rejects with its reason. */
  async take<T>(key: string, work: () => Promise<T>, signal?: EndSignal): Promise<T> {
    const line = this.#lines.get(key) ?? { limiter: new Limiter(1), length: 0 };
    this.#lines.set(key, line);
    line.length += 1;
    try {
      return await line.limiter.run(work, signal);
    } finally {
      line.length -= 1;
      if (line.length === 0) this.#lines.delete(key);
    }
  }
}
