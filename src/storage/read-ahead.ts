import type { DiskFile } from './disk';
import { systemCode } from './errors';

const windowBytes = 1_048_576;
/** A disk can read all of a sector or nothing of it. */
const sector = 4_096;

/** The bytes of a file, read in large pieces. What the disk cannot read any more is zeros. */
export class ReadAhead {
  #start = 0;
  #window = Buffer.alloc(0);

  constructor(
    private readonly file: DiskFile,
    readonly size: number,
  ) {}

  /** Bytes that are valid until the next call; undefined where the file ends before. */
  async at(position: number, length: number): Promise<Buffer | undefined> {
    if (position + length > this.size) return undefined;
    if (position < this.#start || position + length > this.#start + this.#window.length) {
      await this.#read(position, Math.max(length, Math.min(windowBytes, this.size - position)));
    }
    return this.#window.subarray(position - this.#start, position - this.#start + length);
  }

  /** Where `wanted` stands next, or the end of the file. */
  async indexOf(wanted: Buffer, from: number): Promise<number> {
    for (let position = from; position + wanted.length <= this.size; ) {
      const bytes = await this.at(position, Math.min(windowBytes, this.size - position));
      const found = bytes?.indexOf(wanted) ?? -1;
      if (found !== -1) return position + found;
      // The end of this piece may be the beginning of what is wanted.
      position += Math.max(1, (bytes?.length ?? 0) - wanted.length + 1);
    }
    return this.size;
  }

  async #read(position: number, length: number): Promise<void> {
    this.#start = position;
    this.#window = Buffer.alloc(length);
    try {
      await this.file.read(this.#window, position);
    } catch (error) {
      if (systemCode(error) !== 'EIO') throw error;
      for (let at = 0; at < length; at += sector) await this.#readSector(at);
    }
  }

  async #readSector(at: number): Promise<void> {
    const part = this.#window.subarray(at, at + sector);
    try {
      await this.file.read(part, this.#start + at);
    } catch (error) {
      if (systemCode(error) !== 'EIO') throw error;
      part.fill(0);
    }
  }
}
