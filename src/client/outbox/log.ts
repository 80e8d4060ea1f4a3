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
  /** Has ended when all has that was begun before, well or not. */
  #before: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly segments: Segments,
    private readonly options: Pick<SegmentsOptions, 'folder' | 'lock' | 'room' | 'segmentBytes'>,
  ) {}

  /** Of all its files, in bytes. */
  get size(): number {
    return this.segments.size;
  }

  /** Resolves once the entry outlives a power cut. @throws StorageError; then it is not there. */
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
   * Resolves once it is written what has become of an entry, or could not be: then it is written with what comes next.
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

  /** The entry has ended: it is of no use any more where it stands. */
  forget(entry: Entry): void {
    this.#segmentOf(entry)?.forget(entry);
  }

  /** The entry has ended, and is kept for its cut alone: what else its record has is of no use any more. */
  trim(entry: Entry): void {
    if (entry.place) this.#segmentOf(entry)?.keep(entry, entry.place);
  }

  /** What is kept of an entry; undefined where it is damaged. @throws StorageError where the disk does not give it. */
  async read(entry: Entry): Promise<{ record: Record; data: Buffer } | undefined> {
    const { place } = entry;
    // It may be moved meanwhile, and its segment be closed.
    const body = await this.#inTurn(async () => entry.place && this.#segmentOf(entry)?.read(entry.place));
    return place && body ? recordIn(body) : undefined;
  }

  /** Resolves once there is room for so many bytes, where something can be done for it. */
  async makeRoom(bytes: number): Promise<void> {
    if (this.size + bytes > this.options.room())
      await this.#inTurn(() => this.segments.makeRoom(bytes, this.#isHeld));
  }

  /** Writes what waits, and closes. */
  async close(): Promise<void> {
    if (this.#late.length > 0) this.#writeSoon();
    while (this.#isScheduled) await this.#before;
    await this.#inTurn(async () => {
      // Where that cannot be written, whoever opens the outbox next writes all anew.
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
      // Where the disk refuses that, it will say so of what is to be written, too, if there is no room for it.
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
    // Those that are not gone now go when something is written next.
    await this.segments.removePast(this.#isHeld).catch(() => undefined);
  }

  /**
   * Whether a segment is not to go yet. Where it goes, its entries have ended: that is not to be on the disk before what was told
   * earlier of the same objects and is to be written elsewhere.
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

  /** The first jobs of those that wait, with the marks that are late: half a segment, or one record. */
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
