import { type FileHandle, mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { type Change, frameOf, readFrames } from './frames';
import type { Journal, KeptMap } from './journal';
import { lockFolder } from './lock';

export interface FileJournalOptions {
  /** How many bytes the file may have before it is written anew without what is past; 64 MiB unless given. */
  rewriteAt?: number;
}

/** Values of this many bytes at most go into one frame when the file is written anew. */
const frameSize = 16_777_216;

/**
 * Keeps changes in a file to which it only appends. Everything that changes while the disk is busy is written together
 * with one sync: many requests wait for the same write.
 */
export class FileJournal implements Journal {
  readonly #maps = new Map<string, Kept<unknown>>();
  #changes: Change[] = [];
  #current: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;
  #size = 0;
  #rewriteAt: number;

  private constructor(
    private readonly folder: string,
    private readonly unlock: () => Promise<void>,
    private file: FileHandle,
    private readonly smallest: number,
  ) {
    this.#rewriteAt = smallest;
  }

  /**
   * Reads what the folder keeps; a folder that is not there is made.
   *
   * @throws Error where another process uses the folder.
   */
  static async open(
    folder: string,
    { rewriteAt = 67_108_864 }: FileJournalOptions = {},
  ): Promise<FileJournal> {
    await mkdir(folder, { recursive: true });
    const unlock = await lockFolder(folder);
    try {
      const file = await open(join(folder, 'journal'), 'a+', 0o600);
      const journal = new FileJournal(folder, unlock, file, rewriteAt);
      await journal.#read();
      return journal;
    } catch (error) {
      await unlock();
      throw error;
    }
  }

  map<Value>(name: string): KeptMap<Value> {
    return this.#mapOf(name) as Kept<Value>;
  }

  written(): Promise<void> {
    return this.#next ?? this.#current;
  }

  async close(): Promise<void> {
    try {
      await this.written();
    } finally {
      await this.file.close();
      await this.unlock();
    }
  }

  async #read(): Promise<void> {
    await readFrames(this.file, (changes) => {
      for (const [name, key, value] of changes) this.#mapOf(name).restore(key, value);
    });
    await this.#rewrite();
  }

  #mapOf(name: string): Kept<unknown> {
    const map = this.#maps.get(name) ?? new Kept((key, value) => this.#changed([name, key, value]));
    this.#maps.set(name, map);
    return map;
  }

  #changed(change: Change): void {
    this.#changes.push(change);
    if (this.#next) return;
    this.#next = this.#current.then(() => this.#write());
    // Who made the change hears of a failure from `written`, now or at the next change.
    this.#next.catch(() => undefined);
  }

  async #write(): Promise<void> {
    const changes = this.#changes;
    this.#changes = [];
    this.#current = this.#next ?? this.#current;
    this.#next = undefined;
    const frame = frameOf(changes);
    await this.file.appendFile(frame);
    await this.file.datasync();
    this.#size += frame.length;
    if (this.#size > this.#rewriteAt) await this.#rewrite();
  }

  /** Writes what there is now into a new file, which takes the place of the old one when it is whole. */
  async #rewrite(): Promise<void> {
    const now = Array.from(this.#maps, ([name, map]) =>
      Array.from(map, ([key, value]): Change => [name, key, value]),
    ).flat();
    const path = join(this.folder, 'journal.new');
    const file = await open(path, 'w+', 0o600);
    let size = 0;
    for (const changes of inFrames(now)) {
      const frame = frameOf(changes);
      await file.appendFile(frame);
      size += frame.length;
    }
    await file.sync();
    await rename(path, join(this.folder, 'journal'));
    await syncFolder(this.folder);
    await this.file.close();
    this.file = file;
    this.#size = size;
    this.#rewriteAt = Math.max(this.smallest, 2 * size);
  }
}

class Kept<Value> extends Map<string, Value> {
  constructor(private readonly changed: (key: string, value: Value | undefined) => void) {
    super();
  }

  /** Takes what was read from the file. */
  restore(key: string, value: Value | undefined): void {
    if (value === undefined) super.delete(key);
    else super.set(key, value);
  }

  override set(key: string, value: Value): this {
    super.set(key, value);
    this.changed(key, value);
    return this;
  }

  override delete(key: string): boolean {
    if (!super.delete(key)) return false;
    this.changed(key, undefined);
    return true;
  }
}

function* inFrames(changes: readonly Change[]): Generator<Change[]> {
  let frame: Change[] = [];
  let bytes = 0;
  for (const change of changes) {
    const value = change[2];
    frame.push(change);
    bytes += value instanceof Uint8Array ? value.length : 1_024;
    if (bytes < frameSize) continue;
    yield frame;
    frame = [];
    bytes = 0;
  }
  if (frame.length > 0) yield frame;
}

/** The new name is on the disk only once its folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
