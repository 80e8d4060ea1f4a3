import type { OnWait, Progress, TransferWait } from '../../src/client';
import { type Clock, systemClock } from '../../src/system/clock';
import { sharedText, type Text } from './text';

/** How long a transfer must take, in ms, for its progress to be shown: a faster one is over before anybody could read it. */
const worthTelling = 1_000;
/** Between two texts, in ms. */
const shortestInterval = 500;
const bytesPerMiB = 1_048_576;

interface Transfer {
  readonly since: number;
  bytes: number;
  total: number | undefined;
  waitsFor: TransferWait | undefined;
  hasWaited: boolean;
}

/** Told by a transfer how far it is, and what it waits for. */
export interface TransferListeners {
  onProgress: Progress;
  onWait: OnWait;
}

/** How far the transfers of one node are: a text for its status, while they take long. */
export class Transfers {
  readonly #running = new Set<Transfer>();
  #told = Number.NEGATIVE_INFINITY;

  /**
   * @param tell takes `42 %`, `3 × 42 %` of several, or `7.5 MiB` where the whole is not known; with what they wait for
   * where one of them does.
   */
  constructor(
    private readonly tell: (text: string | Text) => void,
    private readonly clock: Clock = systemClock,
  ) {}

  /** Runs `work`, which says how far it is. */
  async run<T>(work: (listeners: TransferListeners) => Promise<T>): Promise<T> {
    const since = this.clock.elapsed();
    const transfer: Transfer = { since, bytes: 0, total: undefined, waitsFor: undefined, hasWaited: false };
    this.#running.add(transfer);
    try {
      return await work({
        onProgress: (bytes, total) => {
          Object.assign(transfer, { bytes, total });
          this.#tellNowAndThen();
        },
        onWait: (reason) => {
          Object.assign(transfer, { waitsFor: reason, hasWaited: true });
          // It may wait before its first byte, and for long; and nothing may come for long once it goes on.
          this.clock.after(worthTelling, () => this.#tellNowAndThen(), { background: true });
        },
      });
    } finally {
      this.#running.delete(transfer);
    }
  }

  #tellNowAndThen(): void {
    const now = this.clock.elapsed();
    const long = Array.from(this.#running).filter(
      ({ bytes, hasWaited, since }) => (bytes > 0 || hasWaited) && now - since >= worthTelling,
    );
    if (long.length === 0 || now - this.#told < shortestInterval) return;
    this.#told = now;
    const progress = long.length === 1 ? far(long) : `${long.length} × ${far(long)}`;
    const waitsFor = long.find((each) => each.waitsFor)?.waitsFor;
    this.tell(waitsFor ? sharedText(`transfer.${waitsFor}`, { progress }) : progress);
  }
}

function far(transfers: readonly Transfer[]): string {
  const bytes = transfers.reduce((sum, each) => sum + each.bytes, 0);
  const total = transfers.reduce((sum, each) => sum + (each.total ?? Number.NaN), 0);
  if (total > 0) return `${Math.floor((100 * bytes) / total)} %`;
  return `${(bytes / bytesPerMiB).toFixed(1)} MiB`;
}
