import type { EndSignal } from './ending';

/** Lets at most `limit` pieces of work run at once; the others wait in the order in which they came. */
export class Limiter {
  #running = 0;
  readonly #waiting = new Set<() => void>();

  constructor(private readonly limit: number) {}

  /** Whether somebody waits. */
  get isFull(): boolean {
    return this.#waiting.size > 0;
  }

  /**
   * Runs `work` when its turn comes.
   *
   * @param signal ends the wait: rejects with its reason.
   */
  async run<T>(work: () => Promise<T>, signal?: EndSignal): Promise<T> {
    if (this.#running >= this.limit) await this.#turn(signal);
    else this.#running += 1;
    try {
      return await work();
    } finally {
      const [next] = this.#waiting;
      // The place goes on to the next without being free in between.
      if (next) next();
      else this.#running -= 1;
    }
  }

  /** Resolves when there is a place. @returns what leaves it. @param signal ends the wait: rejects with its reason. */
  enter(signal?: EndSignal): Promise<() => void> {
    return new Promise((entered, failed) => {
      this.run(() => new Promise<void>((leave) => entered(leave)), signal).catch(failed);
    });
  }

  #turn(signal: EndSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const onAbort = (): void => {
        this.#waiting.delete(go);
        reject(signal?.reason);
      };
      const go = (): void => {
        this.#waiting.delete(go);
        signal?.removeEventListener('abort', onAbort);
        resolve();
      };
      this.#waiting.add(go);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  }
}
