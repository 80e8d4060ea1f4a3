import type { ObjectReference } from '../../src/client';
import { Renewals } from '../../src/client/updates/renewals';
import { type Clock, systemClock } from '../../src/system/clock';
import { Limiter } from '../../src/system/limiter';
import type { TransferListeners, Transfers } from '../common/transfers';

/** The fetches of one node, a few at once. */
export class Fetches {
  readonly #limiter: Limiter;
  readonly #renewals: Renewals<ObjectReference>;

  /** @param renew keeps an object from being handed out again for want of an acknowledgement. */
  constructor(
    limit: number,
    private readonly transfers: Transfers,
    private readonly renew: (object: ObjectReference) => void,
    clock: Clock = systemClock,
  ) {
    this.#limiter = new Limiter(limit);
    this.#renewals = new Renewals(clock, renew);
  }

  /**
   * Runs `work` when its turn comes. Its object is not handed out again meanwhile; one that waits for its hours of the day leaves its
   * place to others.
   */
  async run<T>(object: ObjectReference, work: (listeners: TransferListeners) => Promise<T>): Promise<T> {
    const done = this.#renewals.begin(object);
    const leave = await this.#limiter.enter();
    try {
      return await this.transfers.run(({ onProgress, onWait }) =>
        work({
          onProgress: (bytes, total) => {
            this.renew(object);
            onProgress(bytes, total);
          },
          onWait: (reason) => {
            if (reason === 'window') leave();
            onWait(reason);
          },
        }),
      );
    } finally {
      leave();
      done();
    }
  }
}
