import { SyncServiceError } from '../errors';

/** How many bytes of the log the marks of an entry take at most, apart from its reasons. */
const perEntry = 128;
/** Spare space in segments: for what is no longer needed and not removed yet, and for entries while they are moved. */
const spareSegments = 4;
const [smallestSegment, largestSegment] = [65_536, 4_194_304];

export interface RoomOptions {
  bytes: number;
  entries: number;
}

/** How much more fits into an outbox, in bytes and entries. */
export class Room {
  readonly segmentBytes: number;
  #bytes = 0;
  #entries = 0;

  /** @param elsewhere how many bytes are taken outside the log at present. */
  constructor(
    private readonly most: RoomOptions,
    private readonly elsewhere: () => number,
  ) {
    this.segmentBytes = Math.min(largestSegment, Math.max(smallestSegment, Math.floor(most.bytes / 32)));
  }

  /** How many bytes the log may have, including what is no longer needed. */
  get ofLog(): number {
    return this.most.bytes - this.segmentBytes - this.elsewhere();
  }

  fits(bytes: number, entries: number): boolean {
    const all = this.#bytes + this.elsewhere() + bytes;
    return all <= this.#limit && this.#entries + entries <= this.most.entries;
  }

  /** Whether this many bytes would never fit. */
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

/** How many bytes of the log an entry takes, including its later marks. */
export function costOf(frameBytes: number): number {
  return frameBytes + perEntry;
}
