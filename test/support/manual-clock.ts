import type { Clock, Timer } from '../../src/system/clock';

interface Pending extends Timer {
  readonly due: number;
  readonly order: number;
  readonly callback: () => void;
}

/** A clock that moves when it is told to. */
export class ManualClock implements Clock {
  readonly #pending = new Set<Pending>();
  #elapsed = 0;
  #order = 0;

  /** @param start the time of day that it starts with, in ms since 1970. */
  constructor(private start = Date.UTC(2030, 0, 1)) {}

  /** How many calls wait for their time. */
  get waiting(): number {
    return this.#pending.size;
  }

  now(): number {
    return this.start + this.#elapsed;
  }

  elapsed(): number {
    return this.#elapsed;
  }

  after(delay: number, callback: () => void): Timer {
    this.#order += 1;
    const pending: Pending = {
      due: this.#elapsed + Math.max(0, delay),
      order: this.#order,
      callback,
      cancel: () => this.#pending.delete(pending),
    };
    this.#pending.add(pending);
    return pending;
  }

  /** Somebody sets the time of day, by so many ms; durations do not feel it. */
  jump(by: number): void {
    this.start += by;
  }

  /** The process is stopped for so many ms: what becomes due meanwhile is called when time goes on. */
  stop(by: number): void {
    this.#elapsed += by;
  }

  /** Lets time pass, in ms; what becomes due is called in its order, and what follows from it happens before the next. */
  async advance(by: number): Promise<void> {
    const end = this.#elapsed + by;
    await settle();
    for (let next = this.#next(end); next; next = this.#next(end)) {
      this.#elapsed = Math.max(this.#elapsed, next.due);
      this.#pending.delete(next);
      next.callback();
      await settle();
    }
    this.#elapsed = end;
  }

  #next(end: number): Pending | undefined {
    let next: Pending | undefined;
    for (const each of this.#pending) {
      if (each.due > end) continue;
      if (!next || each.due < next.due || (each.due === next.due && each.order < next.order)) next = each;
    }
    return next;
  }
}

/** Resolves once everything has happened that waits for no time. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
