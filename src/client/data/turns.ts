import type { EndSignal } from '../../system/ending';
import { Limiter } from '../../system/limiter';

interface Line {
  readonly limiter: Limiter;
  /** Who has its turn, waits for it, or has lent it. */
  length: number;
  /** How many have come. */
  came: number;
  /** The last to come of those whose work is done. */
  done: number;
}

/** Whose turn it is with each of many things: one after the other, in the order in which they came. */
export class Turns {
  readonly #lines = new Map<string, Line>();

  /** @param signal ends the wait: rejects with its reason. */
  async take<T>(key: string, work: (turn: Turn) => Promise<T>, signal?: EndSignal): Promise<T> {
    const line = this.#lines.get(key) ?? { limiter: new Limiter(1), length: 0, came: 0, done: 0 };
    this.#lines.set(key, line);
    line.length += 1;
    line.came += 1;
    const turn = new Turn(line, line.came, signal);
    try {
      return await turn.run(work);
    } finally {
      line.length -= 1;
      if (line.length === 0) this.#lines.delete(key);
    }
  }
}

/** The turn of one of them. */
export class Turn {
  #leave = (): void => undefined;

  constructor(
    private readonly line: Line,
    private readonly place: number,
    private readonly signal: EndSignal | undefined,
  ) {}

  /** Whether one that came later has done its work before. */
  get isOvertaken(): boolean {
    return this.line.done > this.place;
  }

  async run<T>(work: (turn: Turn) => Promise<T>): Promise<T> {
    await this.#enter();
    try {
      const done = await work(this);
      this.line.done = Math.max(this.line.done, this.place);
      return done;
    } finally {
      this.#leave();
    }
  }

  /** Lets the others have their turns during a wait, and goes on once there is one again. */
  async lend(wait: () => Promise<unknown>): Promise<void> {
    this.#leave();
    await wait();
    await this.#enter();
  }

  async #enter(): Promise<void> {
    this.#leave = await this.line.limiter.enter(this.signal);
  }
}
