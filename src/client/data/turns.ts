import type { EndSignal } from '../../system/ending';
import { Limiter } from '../../system/limiter';
import type { Aside } from './rate';

interface Line {
  readonly limiter: Limiter;
  /** How many callers have their turn, wait for it, or have lent it. */
  length: number;
}

/** For each key, lets callers take turns: one after the other, in the order in which they came. */
export class Turns {
  readonly #lines = new Map<string, Line>();

  /** @param signal ends the wait, which rejects with its reason. */
  async take<T>(key: string, work: (turn: Turn) => Promise<T>, signal?: EndSignal): Promise<T> {
    const line = this.#lines.get(key) ?? { limiter: new Limiter(1), length: 0 };
    this.#lines.set(key, line);
    line.length += 1;
    const turn = new Turn(line.limiter, signal);
    try {
      return await turn.run(work);
    } finally {
      line.length -= 1;
      if (line.length === 0) this.#lines.delete(key);
    }
  }
}

/** The turn of one caller. */
export class Turn {
  #leave = (): void => undefined;

  constructor(
    private readonly limiter: Limiter,
    private readonly signal: EndSignal | undefined,
  ) {}

  async run<T>(work: (turn: Turn) => Promise<T>): Promise<T> {
    await this.#enter();
    try {
      return await work(this);
    } finally {
      this.#leave();
    }
  }

  /** Lets the others have their turns during a wait, and goes on once it has a turn again. */
  readonly lend: Aside = async (wait) => {
    this.#leave();
    const waited = await wait();
    await this.#enter();
    return waited;
  };

  async #enter(): Promise<void> {
    this.#leave = await this.limiter.enter(this.signal);
  }
}
