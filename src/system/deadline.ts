import { setMaxListeners } from 'node:events';
import type { Clock, Timer } from './clock';

/**
 * A signal that aborts when time is up (with a TimeoutError, as AbortSignal.timeout does) or when one of the signals
 * does that it was made of. Unlike AbortSignal.any, whose results Node.js 20 and 22 keep as long as the signals they
 * were made of, it leaves nothing behind on these once it was released: a client's signals live for months.
 */
export class Deadline {
  readonly #controller = new AbortController();
  readonly #timer: Timer | undefined;
  readonly #followed: { signal: AbortSignal; abort: () => void }[] = [];

  /** @param limit in ms; none where time does not end it. */
  constructor(clock: Clock, limit: number | undefined, ...signals: (AbortSignal | undefined)[]) {
    for (const signal of signals) if (signal) this.#follow(signal);
    if (limit === undefined || this.signal.aborted) return;
    this.#timer = clock.after(limit, () => {
      this.#controller.abort(new DOMException('It took too long', 'TimeoutError'));
    });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether it was the time that ended it. */
  get passed(): boolean {
    const reason: unknown = this.signal.reason;
    return this.signal.aborted && reason instanceof DOMException && reason.name === 'TimeoutError';
  }

  /** Lets go of timer and signals; the signal aborts no more. */
  release(): void {
    this.#timer?.cancel();
    for (const { signal, abort } of this.#followed) signal.removeEventListener('abort', abort);
    this.#followed.length = 0;
  }

  #follow(signal: AbortSignal): void {
    if (signal.aborted) {
      this.#controller.abort(signal.reason);
      return;
    }
    // A caller may end hundreds of requests by one signal: that is no leak.
    setMaxListeners(0, signal);
    const abort = (): void => this.#controller.abort(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    this.#followed.push({ signal, abort });
  }
}

/** Does `work` with a signal that ends it after `limit` ms or when one of `signals` does, and leaves nothing behind. */
export async function within<T>(
  clock: Clock,
  limit: number | undefined,
  signals: readonly (AbortSignal | undefined)[],
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = new Deadline(clock, limit, ...signals);
  try {
    return await work(deadline.signal);
  } finally {
    deadline.release();
  }
}
