import type { Clock, Timer } from './clock';
import { allowManyListeners, Ending, type EndSignal } from './ending';

/**
 * Ends work when its time is up (with a TimeoutError, as AbortSignal.timeout does) or when one of the given signals
 * aborts. Once released, it leaves nothing behind on these signals, which in a client live for months: Node.js 20 and 22
 * keep the result of AbortSignal.any for as long as the signals that it was made of.
 */
export class Deadline {
  readonly #ending = new Ending();
  readonly #timer: Timer | undefined;
  readonly #followed: { signal: EndSignal; abort: () => void }[] = [];

  /** @param limit in ms; none where time does not end it. */
  constructor(clock: Clock, limit: number | undefined, ...signals: (EndSignal | undefined)[]) {
    for (const signal of signals) if (signal) this.#follow(signal);
    if (limit === undefined || this.signal.aborted) return;
    this.#timer = clock.after(limit, () => {
      this.#ending.abort(new DOMException('It took too long', 'TimeoutError'));
    });
  }

  get signal(): EndSignal {
    return this.#ending;
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

  #follow(signal: EndSignal): void {
    if (signal.aborted) {
      this.#ending.abort(signal.reason);
      return;
    }
    allowManyListeners(signal);
    const abort = (): void => this.#ending.abort(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    this.#followed.push({ signal, abort });
  }
}

/** Does `work` with a signal that ends it after `limit` ms or when one of `signals` does, and leaves nothing behind. */
export async function endedWithin<T>(
  clock: Clock,
  limit: number | undefined,
  signals: readonly (EndSignal | undefined)[],
  work: (signal: EndSignal) => Promise<T>,
): Promise<T> {
  const deadline = new Deadline(clock, limit, ...signals);
  try {
    return await work(deadline.signal);
  } finally {
    deadline.release();
  }
}

/** The same for work that needs an AbortSignal, as calls of the client do. */
export function within<T>(
  clock: Clock,
  limit: number | undefined,
  signals: readonly (EndSignal | undefined)[],
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  return endedWithin(clock, limit, signals, (signal) => {
    const controller = new AbortController();
    const abort = (): void => controller.abort(signal.reason);
    signal.addEventListener('abort', abort);
    if (signal.aborted) abort();
    return work(controller.signal);
  });
}
