import type { ByteRange } from '../connection/requests';
import { isSyncServiceError, SyncServiceError } from '../errors';
import { attemptsWithoutProgress } from './attempts';
import { WindowClosed } from './transfer-windows';

type Pieces = AsyncIterable<Buffer>;

/** What a download that may be cut asks of the service. */
export interface ResumableData {
  /** The size of the whole data, in bytes; undefined if the service does not say. */
  size: number | undefined;
  /** How many bytes of it are here already. */
  start: number;
  whole(): Pieces | Promise<Pieces>;
  range(range: ByteRange): Pieces | Promise<Pieces>;
  /** Resolves in the hours of the day in which it may go on. */
  opened(): Promise<unknown>;
  /** Rejects with SYNC_SUPERSEDED when the data has changed by now. */
  checkVersion(): Promise<void>;
  /** Waits before going on after the n-th attempt in a row that brought nothing. */
  pause(attempt: number): Promise<void>;
}

/** The service holds a range in memory and lets few through at a time: ranges are small, and used after a cut only. */
const largestRange = 5 * 1_048_576;
const attemptsInAll = 100;
/** A service that is busy for this many requests in a row, about 2 minutes, is left alone until the caller tries again. */
const mostBusy = 12;

/**
 * The data as it comes. After a cut it makes sure that the data is still the same, and resumes where it stopped, by
 * closed ranges within the size (to others the service answers with padding, or with an error text and the whole data).
 * Where ranges are refused, what is already here is skipped. The end of the hours is no cut, and no attempt.
 *
 * @throws SyncServiceError the last failure, when resuming did not help.
 */
export async function* resumed(data: ResumableData): AsyncGenerator<Buffer> {
  const attempts = new Attempts(data);
  let received = data.start;
  let rangesWork = true;
  for (;;) {
    const before = received;
    try {
      for await (const piece of await rest(data, received, rangesWork)) {
        received += piece.length;
        yield piece;
      }
      return;
    } catch (error) {
      if (error instanceof WindowClosed) continue;
      // Before the first byte there is nothing to resume; requests that may be repeated have been repeated by then.
      if (received === 0) throw error;
      if (isRangeRefused(error)) rangesWork = false;
      await attempts.failed(error, received > before);
    }
  }
}

/** What follows the bytes that are here, after making sure that it belongs to them. */
async function rest(data: ResumableData, received: number, rangesWork: boolean): Promise<Pieces> {
  if (received === 0) return data.whole();
  await data.opened();
  await data.checkVersion();
  if (rangesWork && data.size !== undefined) return remainder(data, received, data.size);
  return skipping(await data.whole(), received);
}

/** The attempts to resume one download. */
class Attempts {
  #inAll = 0;
  /** In a row, without a new byte. */
  #fruitless = 0;
  #busy = 0;

  constructor(private readonly data: Pick<ResumableData, 'pause'>) {}

  /**
   * Waits for a while before the next; throws the failure if there is none. That the service has no capacity for a range
   * (429) while its edges fetch is ordinary, and does not count as an attempt.
   */
  async failed(error: unknown, hasBroughtBytes: boolean): Promise<void> {
    if (isSyncServiceError(error, 'SYNC_BUSY')) {
      this.#busy = hasBroughtBytes ? 1 : this.#busy + 1;
      if (this.#busy > mostBusy) throw error;
      return this.data.pause(this.#busy);
    }
    if (!isCut(error) && !isRangeRefused(error)) throw error;
    this.#busy = 0;
    this.#fruitless = hasBroughtBytes ? 1 : this.#fruitless + 1;
    this.#inAll += 1;
    if (this.#fruitless >= attemptsWithoutProgress || this.#inAll >= attemptsInAll) throw error;
    return this.data.pause(this.#fruitless);
  }
}

async function* remainder(data: ResumableData, start: number, size: number): AsyncGenerator<Buffer> {
  for (let first = start; first < size; ) {
    const last = Math.min(first + largestRange, size) - 1;
    for await (const piece of await data.range({ first, last, size })) {
      first += piece.length;
      yield piece;
    }
    if (first <= last) {
      throw new SyncServiceError('SYNC_INCOMPLETE_DATA', `A range ended ${last + 1 - first} bytes early`);
    }
  }
}

async function* skipping(pieces: AsyncIterable<Buffer>, count: number): AsyncGenerator<Buffer> {
  let left = count;
  for await (const piece of pieces) {
    if (piece.length > left) yield piece.subarray(left);
    left = Math.max(0, left - piece.length);
  }
}

/** Whether the connection broke, or nothing came any more; the bytes that came are good. */
function isCut(error: unknown): boolean {
  return isSyncServiceError(error, 'SYNC_UNREACHABLE', 'SYNC_TIMEOUT', 'SYNC_INCOMPLETE_DATA');
}

/** Whether there was another status, or another range than was asked for. */
function isRangeRefused(error: unknown): boolean {
  return isSyncServiceError(error, 'SYNC_UNEXPECTED_RESPONSE', 'SYNC_REJECTED');
}
