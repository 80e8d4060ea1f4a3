import type { ByteRange } from '../connection/requests';
import { isSyncServiceError, SyncServiceError } from '../errors';
import { attemptsWithoutProgress } from './attempts';
import { WindowClosed } from './transfer-windows';

type Pieces = AsyncIterable<Buffer>;

/** What a download that may be cut asks of the service. */
export interface ResumableData {
  /** Of the whole data, in bytes; undefined where the service does not tell. */
  size: number | undefined;
  /** So many bytes of it are here already. */
  start: number;
  whole(): Pieces | Promise<Pieces>;
  range(range: ByteRange): Pieces | Promise<Pieces>;
  /** Resolves in the hours of the day in which it may go on. */
  opened(): Promise<unknown>;
  /** Rejects with SYNC_SUPERSEDED when the data is another by now. */
  checkVersion(): Promise<void>;
  /** In ms, before the n-th attempt to go on in a row that brought nothing. */
  pause(attempt: number): Promise<void>;
}

/** The service holds a range in memory and lets few through at a time: ranges are small, and used after a cut only. */
const largestRange = 5 * 1_048_576;
const attemptsInAll = 100;
/** A service that is busy for so many questions in a row, 2 minutes, is left alone until somebody asks again. */
const mostBusy = 12;

/**
 * The data as it comes; after a cut it goes on where it stopped, by closed ranges within the size (the service pads,
 * or answers with an error text and the whole data, beyond them), after making sure that the data is still the same.
 * Where ranges are refused, what was already there is skipped. Hours that are over are no cut, and no attempt. That the service has no place for a range (429) while
 * its edges fetch is ordinary, and no attempt.
 *
 * @throws SyncServiceError the last failure, when going on did not help.
 */
export async function* resumed(data: ResumableData): AsyncGenerator<Buffer> {
  let received = data.start;
  let fruitless = 0;
  let attempts = 0;
  let busy = 0;
  let rangesWork = data.size !== undefined;
  for (;;) {
    const before = received;
    try {
      const resuming = received > 0;
      if (resuming) await data.opened();
      if (resuming) await data.checkVersion();
      const pieces = !resuming
        ? await data.whole()
        : rangesWork && data.size !== undefined
          ? remainder(data, received, data.size)
          : skipping(await data.whole(), received);
      for await (const piece of pieces) {
        received += piece.length;
        yield piece;
      }
      return;
    } catch (error) {
      if (error instanceof WindowClosed) continue;
      // Before the first byte there is nothing to resume; what may be repeated then has been repeated.
      if (received === 0) throw error;
      if (isSyncServiceError(error, 'SYNC_BUSY')) {
        busy = received > before ? 1 : busy + 1;
        if (busy > mostBusy) throw error;
        await data.pause(busy);
        continue;
      }
      busy = 0;
      fruitless = received > before ? 1 : fruitless + 1;
      attempts += 1;
      if (isRangeRefused(error)) rangesWork = false;
      else if (!isCut(error)) throw error;
      if (fruitless >= attemptsWithoutProgress || attempts >= attemptsInAll) throw error;
      await data.pause(fruitless);
    }
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

/** The connection broke, or nothing came any more; bytes that came are bytes of the data. */
function isCut(error: unknown): boolean {
  return isSyncServiceError(error, 'SYNC_UNREACHABLE', 'SYNC_TIMEOUT', 'SYNC_INCOMPLETE_DATA');
}

/** Another status, or another range than was asked for. */
function isRangeRefused(error: unknown): boolean {
  return isSyncServiceError(error, 'SYNC_UNEXPECTED_RESPONSE', 'SYNC_REJECTED');
}
