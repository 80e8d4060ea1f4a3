import { join } from 'node:path';
import type { Timer } from '../system/clock';
import type { Damage } from './damage';
import { onDisk } from './errors';
import type { Journal, KeptMap } from './journal';
import { JournalFile, type JournalParts } from './journal-file';
import { KeptMaps } from './kept-maps';
import { FolderLock } from './lock';
import { type Machine, thisMachine } from './machine';

export interface FileJournalOptions {
  /** How many bytes the file may have before it is written anew without what is past; 64 MiB unless given. */
  rewriteAt?: number;
  /**
   * In ms. With it, changes count as written once they outlive the process; they are synced, so that they outlive a power
   * cut, at most this often, and at `close`. Without it they count as written only once they are synced.
   */
  syncEvery?: number;
  machine?: Partial<Machine>;
}

/**
 * Keeps changes in a file. Everything that changes while the disk is busy is written together, with one sync: many wait
 * for the same write. What could not be written is written with what changes next.
 */
export class FileJournal implements Journal {
  /** Resolves when all that was begun before has ended, well or not. */
  #before: Promise<unknown> = Promise.resolve();
  /** The write under way, or the last one. */
  #current: Promise<void> = Promise.resolve();
  /** The write that takes what changes now. */
  #next: Promise<void> | undefined;
  #syncTimer: Timer | undefined;
  #isUnsynced = false;
  #isClosed = false;

  private constructor(
    private readonly parts: JournalParts,
    private readonly file: JournalFile,
    private readonly syncEvery: number | undefined,
  ) {
    parts.maps.onChange = () => this.#writeSoon();
  }

  /**
   * Reads what the folder keeps; a folder that is not there is made.
   *
   * @throws StorageError STORAGE_IN_USE where another process uses the folder.
   */
  static async open(folder: string, options: FileJournalOptions = {}): Promise<FileJournal> {
    const { rewriteAt = 67_108_864, syncEvery } = options;
    const machine = { ...thisMachine, ...options.machine };
    await onDisk(folder, () => machine.disk.makeFolder(folder));
    const lock = await FolderLock.take(folder, machine);
    try {
      const path = join(folder, 'journal');
      const parts = { path, maps: new KeptMaps(), lock, machine, rewriteAt };
      const file = await onDisk(path, () => JournalFile.open(parts));
      return new FileJournal(parts, file, syncEvery);
    } catch (error) {
      await lock.release();
      throw error;
    }
  }

  /** What could not be read when it was opened. */
  get damage(): readonly Damage[] {
    return this.file.damage;
  }

  /** Of its file, in bytes. */
  get size(): number {
    return this.file.size;
  }

  map<Value>(name: string): KeptMap<Value> {
    return this.parts.maps.map(name);
  }

  written(): Promise<void> {
    if (this.parts.maps.hasChanges || this.file.inDoubt) this.#writeSoon();
    return this.#next ?? this.#current;
  }

  async close(): Promise<void> {
    try {
      await this.written();
      if (this.#isUnsynced) await this.#inTurn(() => this.#sync());
    } finally {
      this.#isClosed = true;
      this.#syncTimer?.cancel();
      // Also what is under way still.
      await this.#inTurn(() => this.file.close()).finally(() => this.parts.lock.release());
    }
  }

  #writeSoon(): void {
    if (this.#next) return;
    this.#next = this.#inTurn(() => this.#write());
    // Who made the change hears of a failure from `written`, now or when it asks next.
    this.#next.catch(() => undefined);
  }

  async #write(): Promise<void> {
    this.#current = this.#next ?? this.#current;
    this.#next = undefined;
    const { maps, lock } = this.parts;
    const changes = maps.takeChanges();
    try {
      await lock.confirm();
      await this.file.append(changes.records());
      if (this.syncEvery === undefined) await this.file.sync();
      else this.#syncLater(this.syncEvery);
      await lock.confirm();
    } catch (error) {
      maps.giveBack(changes);
      throw error;
    }
    // Whoever waited for the write does not wait for this.
    void this.#inTurn(() => this.file.shrink());
  }

  #syncLater(delay: number): void {
    this.#isUnsynced = true;
    if (this.#syncTimer || this.#isClosed) return;
    const sync = (): void => {
      this.#syncTimer = undefined;
      // A failure is told to whoever writes next; the sync is tried again whether anybody does or not.
      this.#inTurn(() => this.#sync()).catch(() => this.#syncLater(delay));
    };
    this.#syncTimer = this.parts.machine.clock.after(delay, sync, { background: true });
  }

  async #sync(): Promise<void> {
    await this.file.sync();
    this.#isUnsynced = false;
  }

  /** Does one thing after the other. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#before.then(() => onDisk(this.parts.path, work));
    this.#before = done.catch(() => undefined);
    return done;
  }
}
