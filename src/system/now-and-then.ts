import type { Clock, Timer } from './clock';

/** Does something at most once an interval, however often it is asked for: at once if the last time is long enough ago, else later. */
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

  /** Does it now, however short ago the last time is, and forgets what was asked for. */
  now(): void {
    this.cancel();
    this.#last = this.clock.elapsed();
    this.act();
  }

  /** Forgets what was asked for. */
  cancel(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
