import type { Clock, Timer } from '../../system/clock';

/**
 * When an edge looks at its cloud: at an interval, as the real one does. A look that would find nothing is left out, so
 * that a service with nothing to do does nothing.
 */
export class Polling {
  #next: Timer | undefined;
  /** When the first interval began; undefined while it does not poll. */
  #began: number | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly interval: number,
    private readonly look: () => void,
  ) {}

  start(): void {
    this.stop();
    this.#began = this.clock.elapsed();
    this.expect();
  }

  stop(): void {
    this.#next?.cancel();
    this.#next = undefined;
    this.#began = undefined;
  }

  /** There is something to find: it is looked for when the next interval ends. */
  expect(): void {
    if (this.#began === undefined || this.#next) return;
    const since = (this.clock.elapsed() - this.#began) % this.interval;
    const look = (): void => {
      this.#next = undefined;
      this.look();
    };
    this.#next = this.clock.after(this.interval - since, look, { background: true });
  }
}
