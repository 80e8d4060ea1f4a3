import type { Clock, Timer } from './clock';

/** Does something at most so often, however often it is asked for: at once where the last time is long ago, else when it is. */
export class NowAndThen {
  #last = Number.NEGATIVE_INFINITY;
  #timer: Timer | undefined;

  /** @param interval between two times, in ms. */
  constructor(
    private readonly clock: Clock,
    private readonly interval: number,
    private readonly act: () => void,
  ) {}

  ask(): void {
    if (this.#timer) return;
    const rest = this.#last + this.interval - this.clock.elapsed();
    if (rest > 0) this.#timer = this.clock.after(rest, () => this.now(), { background: true });
    else this.now();
  }

  /** Does it now, whenever the last time was; nothing is asked for any more. */
  now(): void {
    this.cancel();
    this.#last = this.clock.elapsed();
    this.act();
  }

  /** What was asked for is not done. */
  cancel(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
