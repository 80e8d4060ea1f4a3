import type { Clock } from '../../system/clock';

/** How much late timers may make up for, in ms. */
const slack = 20;

/** So many a second, evenly. */
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

  /** One goes now. */
  go(): void {
    this.#next = Math.max(this.#next, this.clock.elapsed() - slack) + this.#interval;
  }
}
