import { dirname } from 'node:path';
import type { Random } from '../system/random';
import type { Disk, DiskFile } from './disk';
import { onDisk, StorageError } from './errors';
import { temporaryFor } from './temporary';

export interface AtomicFileOptions {
  disk: Disk;
  random: Random;
  /** Of a file that is not there yet, less what the process never grants (its umask); 0600 unless given. */
  mode?: number;
}

/** A file that appears under its name when it is whole and on the disk, in place of the one before, whose mode it keeps. */
export class AtomicFile {
  #size = 0;
  #isClosed = false;

  private constructor(
    private readonly path: string,
    private readonly temporary: string,
    private readonly file: DiskFile,
    private readonly disk: Disk,
  ) {}

  static create(path: string, { disk, random, mode = 0o600 }: AtomicFileOptions): Promise<AtomicFile> {
    return onDisk(path, async () => {
      const temporary = temporaryFor(path, random);
      // While it is written it is for no more users than the file that it replaces.
      const before = await disk.stat(path);
      if (before?.isFolder) throw new StorageError('STORAGE_FAILED', `${path} is a folder`);
      const file = await disk.open(temporary, 'create', before?.mode ?? mode);
      return new AtomicFile(path, temporary, file, disk);
    });
  }

  /** Of what was written, in bytes. */
  get size(): number {
    return this.#size;
  }

  async write(bytes: Uint8Array): Promise<void> {
    await onDisk(this.path, () => this.file.write(bytes, this.#size));
    this.#size += bytes.length;
  }

  /** Forgets what was written. */
  async restart(): Promise<void> {
    await onDisk(this.path, () => this.file.truncate(0));
    this.#size = 0;
  }

  /**
   * Gives it its name: the one it was made for, or another in the same folder, as where it is called by what it holds.
   * Nothing is written to it afterwards.
   */
  async commit(path = this.path): Promise<void> {
    await onDisk(path, async () => {
      const before = await this.disk.stat(path);
      if (before) await this.file.setMode(before.mode);
      await this.file.sync();
      await this.#close();
      await this.disk.rename(this.temporary, path);
      await this.disk.syncFolder(dirname(path));
    });
  }

  /** Removes what was written, unless it has its name already. */
  async discard(): Promise<void> {
    await onDisk(this.path, async () => {
      await this.#close();
      await this.disk.remove(this.temporary);
    });
  }

  async #close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.file.close();
  }
}

/** Has `write` write a file that takes the place of `path` when it is whole; where that fails, all is as before. */
export async function replaceFile(
  path: string,
  options: AtomicFileOptions,
  write: (file: AtomicFile) => Promise<void>,
): Promise<void> {
  const file = await AtomicFile.create(path, options);
  try {
    await write(file);
    await file.commit();
  } catch (error) {
    // A disk that refuses this too says nothing new by it.
    await file.discard().catch(() => undefined);
    throw error;
  }
}
