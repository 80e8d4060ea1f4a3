import { dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { allEnded } from '../system/all-ended';
import type { Disk, DiskFile } from './disk';
import { isStorageError, onDisk, storageError, systemCode } from './errors';
import { FolderLock } from './lock';
import type { Machine } from './machine';

/** The entry of a piece in the record: its length, and the checksum of all data up to its end, 4 bytes each. */
const entryBytes = 8;
/** An entry that tells of a longer piece is damaged. */
const largestPiece = 16 * 1_048_576;

/**
 * A large file that is made piece by piece, and goes on where it stopped when the process that made it died:
 *
 *     FOLDER/
 *       data      what has come so far; it takes its name when it is whole
 *       record    which pieces of it are there, and what they must be like
 *       lock/     of the process that is at it
 *
 * No bytes are synced before it is whole. Whatever a power cut leaves of the two files, and whoever else wrote to them, what
 * counts as kept ends where a piece does not fit its checksum. A piece is recorded when the next one is written, so the last
 * one never is: what an interrupted answer ends with may be an error text.
 */
export class PartFile {
  #size = 0;
  #recorded = 0;
  #unrecorded: Buffer | undefined;
  #checksum = 0;

  private constructor(
    private readonly folder: string,
    private readonly data: DiskFile,
    private readonly record: DiskFile,
    private readonly lock: FolderLock,
    private readonly disk: Disk,
  ) {}

  /**
   * Opens what is there, or makes it.
   *
   * @param mode of the file, less what the process never grants.
   * @throws StorageError STORAGE_IN_USE where somebody is at it.
   */
  static open(folder: string, mode: number, machine: Machine): Promise<PartFile> {
    return onDisk(folder, async () => {
      const { disk } = machine;
      await disk.makeFolder(folder);
      const lock = await FolderLock.take(folder, machine);
      const opened: DiskFile[] = [];
      try {
        opened.push(await disk.open(dataIn(folder), 'keep', mode));
        opened.push(await disk.open(recordIn(folder), 'keep'));
        const [data, record] = opened as [DiskFile, DiskFile];
        // Otherwise the finished file could, after a power cut, be here under its old name too, and the next process write to it.
        await disk.syncFolder(folder);
        return new PartFile(folder, data, record, lock, disk);
      } catch (error) {
        await closed(opened).finally(() => lock.release());
        throw error;
      }
    });
  }

  /** Removes one that nobody is at. */
  static async remove(folder: string, machine: Machine): Promise<void> {
    try {
      const lock = await FolderLock.take(folder, machine);
      await removeAll(folder, lock, machine.disk);
    } catch (error) {
      if (!isStorageError(error, 'STORAGE_IN_USE')) throw error;
    }
  }

  /** CRC-32 of all that is there. */
  get checksum(): number {
    return this.#checksum;
  }

  /** What is there already, piece by piece, to be read to its end before more is written. */
  async *kept(): AsyncGenerator<Buffer> {
    const record = Buffer.alloc(await onDisk(this.folder, () => this.record.size()));
    const size = await onDisk(this.folder, () => this.data.size());
    await onDisk(this.folder, () => this.record.read(record, 0));
    for (let at = 0; at + entryBytes <= record.length; at += entryBytes) {
      const length = record.readUInt32LE(at);
      if (length === 0 || length > largestPiece || this.#size + length > size) break;
      const piece = Buffer.allocUnsafe(length);
      if (!(await this.#read(piece))) break;
      const checksum = crc32(piece, this.#checksum);
      if (checksum !== record.readUInt32LE(at + 4)) break;
      this.#checksum = checksum;
      this.#size += length;
      this.#recorded += entryBytes;
      yield piece;
    }
    await this.#cut();
  }

  /** Writes one more piece; its memory is free when this resolves. */
  async write(piece: Uint8Array): Promise<void> {
    const checksum = crc32(piece, this.#checksum);
    const entry = Buffer.alloc(entryBytes);
    entry.writeUInt32LE(piece.length, 0);
    entry.writeUInt32LE(checksum, 4);
    const before = this.#unrecorded;
    await onDisk(this.folder, async () => {
      await this.lock.confirm();
      await this.data.write(piece, this.#size);
      if (before) await this.record.write(before, this.#recorded);
    });
    if (before) this.#recorded += entryBytes;
    this.#unrecorded = entry;
    this.#checksum = checksum;
    this.#size += piece.length;
  }

  /** Forgets what was written. */
  async restart(): Promise<void> {
    this.#size = 0;
    this.#recorded = 0;
    this.#unrecorded = undefined;
    this.#checksum = 0;
    await this.#cut();
  }

  /** It is whole: gives it its name, in place of a file that has it, whose mode it keeps. */
  async commit(path: string): Promise<void> {
    await onDisk(path, async () => {
      await this.lock.confirm();
      const before = await this.disk.stat(path);
      if (before) await this.data.setMode(before.mode);
      await this.data.sync();
      await this.#close();
      await this.disk.rename(dataIn(this.folder), path);
      await this.disk.syncFolder(dirname(path));
    });
    // What is left of the folder harms nobody, and goes with time where it cannot be removed now.
    await removeAll(this.folder, this.lock, this.disk).catch(() => undefined);
  }

  /** Leaves it to whoever goes on. */
  async leave(): Promise<void> {
    await onDisk(this.folder, () => this.#close().finally(() => this.lock.release()));
  }

  async discard(): Promise<void> {
    await onDisk(this.folder, async () => {
      try {
        await this.#close();
      } finally {
        await removeAll(this.folder, this.lock, this.disk);
      }
    });
  }

  /** @returns false where the file ends before, or the disk cannot read it any more. */
  async #read(into: Buffer): Promise<boolean> {
    try {
      return (await this.data.read(into, this.#size)) === into.length;
    } catch (error) {
      if (systemCode(error) !== 'EIO') throw storageError(error, this.folder);
      return false;
    }
  }

  /** The record first: it must never say more than there is. */
  async #cut(): Promise<void> {
    await onDisk(this.folder, async () => {
      await this.record.truncate(this.#recorded);
      await this.data.truncate(this.#size);
    });
  }

  #close(): Promise<void> {
    return closed([this.data, this.record]);
  }
}

function dataIn(folder: string): string {
  return join(folder, 'data');
}

function recordIn(folder: string): string {
  return join(folder, 'record');
}

function closed(files: readonly DiskFile[]): Promise<void> {
  return allEnded(files.map((file) => file.close()));
}

async function removeAll(folder: string, lock: FolderLock, disk: Disk): Promise<void> {
  try {
    await disk.remove(recordIn(folder));
    await disk.remove(dataIn(folder));
  } finally {
    await lock.release();
  }
  // The next one may have come meanwhile.
  await disk.removeFolder(folder).catch(() => undefined);
}
