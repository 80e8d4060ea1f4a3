import { dirname, join } from 'node:path';
import { type Extent, FrameFile } from '../../storage/frame-file';
import type { Machine } from '../../storage/machine';
import { temporaryFor } from '../../storage/temporary';
import type { Entry } from './entry';
import { partsOf, usedBytesOf } from './record';

/** The digits of the number in its file name, at least. */
const digits = 8;

/**
 * A file of an outbox's log: records of entries, and of what became of them. It does not depend on the others: once none
 * of its entries is live, it can be removed.
 */
export class Segment {
  /** Its entries that have not ended, and how many bytes of each are still needed. */
  readonly live = new Map<Entry, number>();
  #liveBytes = 0;
  /** Where to truncate it before anything is appended: what follows is left of a write that failed. */
  #cutAt: number | undefined;
  #isClosed = false;

  constructor(
    readonly number: number,
    readonly path: string,
    private readonly frames: FrameFile,
  ) {}

  static path(folder: string, number: number): string {
    return join(folder, `${String(number).padStart(digits, '0')}.log`);
  }

  /** Makes an empty one, which gets its name only when it is whole and on the disk. */
  static async create(folder: string, number: number, nextID: number, machine: Machine): Promise<Segment> {
    const { disk, random } = machine;
    const path = Segment.path(folder, number);
    const temporary = temporaryFor(path, random);
    const frames = await FrameFile.create(disk, temporary);
    try {
      await frames.append(partsOf({ segment: { version: 1, nextID } }));
      await frames.sync();
      await disk.rename(temporary, path);
      await disk.syncFolder(dirname(path));
    } catch (error) {
      await frames.discard(disk, temporary);
      throw error;
    }
    return new Segment(number, path, frames);
  }

  /** In bytes. */
  get size(): number {
    return this.frames.size;
  }

  /** How many of its bytes are no longer needed. */
  get garbage(): number {
    return this.size - this.#liveBytes;
  }

  /** The entry is stored here from now on, at this place. */
  keep(entry: Entry, { start, end }: Extent): void {
    this.forget(entry);
    entry.place = { segment: this, start, end };
    const used = usedBytesOf(entry, entry.place);
    this.live.set(entry, used);
    this.#liveBytes += used;
  }

  /** The entry has ended, or is stored elsewhere now. */
  forget(entry: Entry): void {
    this.#liveBytes -= this.live.get(entry) ?? 0;
    this.live.delete(entry);
  }

  /**
   * Takes over an entry from another segment. If it has ended meanwhile it only gets its new place: its end is still to
   * be written here.
   */
  take(entry: Entry, extent: Extent, from: Segment): void {
    if (from.live.has(entry)) {
      from.forget(entry);
      this.keep(entry, extent);
    } else {
      entry.place = { segment: this, ...extent };
    }
  }

  /** Appends records. They survive a power cut once this resolves, and are not there if it rejects. */
  async commit(records: readonly (readonly Uint8Array[])[]): Promise<Extent[]> {
    await this.settle();
    const { size } = this;
    try {
      const extents = await this.frames.appendAll(records);
      await this.frames.sync();
      return extents;
    } catch (error) {
      this.#cutAt = size;
      // What cannot be cut now is cut before the next record.
      await this.settle().catch(() => undefined);
      throw error;
    }
  }

  /** What a record holds; undefined where it is damaged. */
  read(extent: Extent): Promise<Buffer | undefined> {
    return this.frames.read(extent);
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.frames.close();
  }

  /** Truncates what a failed write has left. */
  async settle(): Promise<void> {
    if (this.#cutAt === undefined) return;
    await this.frames.cut(this.#cutAt);
    await this.frames.sync();
    this.#cutAt = undefined;
  }
}

/** The number of the segment with this file name; undefined if it is no segment's name. */
export function numberIn(name: string): number | undefined {
  const number = /^(\d{8,})\.log$/.exec(name)?.[1];
  return number === undefined ? undefined : Number(number);
}

/** Whether a file name is that of a segment whose creator died before it was complete. */
export function isUnfinished(name: string): boolean {
  return /^\.\d{8,}\.log\..+\.part$/.test(name);
}
