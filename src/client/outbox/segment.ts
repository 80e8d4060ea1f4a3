import { dirname, join } from 'node:path';
import { type Extent, FrameFile } from '../../storage/frame-file';
import type { Machine } from '../../storage/machine';
import { temporaryFor } from '../../storage/temporary';
import type { Entry } from './entry';
import { partsOf, usedBytesOf } from './record';

/** Of its name, at least. */
const digits = 8;

/**
 * A file of an outbox's log: records of entries, and what has become of these. It stands alone: once none of its entries
 * waits it can go, whatever is in the others.
 */
export class Segment {
  /** Its entries that have not ended, and how many bytes each has that are of use. */
  readonly live = new Map<Entry, number>();
  #liveBytes = 0;
  /** Where it is to be cut before anything is appended: what stands behind that was refused. */
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

  /** Makes an empty one: it has its name once it is whole and on the disk. */
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

  /** How many of its bytes are of no use any more. */
  get garbage(): number {
    return this.size - this.#liveBytes;
  }

  /** Has an entry here that stands at some place. */
  keep(entry: Entry, { start, end }: Extent): void {
    this.forget(entry);
    entry.place = { segment: this, start, end };
    const used = usedBytesOf(entry, entry.place);
    this.live.set(entry, used);
    this.#liveBytes += used;
  }

  /** The entry has ended, or stands elsewhere now. */
  forget(entry: Entry): void {
    this.#liveBytes -= this.live.get(entry) ?? 0;
    this.live.delete(entry);
  }

  /** Has an entry here that stood in another segment; where it has ended meanwhile, that is still to be written. */
  take(entry: Entry, extent: Extent, from: Segment): void {
    if (from.live.has(entry)) {
      from.forget(entry);
      this.keep(entry, extent);
    } else {
      entry.place = { segment: this, ...extent };
    }
  }

  /** Appends records; they outlive a power cut when this resolves, and are not there where it rejects. */
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

  /** Has on the disk nothing of what was refused. */
  async settle(): Promise<void> {
    if (this.#cutAt === undefined) return;
    await this.frames.cut(this.#cutAt);
    await this.frames.sync();
    this.#cutAt = undefined;
  }
}

/** The number of the segment that has a name; undefined where it is none's. */
export function numberIn(name: string): number | undefined {
  const number = /^(\d{8,})\.log$/.exec(name)?.[1];
  return number === undefined ? undefined : Number(number);
}

/** Whether a name is that of a segment whose maker has died. */
export function isUnfinished(name: string): boolean {
  return /^\.\d{8,}\.log\..+\.part$/.test(name);
}
