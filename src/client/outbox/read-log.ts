import { join } from 'node:path';
import { type Damage, keepAside } from '../../storage/damage';
import type { DiskFile } from '../../storage/disk';
import { ifPossible, StorageError } from '../../storage/errors';
import { type Extent, FrameFile } from '../../storage/frame-file';
import type { Stretch } from '../../storage/frames';
import type { Machine } from '../../storage/machine';
import { allEnded } from '../../system/all-ended';
import { Entry, expirationOf, partOf } from './entry';
import { type EntryRecord, type Mark, type Record, recordIn } from './record';
import { isUnfinished, numberIn, Segment } from './segment';

/** What a folder holds of an outbox. */
export class FoundLog {
  /** In their order. */
  readonly segments: Segment[] = [];
  /** What could not be read. */
  readonly damage: Damage[] = [];
  /** The lowest ID that the next entry may get. */
  nextID = 1;
  readonly #entries = new Map<number, Entry>();
  #isClosed = true;

  private constructor(
    private readonly folder: string,
    private readonly machine: Machine,
  ) {}

  /** @throws StorageError STORAGE_UNREADABLE where a newer version has written it. */
  static async read(folder: string, machine: Machine): Promise<FoundLog> {
    const found = new FoundLog(folder, machine);
    try {
      await found.#readAll();
      return found;
    } catch (error) {
      await found.close();
      throw error;
    }
  }

  /**
   * Whether the log must be rewritten. A process that died may have left an entry in two segments. And what was read may
   * be in the system's cache only, because a sync of it failed: for example that an entry was sent, which would be sent
   * again after a power cut, after what came later. Damage that cannot be kept aside stays where it is.
   */
  get isToBeRewritten(): boolean {
    if (this.damage.some(({ keptIn }) => keptIn === undefined)) return false;
    return this.damage.length > 0 || !this.#isClosed;
  }

  /** Those that have not ended, in their order. */
  get entries(): Entry[] {
    return Array.from(this.#entries.values()).sort((one, other) => one.id - other.id);
  }

  /** The number of the next segment. */
  get nextNumber(): number {
    return 1 + (this.segments.at(-1)?.number ?? 0);
  }

  async close(): Promise<void> {
    await allEnded(this.segments.map((segment) => segment.close()));
  }

  async #readAll(): Promise<void> {
    const { disk } = this.machine;
    const names = await disk.list(this.folder);
    for (const name of names.filter(isUnfinished)) await disk.remove(join(this.folder, name));
    const numbers = names.flatMap((name) => numberIn(name) ?? []).sort((one, other) => one - other);
    for (const number of numbers) await this.#readSegment(number);
    await disk.syncFolder(this.folder);
  }

  async #readSegment(number: number): Promise<void> {
    const path = Segment.path(this.folder, number);
    const here = new Map<Entry, Extent>();
    const frames = await FrameFile.open(this.machine.disk, path, async (stretch, file) => {
      if (stretch.body) this.#take(recordOf(stretch.body, path), stretch, here);
      else await this.#keepAside(stretch, file);
    });
    const segment = new Segment(number, path, frames);
    for (const [entry, extent] of here) segment.keep(entry, extent);
    this.segments.push(segment);
  }

  #take({ closed, entry, mark, segment }: Record, { start, end }: Extent, here: Map<Entry, Extent>): void {
    this.#isClosed = closed ?? false;
    if (segment) this.nextID = Math.max(this.nextID, segment.nextID);
    if (entry) {
      this.nextID = Math.max(this.nextID, entry.id + 1);
      const before = this.#entries.get(entry.id);
      if (before) this.#forget(before, here);
      const read = entryOf(entry);
      this.#entries.set(entry.id, read);
      here.set(read, { start, end });
    }
    const marked = mark && this.#entries.get(mark.id);
    if (!mark || !marked || !here.has(marked)) return;
    if (mark.state === 'ended') this.#forget(marked, here);
    else apply(mark, marked);
  }

  /** The entry has ended, or is stored elsewhere, too. */
  #forget(entry: Entry, here: Map<Entry, Extent>): void {
    this.#entries.delete(entry.id);
    if (here.delete(entry)) return;
    (entry.place?.segment as Segment | undefined)?.forget(entry);
  }

  async #keepAside({ start, end }: Stretch, file: DiskFile): Promise<void> {
    const keptIn = await ifPossible(() => keepAside(this.machine.disk, this.folder, file, { start, end }));
    this.damage.push({ bytes: end - start, keptIn });
  }
}

function recordOf(body: Buffer, path: string): Record {
  try {
    return recordIn(body).record;
  } catch (error) {
    throw new StorageError(
      'STORAGE_UNREADABLE',
      `${path} was written by a newer version of this package`,
      error,
    );
  }
}

function entryOf({ action, data, id, marks = [], metadata, object, since }: EntryRecord): Entry {
  const part = partOf(action, metadata?.metaOnly ?? false);
  const expiration = expirationOf(metadata);
  const blob = data?.in === 'blob' ? data.hash : undefined;
  const entry = new Entry(id, action, part, object, since, expiration, data?.size ?? 0, blob);
  for (const mark of marks) apply(mark, entry);
  return entry;
}

function apply({ bytes, reason, since, state }: Mark, entry: Entry): void {
  if (state === 'follows cut' || state === 'begun' || state === 'cut') {
    entry.isAfterDeath = true;
    entry.isCut = state === 'cut';
    if (state === 'begun') entry.hasBegun = true;
    // Records of older versions do not say how many.
    else entry.followsCut = bytes ?? Number.MAX_SAFE_INTEGER;
    return;
  }
  entry.state = state === 'refused' ? 'refused' : 'waiting';
  entry.reason = reason;
  entry.since = since ?? entry.since;
}
