import { dirname, join } from 'node:path';
import { type Damage, keepAside } from './damage';
import { ifPossible, StorageError } from './errors';
import { FrameFile } from './frame-file';
import type { KeptMaps } from './kept-maps';
import type { FolderLock } from './lock';
import type { Machine } from './machine';
import { isTemporaryFor, temporaryFor } from './temporary';

/** What the file of a journal has to do with. */
export interface JournalParts {
  readonly path: string;
  /** What is kept. */
  readonly maps: KeptMaps;
  /** Of its folder. */
  readonly lock: FolderLock;
  readonly machine: Machine;
  /** How many bytes it has at least when it is written anew. */
  readonly rewriteAt: number;
}

/** The file of a journal: changes are appended to it, and now and then it is written anew without what is past. */
export class JournalFile {
  readonly damage: Damage[] = [];
  #frames: FrameFile | undefined;
  #rewriteAt: number;
  #inDoubt = false;
  #isClosed = false;

  private constructor(private readonly parts: JournalParts) {
    this.#rewriteAt = parts.rewriteAt;
  }

  /** Reads what is there into the maps. */
  static async open(parts: JournalParts): Promise<JournalFile> {
    const file = new JournalFile(parts);
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
    if (this.#isClosed) throw new StorageError('STORAGE_FAILED', `${this.parts.path} is closed`);
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
      this.#rewriteAt = this.size + this.parts.rewriteAt / 4;
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#frames?.close();
  }

  async #open(): Promise<void> {
    const { disk } = this.parts.machine;
    const folder = dirname(this.parts.path);
    for (const name of await disk.list(folder)) {
      if (isTemporaryFor(this.parts.path, name)) await disk.remove(join(folder, name));
    }
    if (!(await disk.stat(this.parts.path))) return this.#rewrite();
    this.#frames = await FrameFile.open(disk, this.parts.path, async ({ start, end, body }, file) => {
      if (body) return this.#restore(body);
      const keptIn = await ifPossible(() => keepAside(disk, folder, file, { start, end }));
      this.damage.push({ bytes: end - start, keptIn });
    });
    // Who wrote it may have died before that was synced, or the file's name.
    await ifPossible(() => this.sync());
    await disk.syncFolder(folder);
    if (this.parts.lock.wasSilent) await this.#rewrite();
    else if (this.#isToBeRewritten()) await ifPossible(() => this.#rewrite());
  }

  #isToBeRewritten(): boolean {
    if (this.damage.some(({ keptIn }) => keptIn === undefined)) return false;
    return this.damage.length > 0 || this.size > this.parts.rewriteAt;
  }

  #restore(body: Buffer): void {
    try {
      this.parts.maps.restore(body);
    } catch (error) {
      const message = `${this.parts.path} was written by a newer version of this package, or of Node.js`;
      throw new StorageError('STORAGE_UNREADABLE', message, error);
    }
  }

  /** Writes what the maps hold into a new file, which takes the place of the old one when it is whole. */
  async #rewrite(): Promise<void> {
    const { disk, random } = this.parts.machine;
    await this.parts.lock.confirm();
    const temporary = temporaryFor(this.parts.path, random);
    const frames = await FrameFile.create(disk, temporary);
    try {
      for (const records of this.parts.maps.all()) await frames.append(records);
      await frames.sync();
      await this.parts.lock.confirm();
      // From here on nobody can tell which of the two files is there after an error or a power cut.
      this.#inDoubt = true;
      await disk.rename(temporary, this.parts.path);
    } catch (error) {
      await frames.discard(disk, temporary);
      throw error;
    }
    const before = this.#frames;
    this.#frames = frames;
    this.#rewriteAt = Math.max(this.parts.rewriteAt, 2 * frames.size);
    await before?.close();
    await disk.syncFolder(dirname(this.parts.path));
    this.#inDoubt = false;
  }
}
