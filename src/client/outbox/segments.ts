import { ifPossible, onDisk } from '../../storage/errors';
import type { FolderLock } from '../../storage/lock';
import type { Machine } from '../../storage/machine';
import { allEnded } from '../../system/all-ended';
import type { Entry } from './entry';
import { cutRecordOf, marksOf, partsOf, recordIn } from './record';
import { Segment } from './segment';

/** A segment is rewritten only if at least this part of it is no longer needed. */
const worthMoving = 1 / 16;

export interface SegmentsOptions {
  folder: string;
  machine: Machine;
  lock: FolderLock;
  /** How large a segment grows, in bytes. */
  segmentBytes: number;
  /** How many bytes all segments together may take at present. */
  room: () => number;
  /** The lowest ID that the next entry may get. */
  nextID: () => number;
}

/** Whether a segment without live entries must not be removed yet. */
type IsHeld = (segment: Segment) => boolean;
const none: IsHeld = () => false;

/** The segments of a log: one that takes entries, and those that are full. */
export class Segments {
  /** Those to be removed. Until one is gone, it still has records of entries that are stored elsewhere now. */
  readonly #past = new Set<Segment>();
  readonly #unreadable = new Set<Segment>();

  /** @param full the full segments, in order. */
  constructor(
    private readonly options: SegmentsOptions,
    private readonly full: Set<Segment>,
    private current: Segment,
  ) {}

  /** In bytes. */
  get size(): number {
    let size = this.current.size;
    for (const segment of this.full) size += segment.size;
    for (const segment of this.#past) size += segment.size;
    return size;
  }

  /** The one that takes entries. */
  get active(): Segment {
    return this.current;
  }

  /** Whether some are still to be removed. */
  get hasPast(): boolean {
    return this.#past.size > 0;
  }

  /** Whether it is there: one that is to be removed takes marks until it is gone. */
  has(segment: Segment): boolean {
    return segment === this.current || this.full.has(segment) || this.#past.has(segment);
  }

  /** Begins another segment where the active one is full. */
  async roll(): Promise<void> {
    if (this.current.size >= this.options.segmentBytes) await this.#begin();
  }

  /** Rewrites segments without what is no longer needed, until this many more bytes fit or nothing more can be gained. */
  async makeRoom(bytes: number, isHeld: IsHeld): Promise<void> {
    const { room, segmentBytes } = this.options;
    await this.removePast(isHeld);
    while (this.size + bytes > room()) {
      if (!this.#worstOf(this.full) && this.current.garbage > segmentBytes / 4) await this.#begin();
      const segment = this.#worstOf(this.full);
      if (!segment) return;
      const before = this.size;
      await this.move(segment, isHeld);
      if (this.size >= before) return;
    }
  }

  /** Removes the segments without live entries, in order, up to the first that is held. */
  async removePast(isHeld: IsHeld = none): Promise<void> {
    const { folder, machine } = this.options;
    for (const segment of this.full) if (segment.live.size === 0) this.#retire(segment);
    if (this.#past.size === 0) return;
    // What a failed move has left here must not be taken for moved.
    await this.current.settle();
    // One after the other: an entry that was moved is in one place only once the segment it came from is gone for good.
    for (const segment of this.#past) {
      if (isHeld(segment)) return;
      await machine.disk.remove(segment.path);
      await machine.disk.syncFolder(folder);
      this.#past.delete(segment);
      await segment.close();
    }
  }

  /** Moves the live entries of a segment to the active one, all or none, and removes the segment. */
  async move(segment: Segment, isHeld: IsHeld = none): Promise<void> {
    await this.removePast(isHeld);
    const moved: Entry[] = [];
    const records: Uint8Array[][] = [];
    for (const entry of Array.from(segment.live.keys())) {
      const parts = await this.#recordOf(segment, entry);
      if (!parts) {
        this.#unreadable.add(segment);
        return;
      }
      moved.push(entry);
      records.push(parts);
    }
    if (records.length > 0) {
      await this.options.lock.confirm();
      await this.roll();
      const target = this.current;
      const extents = await target.commit(records);
      for (const [index, extent] of extents.entries()) {
        const entry = moved[index];
        if (entry) target.take(entry, extent, segment);
      }
    }
    this.#retire(segment);
    await this.removePast(isHeld);
  }

  /** Moves all live entries. */
  async moveAll(): Promise<void> {
    for (const segment of Array.from(this.full)) await this.move(segment);
  }

  async close(): Promise<void> {
    await allEnded([this.current, ...this.full, ...this.#past].map((segment) => segment.close()));
  }

  async #recordOf(segment: Segment, entry: Entry): Promise<Uint8Array[] | undefined> {
    if (entry.isCut) return cutRecordOf(entry);
    const { place } = entry;
    const body = place && (await ifPossible(() => segment.read(place)));
    const { record, data } = body ? recordIn(body) : {};
    if (!record?.entry) return undefined;
    return partsOf({ entry: { ...record.entry, marks: marksOf(entry) } }, data);
  }

  async #begin(): Promise<void> {
    const { folder, machine, nextID } = this.options;
    const next = await onDisk(folder, () =>
      Segment.create(folder, this.current.number + 1, nextID(), machine),
    );
    this.full.add(this.current);
    this.current = next;
  }

  #worstOf(segments: Iterable<Segment>): Segment | undefined {
    let worst: Segment | undefined;
    for (const segment of segments) {
      if (this.#unreadable.has(segment) || segment.garbage < segment.size * worthMoving) continue;
      if (!worst || segment.garbage > worst.garbage) worst = segment;
    }
    return worst;
  }

  #retire(segment: Segment): void {
    this.full.delete(segment);
    this.#past.add(segment);
  }
}
