import type { EndSignal } from './ending';

/** A call that waits for its time. */
export interface Timer {
  /** No effect once it was called. */
  cancel(): void;
}

/** Where all time comes from, so that a test can put another in its place. */
export interface Clock {
  /** The time of day, in ms since 1970: for what people and services read. It jumps when somebody sets the clock. */
  now(): number;
  /** Ms since some moment in the past, which never jump: for durations. */
  elapsed(): number;
  /**
   * Calls back once, after `delay` ms (any number; below 0 counts as 0).
   *
   * @param options.background does not keep the process running.
   */
  after(delay: number, callback: () => void, options?: { background?: boolean }): Timer;
}

/** A Node.js timer with a longer delay fires at once. */
const longestTimer = 2_147_483_647;

/** A timer without a delay: `setTimeout(…, 0)` would take a millisecond. */
class Soon implements Timer {
  readonly #immediate: NodeJS.Immediate;

  constructor(callback: () => void, background: boolean) {
    this.#immediate = setImmediate(callback);
    if (background) this.#immediate.unref();
  }

  cancel(): void {
    clearImmediate(this.#immediate);
  }
}

class SystemTimer implements Timer {
  #timeout: NodeJS.Timeout | undefined;

  constructor(
    delay: number,
    private readonly callback: () => void,
    private readonly background: boolean,
  ) {
    this.#wait(delay);
  }

  cancel(): void {
    clearTimeout(this.#timeout);
  }

  #wait(delay: number): void {
    const rest = delay - longestTimer;
    this.#timeout =
      rest > 0 ? setTimeout(() => this.#wait(rest), longestTimer) : setTimeout(this.callback, delay);
    if (this.background) this.#timeout.unref();
  }
}

export const systemClock: Clock = {
  now: () => Date.now(),
  elapsed: () => performance.now(),
  after: (delay, callback, { background = false } = {}) =>
    delay <= 0 ? new Soon(callback, background) : new SystemTimer(delay, callback, background),
};

/** Resolves after `delay` ms; rejects with the signal's reason once that is aborted. */
export function sleep(clock: Clock, delay: number, signal?: EndSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = (): void => {
      timer.cancel();
      reject(signal?.reason);
    };
    const timer = clock.after(delay, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}
