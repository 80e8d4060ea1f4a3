import type { Random } from '../../src/system/random';

/** Bytes that grow. */
class Content {
  #room = Buffer.alloc(0);
  #size = 0;

  get bytes(): Buffer {
    return this.#room.subarray(0, this.#size);
  }

  write(bytes: Uint8Array, position: number): void {
    const end = position + bytes.length;
    if (end > this.#room.length) {
      const larger = Buffer.alloc(Math.max(end, 2 * this.#room.length));
      this.bytes.copy(larger);
      this.#room = larger;
    }
    this.#room.set(bytes, position);
    this.#size = Math.max(this.#size, end);
  }

  truncate(size: number): void {
    if (size > this.#size) this.write(Buffer.alloc(size - this.#size), this.#size);
    this.#room.fill(0, size);
    this.#size = size;
  }
}

type Change = { position: number; bytes: Buffer } | { size: number };

/** A file of a MemoryDisk. */
export class MemoryFile {
  readonly #content = new Content();
  readonly #synced = new Content();
  #unsynced: Change[] = [];

  constructor(public mode: number) {}

  get bytes(): Buffer {
    return this.#content.bytes;
  }

  get size(): number {
    return this.bytes.length;
  }

  write(bytes: Uint8Array, position: number): void {
    this.#change({ position, bytes: Buffer.from(bytes) });
  }

  truncate(size: number): void {
    this.#change({ size });
  }

  sync(): void {
    for (const change of this.#unsynced) make(change, this.#synced);
    this.#unsynced = [];
  }

  /** After a sync that failed the system takes for written what never reached the disk. */
  failSync(): void {
    this.#unsynced = [];
  }

  /** What is there after the power was off: of each change since the last sync all, nothing, part, or room without it. */
  survivor(random: Random): MemoryFile {
    const survivor = new MemoryFile(this.mode);
    survivor.#change({ position: 0, bytes: this.#synced.bytes });
    for (const change of this.#unsynced) {
      const fate = random.next();
      if (fate < 0.4) survivor.#change(change);
      else if (fate < 0.8 && 'bytes' in change) survivor.#change(torn(change, fate < 0.6, random));
    }
    survivor.sync();
    return survivor;
  }

  #change(change: Change): void {
    make(change, this.#content);
    this.#unsynced.push(change);
  }
}

function make(change: Change, content: Content): void {
  if ('size' in change) content.truncate(change.size);
  else content.write(change.bytes, change.position);
}

function torn(
  { position, bytes }: { position: number; bytes: Buffer },
  withRoom: boolean,
  random: Random,
): Change {
  const cut = Math.floor(random.next() * bytes.length);
  if (!withRoom) return { position, bytes: bytes.subarray(0, cut) };
  return { position, bytes: Buffer.concat([bytes.subarray(0, cut), Buffer.alloc(bytes.length - cut)]) };
}
