import type { Clock } from '../../system/clock';

/** How much delay of late timers is made up for, in ms. */
const slack = 20;

/** Limits how many go per second, evenly spaced. */
export class Pace {
  #next = Number.NEGATIVE_INFINITY;
  readonly #interval: number;

  constructor(
    private readonly clock: Clock,
    perSecond: number,
  ) {
    this.#interval = 1_000 / perSecond;
  }

  /** How long the next one has to wait, in ms. */
  get wait(): number {
    return Math.max(0, this.#next - this.clock.elapsed());
  }

  /** Records that one goes now. */
  go(): void {
    this.#next = Math.max(this.#next, this.clock.elapsed() - slack) + this.#interval;
  }
}
