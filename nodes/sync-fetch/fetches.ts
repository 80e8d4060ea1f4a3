import type { ObjectReference } from '../../src/client';
import { type Clock, systemClock, type Timer } from '../../src/system/clock';
import { every } from '../../src/system/every';
import { Limiter } from '../../src/system/limiter';
import type { TransferListeners, Transfers } from '../common/transfers';

/** In ms: how often objects that wait for their turn are kept from being handed out again. */
const renewal = 1_000;

/** The fetches of one node, a few at once. */
export class Fetches {
  readonly #limiter: Limiter;
  readonly #waiting = new Set<ObjectReference>();
  #renewing: Timer | undefined;

  /** @param renew keeps an object from being handed out again for want of an acknowledgement. */
  constructor(
    limit: number,
    private readonly transfers: Transfers,
    private readonly renew: (object: ObjectReference) => void,
    private readonly clock: Clock = systemClock,
  ) {
    this.#limiter = new Limiter(limit);
  }

  /**
   * Runs `work` when its turn comes. Its object is not handed out again while it waits, or makes progress; one that waits for
   * its hours of the day leaves its place to others.
   */
  async run<T>(object: ObjectReference, work: (listeners: TransferListeners) => Promise<T>): Promise<T> {
    this.#wait(object);
    const leave = await this.#limiter.enter();
    this.#goOn(object);
    try {
      return await this.transfers.run(({ onProgress, onWait }) => {
        this.renew(object);
        return work({
          onProgress: (bytes, total) => {
            this.renew(object);
            onProgress(bytes, total);
          },
          onWait: (reason) => {
            if (reason === 'window') leave();
            if (reason) this.#wait(object);
            else this.#goOn(object);
            onWait(reason);
          },
        });
      });
    } finally {
      leave();
      this.#goOn(object);
    }
  }

  #wait(object: ObjectReference): void {
    this.#waiting.add(object);
    this.#renewing ??= every(this.clock, renewal, () => this.#renewWaiting(), { background: true });
  }

  #goOn(object: ObjectReference): void {
    this.#waiting.delete(object);
  }

  /** Ends once nothing waits at its time, and not with each that has its turn: small ones come and go by the thousand. */
  #renewWaiting(): void {
    for (const object of this.#waiting) this.renew(object);
    if (this.#waiting.size > 0) return;
    this.#renewing?.cancel();
    this.#renewing = undefined;
  }
}
