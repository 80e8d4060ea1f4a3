import { dirname, join } from 'node:path';
import { type Damage, keepAside } from './damage';
import { ifPossible, StorageError } from './errors';
import { FrameFile } from './frame-file';
import type { KeptMaps } from './kept-maps';
import type { FolderLock } from './lock';
import type { Machine } from './machine';
import { isTemporaryFor, temporaryFor } from './temporary';

/** The file of a journal: changes are appended to it, and now and then it is written anew without what is past. */
export class JournalFile {
  readonly damage: Damage[] = [];
  #frames: FrameFile | undefined;
  #rewriteAt: number;
  #inDoubt = false;
  #isClosed = false;

  private constructor(
    private readonly path: string,
    private readonly maps: KeptMaps,
    private readonly lock: FolderLock,
    private readonly machine: Machine,
    private readonly smallest: number,
  ) {
    this.#rewriteAt = smallest;
  }

  /** Reads what is there into the maps. @param smallest size from which on it is written anew. */
  static async open(
    path: string,
    maps: KeptMaps,
    lock: FolderLock,
    machine: Machine,
    smallest: number,
  ): Promise<JournalFile> {
    const file = new JournalFile(path, maps, lock, machine, smallest);
    try {
      await file.#open();
      return file;
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /** In bytes. */
  get size(): number {
    return this.#frames?.size ?? 0;
  }

  /** Whether a power cut may leave less than was written, until all is written anew. */
  get inDoubt(): boolean {
    return this.#inDoubt;
  }

  /** Writes changes that are in the maps already; they outlive the process. */
  async append(records: readonly Buffer[]): Promise<void> {
    // A rewrite would take the place of what the next process has written.
    if (this.#isClosed) throw new StorageError('STORAGE_FAILED', `${this.path} is closed`);
    if (this.#inDoubt || !this.#frames) return this.#rewrite();
    if (records.length > 0) await this.#frames.append(records);
  }

  /** Has what was written outlive a power cut. */
  async sync(): Promise<void> {
    if (this.#inDoubt || !this.#frames) return this.#rewrite();
    try {
      await this.#frames.sync();
    } catch (error) {
      // From now on the system may take for written what it could not write.
      this.#inDoubt = true;
      throw error;
    }
  }

  /** Writes it anew where it has grown enough since that was done. */
  async shrink(): Promise<void> {
    if (this.size <= this.#rewriteAt) return;
    try {
      await this.#rewrite();
    } catch {
      // Everything is still in the old file, or marked as in doubt for the next write. It is tried again only when the file has
      // grown: without space it would fail each time.
      this.#rewriteAt = this.size + this.smallest / 4;
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#frames?.close();
  }

  async #open(): Promise<void> {
    const { disk } = this.machine;
    const folder = dirname(this.path);
    for (const name of await disk.list(folder)) {
      if (isTemporaryFor(this.path, name)) await disk.remove(join(folder, name));
    }
    if (!(await disk.stat(this.path))) return this.#rewrite();
    this.#frames = await FrameFile.open(disk, this.path, async ({ start, end, body }, file) => {
      if (body) return this.#restore(body);
      const keptIn = await ifPossible(() => keepAside(disk, folder, file, { start, end }));
      this.damage.push({ bytes: end - start, keptIn });
    });
    // Who wrote it may have died before that was synced, or the file's name.
    await ifPossible(() => this.sync());
    await disk.syncFolder(folder);
    if (this.lock.wasSilent) await this.#rewrite();
    else if (this.#isToBeRewritten()) await ifPossible(() => this.#rewrite());
  }

  #isToBeRewritten(): boolean {
    if (this.damage.some(({ keptIn }) => keptIn === undefined)) return false;
    return this.damage.length > 0 || this.size > this.smallest;
  }

  #restore(body: Buffer): void {
    try {
      this.maps.restore(body);
    } catch (error) {
      const message = `${this.path} was written by a newer version of this package, or of Node.js`;
      throw new StorageError('STORAGE_UNREADABLE', message, error);
    }
  }

  /** Writes what the maps hold into a new file, which takes the place of the old one when it is whole. */
  async #rewrite(): Promise<void> {
    const { disk, random } = this.machine;
    await this.lock.confirm();
    const temporary = temporaryFor(this.path, random);
    const frames = await FrameFile.create(disk, temporary);
    try {
      for (const records of this.maps.all()) await frames.append(records);
      await frames.sync();
      await this.lock.confirm();
      // From here on nobody can tell which of the two files is there after an error or a power cut.
      this.#inDoubt = true;
      await disk.rename(temporary, this.path);
    } catch (error) {
      await frames.discard(disk, temporary);
      throw error;
    }
    const before = this.#frames;
    this.#frames = frames;
    this.#rewriteAt = Math.max(this.smallest, 2 * frames.size);
    await before?.close();
    await disk.syncFolder(dirname(this.path));
    this.#inDoubt = false;
  }
}
