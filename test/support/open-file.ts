import type { DiskFile } from '../../src/storage/disk';
import type { MemoryFile } from './memory-file';

/** What a disk is asked by a file that is open on it. */
export interface DiskOfFile {
  /** Before each operation: throws to have it fail. */
  begin(operation: keyof DiskFile): Promise<void>;
  /** How many bytes may be written from there on. */
  room(position: number): number;
  /** Where a write of so many bytes is interrupted. */
  middleOf(length: number): number;
  closed(): void;
  failure(code: string, call: string): Error;
}

/** A file of a MemoryDisk, as a process has it open. */
export class OpenFile implements DiskFile {
  #isClosed = false;

  constructor(
    private readonly file: MemoryFile,
    private readonly disk: DiskOfFile,
  ) {}

  async read(into: Buffer, position: number): Promise<number> {
    await this.#begin('read');
    return this.file.bytes.subarray(position).copy(into);
  }

  async write(bytes: Uint8Array, position: number): Promise<void> {
    const middle = this.disk.middleOf(bytes.length);
    for (const [start, end] of [
      [0, middle],
      [middle, bytes.length],
    ] as const) {
      await this.#begin('write');
      const fitting = Math.min(end, start + this.disk.room(position + start));
      if (fitting > start) this.file.write(bytes.subarray(start, fitting), position + start);
      if (fitting < end) throw this.disk.failure('ENOSPC', 'write');
    }
  }

  async size(): Promise<number> {
    await this.#begin('size');
    return this.file.size;
  }

  async truncate(size: number): Promise<void> {
    await this.#begin('truncate');
    this.file.truncate(size);
  }

  async setMode(mode: number): Promise<void> {
    await this.#begin('setMode');
    this.file.mode = mode;
  }

  sync(): Promise<void> {
    return this.#sync('sync');
  }

  datasync(): Promise<void> {
    return this.#sync('datasync');
  }

  /** As on Linux, it is closed also where that fails. */
  async close(): Promise<void> {
    const wasClosed = this.#isClosed;
    this.#isClosed = true;
    if (!wasClosed) this.disk.closed();
    await this.disk.begin('close');
    if (wasClosed) throw this.disk.failure('EBADF', 'close');
  }

  async #begin(operation: keyof DiskFile): Promise<void> {
    await this.disk.begin(operation);
    if (this.#isClosed) throw this.disk.failure('EBADF', operation);
  }

  async #sync(operation: 'sync' | 'datasync'): Promise<void> {
    try {
      await this.#begin(operation);
    } catch (error) {
      this.file.failSync();
      throw error;
    }
    this.file.sync();
  }
}
