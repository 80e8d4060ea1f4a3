import type { ObjectReference, Progress } from '../../src/client';
import { type Clock, systemClock } from '../../src/system/clock';
import { Limiter } from '../../src/system/limiter';
import type { Transfers } from '../common/transfers';

/** In ms: how often objects that wait for their turn are kept from being handed out again. */
const renewal = 1_000;

/** The fetches of one node, a few at once. */
export class Fetches {
  readonly #limiter: Limiter;
  readonly #inHand = new Set<ObjectReference>();
  #renewedAll = Number.NEGATIVE_INFINITY;

  /** @param renew keeps an object from being handed out again for want of an acknowledgement. */
  constructor(
    limit: number,
    private readonly transfers: Transfers,
    private readonly renew: (object: ObjectReference) => void,
    private readonly clock: Clock = systemClock,
  ) {
    this.#limiter = new Limiter(limit);
  }

  /** Runs `work` when its turn comes. While any of them makes progress, none that waits is handed out again. */
  async run<T>(object: ObjectReference, work: (onProgress: Progress) => Promise<T>): Promise<T> {
    this.#inHand.add(object);
    try {
      return await this.#limiter.run(() =>
        this.transfers.run((tell) => {
          this.renew(object);
          return work((bytes, total) => {
            this.renew(object);
            this.#renewAll();
            tell(bytes, total);
          });
        }),
      );
    } finally {
      this.#inHand.delete(object);
    }
  }

  #renewAll(): void {
    const now = this.clock.elapsed();
    if (now - this.#renewedAll < renewal) return;
    this.#renewedAll = now;
    for (const object of this.#inHand) this.renew(object);
  }
}
