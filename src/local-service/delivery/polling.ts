import type { Clock, Timer } from '../../system/clock';

/** After news the next look comes after one step, a tenth of the interval; each look that finds nothing adds a step. */
const steps = 10;

/**
 * When an edge looks at its cloud: soon after news, then less and less often, down to once an interval, as the real one
 * does. A look that would find nothing is left out, so that a service with nothing to do does nothing.
 */
export class Polling {
  #next: Timer | undefined;
  /** When it last found something, or began; undefined while it does not poll. */
  #found: number | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly interval: number,
    private readonly look: () => void,
  ) {}

  start(): void {
    this.stop();
    this.#found = this.clock.elapsed();
    this.expect();
  }

  stop(): void {
    this.#next?.cancel();
    this.#next = undefined;
    this.#found = undefined;
  }

  /** There is something to find: it is looked for when its time comes. */
  expect(): void {
    if (this.#found === undefined || this.#next) return;
    const look = (): void => {
      this.#next = undefined;
      this.look();
    };
    const since = this.clock.elapsed() - this.#found;
    this.#next = this.clock.after(nextLook(since, this.interval) - since, look, { background: true });
  }

  /** A look has found something. */
  found(): void {
    if (this.#found !== undefined) this.#found = this.clock.elapsed();
  }
}

/** When the first look after `since` is due; both are in ms, counted from the last news. */
function nextLook(since: number, interval: number): number {
  let look = 0;
  for (let step = 1; step < steps && look <= since; step += 1) look += (step * interval) / steps;
  if (look > since) return look;
  return look + (Math.floor((since - look) / interval) + 1) * interval;
}
