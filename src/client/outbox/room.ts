import { SyncServiceError } from '../errors';

/** What the marks of an entry take of the log, at most, beside its reasons. */
const perEntry = 128;
/** A part of the disk, for what is of no use any more and not gone yet, and for what is moved, in segments. */
const spareSegments = 4;
const [smallestSegment, largestSegment] = [65_536, 4_194_304];

export interface RoomOptions {
  bytes: number;
  entries: number;
}

/** How much more an outbox takes, in bytes and entries. */
export class Room {
  readonly segmentBytes: number;
  #bytes = 0;
  #entries = 0;

  /** @param elsewhere bytes that are taken beside the log, now. */
  constructor(
    private readonly most: RoomOptions,
    private readonly elsewhere: () => number,
  ) {
    this.segmentBytes = Math.min(largestSegment, Math.max(smallestSegment, Math.floor(most.bytes / 32)));
  }

  /** How many bytes the log may have, with what is of no use any more. */
  get ofLog(): number {
    return this.most.bytes - this.segmentBytes - this.elsewhere();
  }

  fits(bytes: number, entries: number): boolean {
    const all = this.#bytes + this.elsewhere() + bytes;
    return all <= this.#limit && this.#entries + entries <= this.most.entries;
  }

  /** Whether so much would never fit. */
  exceeds(bytes: number): boolean {
    return bytes > this.#limit;
  }

  take(bytes: number): void {
    this.#bytes += bytes;
    this.#entries += 1;
  }

  give(bytes: number): void {
    this.#bytes -= bytes;
    this.#entries -= 1;
  }

  /** @param bytes that there was no room for. */
  full(bytes: number): SyncServiceError {
    const what =
      this.#entries >= this.most.entries ? `${this.most.entries} entries` : `${this.most.bytes} bytes`;
    const message = this.exceeds(bytes)
      ? `${bytes} bytes are more than an outbox of ${this.most.bytes} bytes takes: nothing was kept`
      : `The outbox is full (${what}): nothing was kept`;
    return new SyncServiceError('SYNC_OUTBOX_FULL', message);
  }

  get #limit(): number {
    return this.most.bytes - spareSegments * this.segmentBytes;
  }
}

/** What an entry takes of the log, with what is noted of it later. */
export function costOf(frameBytes: number): number {
  return frameBytes + perEntry;
}
