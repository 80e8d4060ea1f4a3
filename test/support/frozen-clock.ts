import type { Clock, Timer } from '../../src/system/clock';

/** The clock of a process that stands still, while time goes on: what is due is called when it is thawed. */
export class FrozenClock implements Clock {
  #due: (() => void)[] = [];

  constructor(private readonly clock: Clock) {}

  now(): number {
    return this.clock.now();
  }

  elapsed(): number {
    return this.clock.elapsed();
  }

  after(delay: number, callback: () => void): Timer {
    return this.clock.after(delay, () => this.#due.push(callback));
  }

  thaw(): void {
    for (const callback of this.#due.splice(0)) callback();
  }
}
