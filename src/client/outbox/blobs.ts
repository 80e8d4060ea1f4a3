import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { AtomicFile } from '../../storage/atomic-file';
import type { Disk } from '../../storage/disk';
import type { Machine } from '../../storage/machine';
import { Limiter } from '../../system/limiter';
import type { Entry } from './entry';
import { onStorage } from './storage-failure';
import { changed, type Fingerprint, verified } from './verified';

const readAtOnce = 65_536;

/** Data that is too large for the log: a file for each content, named by its SHA-256, as long as an entry needs it. */
export class Blobs {
  /** How many entries need each file. */
  readonly #needed = new Map<string, number>();
  /** How many of those have ended without that being on the disk yet. */
  readonly #leaving = new Map<string, number>();
  readonly #sizes = new Map<string, number>();
  #size = 0;
  /** Files are named and removed one at a time. */
  readonly #naming = new Limiter(1);

  private constructor(
    private readonly folder: string,
    private readonly machine: Machine,
  ) {}

  /** @param needed the file name of each entry that needs one; all other files are removed. */
  static async open(folder: string, machine: Machine, needed: readonly string[]): Promise<Blobs> {
    const { disk } = machine;
    await disk.makeFolder(folder);
    const blobs = new Blobs(folder, machine);
    for (const hash of needed) blobs.#need(hash);
    for (const name of await disk.list(folder)) {
      const path = join(folder, name);
      if (blobs.#needed.has(name)) blobs.#setSize(name, (await disk.stat(path))?.size ?? 0);
      else await disk.remove(path);
    }
    return blobs;
  }

  /** The size of all files, also of those that are being written, in bytes. */
  get size(): number {
    return this.#size;
  }

  /**
   * Keeps data, which is on the disk when this resolves. The caller has to release it.
   *
   * @param makeRoom called before each piece.
   */
  async keep(
    pieces: AsyncIterable<Uint8Array>,
    makeRoom: (bytes: number) => Promise<void>,
  ): Promise<Fingerprint> {
    const digest = createHash('sha256');
    const file = await AtomicFile.create(join(this.folder, 'data'), this.machine);
    let writing = 0;
    try {
      for await (const piece of pieces) {
        await makeRoom(piece.length);
        writing += piece.length;
        this.#size += piece.length;
        digest.update(piece);
        await file.write(piece);
      }
      const kept = { hash: digest.digest('hex'), size: file.size };
      await this.#naming.run(() => this.#name(file, kept));
      return kept;
    } catch (error) {
      // If the disk refuses this too, the file is removed when the outbox is next opened.
      await file.discard().catch(() => undefined);
      throw error;
    } finally {
      this.#size -= writing;
    }
  }

  /** The bytes of files that go once the ends so far are on the disk, or that would go if these entries ended, too. */
  freedBy(ending: readonly Entry[] = []): number {
    const left = new Map(this.#needed);
    const leave = (hash: string, count: number): unknown => left.set(hash, (left.get(hash) ?? 0) - count);
    for (const [hash, count] of this.#leaving) leave(hash, count);
    for (const { blob } of ending) if (blob !== undefined) leave(blob, 1);
    let freed = 0;
    for (const [hash, size] of this.#sizes) if ((left.get(hash) ?? 0) <= 0) freed += size;
    return freed;
  }

  /** One entry fewer will need it. @returns a function to call once that is on the disk. */
  leave(hash: string): () => void {
    this.#leaving.set(hash, (this.#leaving.get(hash) ?? 0) + 1);
    return () => {
      const others = (this.#leaving.get(hash) ?? 0) - 1;
      if (others > 0) this.#leaving.set(hash, others);
      else this.#leaving.delete(hash);
      this.release(hash);
    };
  }

  /** One entry fewer needs it. */
  release(hash: string): void {
    const left = (this.#needed.get(hash) ?? 0) - 1;
    if (left > 0) this.#needed.set(hash, left);
    else this.#needed.delete(hash);
    if (left > 0) return;
    // What the disk does not remove now is removed when the outbox is next opened.
    void this.#naming.run(() => this.#removeUnneeded(hash)).catch(() => undefined);
  }

  /** The pieces of a blob, the last one only if all are unchanged. */
  read(kept: Fingerprint): AsyncGenerator<Uint8Array> {
    const path = join(this.folder, kept.hash);
    return verified(piecesAt(path, this.machine.disk), kept, path);
  }

  /** Resolves once the files that are not needed are gone. */
  async settled(): Promise<void> {
    await this.#naming.run(() => Promise.resolve());
  }

  async #name(file: AtomicFile, { hash, size }: Fingerprint): Promise<void> {
    if (this.#sizes.has(hash) && this.#needed.has(hash)) await file.discard();
    else await file.commit(join(this.folder, hash));
    this.#setSize(hash, size);
    this.#need(hash);
  }

  #need(hash: string): void {
    this.#needed.set(hash, (this.#needed.get(hash) ?? 0) + 1);
  }

  async #removeUnneeded(hash: string): Promise<void> {
    if (this.#needed.has(hash)) return;
    await this.machine.disk.remove(join(this.folder, hash));
    this.#setSize(hash, undefined);
  }

  #setSize(hash: string, size: number | undefined): void {
    this.#size += (size ?? 0) - (this.#sizes.get(hash) ?? 0);
    if (size === undefined) this.#sizes.delete(hash);
    else this.#sizes.set(hash, size);
  }
}

/** @throws SyncServiceError SYNC_CHANGED_DATA where it is gone, SYNC_STORAGE. */
async function* piecesAt(path: string, disk: Disk): AsyncGenerator<Buffer> {
  if (!(await onStorage(path, () => disk.stat(path)))) throw changed(path, 'is gone');
  const file = await onStorage(path, () => disk.open(path, 'read'));
  try {
    for (let at = 0; ; ) {
      const piece = Buffer.alloc(readAtOnce);
      const count = await onStorage(path, () => file.read(piece, at));
      if (count === 0) return;
      yield piece.subarray(0, count);
      at += count;
    }
  } finally {
    await onStorage(path, () => file.close());
  }
}
