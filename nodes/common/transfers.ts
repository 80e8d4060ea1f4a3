import type { Progress } from '../../src/client';
import { type Clock, systemClock } from '../../src/system/clock';

/** A transfer that takes less time, in ms, is over before anybody could read how far it is. */
const worthTelling = 1_000;
/** Between two texts, in ms. */
const shortestInterval = 500;
const bytesPerMiB = 1_048_576;

interface Transfer {
  readonly since: number;
  bytes: number;
  total: number | undefined;
}

/** How far the transfers of one node are: a text for its status, while they take long. */
export class Transfers {
  readonly #running = new Set<Transfer>();
  #told = Number.NEGATIVE_INFINITY;

  /** @param tell takes `42 %`, `3 × 42 %` of several, or `7.5 MiB` where the whole is not known. */
  constructor(
    private readonly tell: (text: string) => void,
    private readonly clock: Clock = systemClock,
  ) {}

  /** Runs `work`, which says how far it is. */
  async run<T>(work: (onProgress: Progress) => Promise<T>): Promise<T> {
    const transfer: Transfer = { since: this.clock.elapsed(), bytes: 0, total: undefined };
    this.#running.add(transfer);
    try {
      return await work((bytes, total) => {
        Object.assign(transfer, { bytes, total });
        this.#tellNowAndThen();
      });
    } finally {
      this.#running.delete(transfer);
    }
  }

  #tellNowAndThen(): void {
    const now = this.clock.elapsed();
    const long = Array.from(this.#running).filter(
      ({ bytes, since }) => bytes > 0 && now - since >= worthTelling,
    );
    if (long.length === 0 || now - this.#told < shortestInterval) return;
    this.#told = now;
    this.tell(long.length === 1 ? far(long) : `${long.length} × ${far(long)}`);
  }
}

function far(transfers: readonly Transfer[]): string {
  const bytes = transfers.reduce((sum, each) => sum + each.bytes, 0);
  const total = transfers.reduce((sum, each) => sum + (each.total ?? Number.NaN), 0);
  if (total > 0) return `${Math.floor((100 * bytes) / total)} %`;
  return `${(bytes / bytesPerMiB).toFixed(1)} MiB`;
}
