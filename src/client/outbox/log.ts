import { onDisk } from '../../storage/errors';
import { Commit, type Job } from './commit';
import type { Entry } from './entry';
import { lengthOf, type Mark, partsOf, type Record, recordIn } from './record';
import type { Segment } from './segment';
import type { Segments, SegmentsOptions } from './segments';

/**
 * The log of an outbox: entries in the order in which they were kept, and what has become of them. Everything that comes
 * while the disk is busy is written together, with one sync for each file.
 */
export class OutboxLog {
  #queue: Job[] = [];
  #writing: readonly Job[] = [];
  /** Marks that the disk refused: they are written with what comes next. */
  #late: Job[] = [];
  #isScheduled = false;
  /** Resolves once everything begun so far has ended, successfully or not. */
  #before: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly segments: Segments,
    private readonly options: Pick<SegmentsOptions, 'folder' | 'lock' | 'room' | 'segmentBytes'>,
  ) {}

  /** The size of all its files, in bytes. */
  get size(): number {
    return this.segments.size;
  }

  /** Resolves once the entry would survive a power cut. @throws StorageError; then it is not there. */
  append(entry: Entry, parts: readonly Uint8Array[]): Promise<void> {
    return new Promise((resolve, reject) => {
      const written: Job['written'] = (extent, segment) => {
        if (extent) segment?.keep(entry, extent);
        resolve();
      };
      this.#add({ tellsOf: undefined, parts, target: () => this.segments.active, written, failed: reject });
    });
  }

  /**
   * Resolves once the mark is written, or could not be: then it is written with what comes next.
   *
   * @param onDisk called once it is written, however late.
   */
  mark(entry: Entry, mark: Mark, onDisk: () => void = () => undefined): Promise<void> {
    return new Promise((resolve) => {
      const parts = partsOf({ mark });
      const job: Job = {
        tellsOf: entry.key,
        parts,
        target: () => this.#segmentOf(entry),
        written: () => {
          onDisk();
          resolve();
        },
        failed: () => {
          this.#late.push(job);
          resolve();
        },
      };
      this.#add(job);
    });
  }

  /** The entry has ended: its record is no longer needed. */
  forget(entry: Entry): void {
    this.#segmentOf(entry)?.forget(entry);
  }

  /** The entry has ended, and is kept only for its cut: the rest of its record is no longer needed. */
  trim(entry: Entry): void {
    if (entry.place) this.#segmentOf(entry)?.keep(entry, entry.place);
  }

  /** What is kept of an entry; undefined if it is damaged. @throws StorageError if the disk cannot read it. */
  async read(entry: Entry): Promise<{ record: Record; data: Buffer } | undefined> {
    const { place } = entry;
    // In turn: otherwise the entry could be moved meanwhile, and its segment closed.
    const body = await this.#inTurn(async () => entry.place && this.#segmentOf(entry)?.read(entry.place));
    return place && body ? recordIn(body) : undefined;
  }

  /** Resolves once there is room for this many bytes, or no more can be made. */
  async makeRoom(bytes: number): Promise<void> {
    if (this.size + bytes > this.options.room())
      await this.#inTurn(() => this.segments.makeRoom(bytes, this.#isHeld));
  }

  /** Writes what waits, and closes. */
  async close(): Promise<void> {
    if (this.#late.length > 0) this.#writeSoon();
    while (this.#isScheduled) await this.#before;
    await this.#inTurn(async () => {
      // If that cannot be written, everything is rewritten when the outbox is next opened.
      await this.#writeEnd().catch(() => undefined);
      await this.segments.close();
    });
  }

  async #writeEnd(): Promise<void> {
    if (this.#late.length > 0 || this.segments.hasPast) return;
    await this.options.lock.confirm();
    await this.segments.active.commit([partsOf({ closed: true })]);
  }

  #segmentOf({ place }: Entry): Segment | undefined {
    const segment = place?.segment as Segment | undefined;
    return segment && this.segments.has(segment) ? segment : undefined;
  }

  #add(job: Job): void {
    this.#queue.push(job);
    this.#writeSoon();
  }

  #writeSoon(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    void this.#inTurn(() => this.#write());
  }

  async #write(): Promise<void> {
    this.#isScheduled = false;
    const jobs = this.#take();
    this.#writing = jobs;
    if (this.#queue.length > 0) this.#writeSoon();
    try {
      await this.options.lock.confirm();
      const bytes = jobs.reduce((sum, { parts }) => sum + lengthOf(parts), 0);
      // If the disk refuses that, and there is no room, it will refuse the jobs, too, and say so.
      await this.segments.makeRoom(bytes, this.#isHeld).catch(() => undefined);
      await this.segments.roll();
      const tellAll = await new Commit(jobs, this.options.folder).write();
      await this.options.lock.confirm();
      for (const tell of tellAll) tell();
    } catch (error) {
      for (const { failed } of jobs) failed(error);
      return;
    } finally {
      this.#writing = [];
    }
    // Segments that are not removed now are removed after the next write.
    await this.segments.removePast(this.#isHeld).catch(() => undefined);
  }

  /**
   * Whether a segment must not be removed yet. Once it is gone, its entries have ended: that must not be on the disk
   * before earlier marks of the same objects that are still to be written to other segments.
   */
  readonly #isHeld = (segment: Segment): boolean => {
    const first = new Map<string, Segment | undefined>();
    for (const { target, tellsOf } of [...this.#writing, ...this.#late, ...this.#queue]) {
      if (tellsOf === undefined) continue;
      const place = target();
      if (!first.has(tellsOf)) first.set(tellsOf, place);
      else if (place === segment && first.get(tellsOf) !== segment) return true;
    }
    return false;
  };

  /** The late marks, and the first of the jobs that wait: half a segment, or one record. */
  #take(): Job[] {
    const late = this.#late;
    this.#late = [];
    let [count, bytes] = [0, 0];
    for (const { parts } of this.#queue) {
      bytes += lengthOf(parts);
      if (count > 0 && bytes > this.options.segmentBytes / 2) break;
      count += 1;
    }
    return [...late, ...this.#queue.splice(0, count)];
  }

  /** Does one thing after the other. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#before.then(() => onDisk(this.options.folder, work));
    this.#before = done.catch(() => undefined);
    return done;
  }
}
