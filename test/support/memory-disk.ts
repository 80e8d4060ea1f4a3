import { posix } from 'node:path';
import type { Disk, DiskEntry, DiskFile, Opening } from '../../src/storage/disk';
import type { Random } from '../../src/system/random';
import { MemoryFile } from './memory-file';
import { OpenFile } from './open-file';

/** What somebody asks of the disk, before it is done. */
export interface DiskOperation {
  readonly name: keyof Disk | keyof DiskFile;
  readonly path: string;
  /** Which one it is since the disk was made, from 1 on. */
  readonly step: number;
}

type Entry = MemoryFile | MemoryFolder;

class MemoryFolder {
  /** As everybody sees it. */
  readonly entries = new Map<string, Entry>();
  /** As it is on the disk. */
  readonly synced = new Map<string, Entry>();
}

/** Names that change together, or not at all: undefined where one goes. */
type NameChange = readonly { folder: MemoryFolder; name: string; entry: Entry | undefined }[];

/** Where a name stands, or would stand. */
interface Place {
  folder: MemoryFolder;
  name: string;
  entry: Entry | undefined;
}

/**
 * A disk in memory that dies as real ones do. After `crash` or `kill` this one belongs to a process that is gone, whose
 * operations never end; the one they return is what the next process finds. No timer and no file of the system takes
 * part, and the same seed does the same.
 */
export class MemoryDisk implements Disk {
  /** Called before each operation, and amid each write: throws to have it fail, waits to have it slow, kills or crashes. */
  before: (operation: DiskOperation) => void | Promise<void> = () => undefined;
  /** How many bytes all files may have together. */
  capacity = Number.POSITIVE_INFINITY;
  #root = new MemoryFolder();
  /** Changes of names that no sync of a folder has taken to the disk, in their order. */
  #unsynced: NameChange[] = [];
  #steps = 0;
  #open = 0;
  #gone = false;

  /** @param random decides what of the unsynced outlives a crash. */
  constructor(private readonly random: Random) {}

  /** How many operations there were. */
  get steps(): number {
    return this.#steps;
  }

  /** How many files are open. */
  get openFiles(): number {
    return this.#open;
  }

  /** The power goes: of what was not synced, anything may be lost, each write by itself and at any byte. */
  crash(): MemoryDisk {
    this.#gone = true;
    for (const change of this.#unsynced) if (this.random.next() < 0.5) place(change, 'synced');
    const next = new MemoryDisk(this.random);
    const survivors = new Map<Entry, Entry>();
    next.#root = this.#survivor(this.#root, survivors);
    return next;
  }

  /** The process dies: all that it has written is there still, synced or not. */
  kill(): MemoryDisk {
    this.#gone = true;
    const next = new MemoryDisk(this.random);
    next.capacity = this.capacity;
    next.#root = this.#root;
    next.#unsynced = this.#unsynced;
    return next;
  }

  async open(path: string, how: Opening, mode = 0o600): Promise<DiskFile> {
    await this.#begin('open', path);
    const { folder, name, entry } = this.#placeOf('open', path);
    if (entry instanceof MemoryFolder) throw failure('EISDIR', 'open', path);
    if (entry && how === 'create') throw failure('EEXIST', 'open', path);
    if (!entry && (how === 'read' || how === 'change')) throw failure('ENOENT', 'open', path);
    const file = entry ?? new MemoryFile(mode);
    if (!entry) this.#change([{ folder, name, entry: file }]);
    if (how === 'replace') file.truncate(0);
    this.#open += 1;
    return new OpenFile(file, {
      begin: (operation) => this.#begin(operation, path),
      room: (position) => this.#room(file, position),
      middleOf: (length) => Math.floor(this.random.next() * length),
      closed: () => {
        this.#open -= 1;
      },
      failure: (code, call) => failure(code, call, path),
    });
  }

  async makeFolder(path: string): Promise<void> {
    await this.#begin('makeFolder', path);
    let folder = this.#root;
    for (const name of namesOf(path)) {
      const entry = folder.entries.get(name) ?? new MemoryFolder();
      if (entry instanceof MemoryFile) throw failure('EEXIST', 'mkdir', path);
      folder.entries.set(name, entry);
      folder.synced.set(name, entry);
      folder = entry;
    }
  }

  async syncFolder(path: string): Promise<void> {
    await this.#begin('syncFolder', path);
    const folder = this.#folderAt('open', path);
    const left: NameChange[] = [];
    for (const change of this.#unsynced) {
      if (change.some((each) => each.folder === folder)) place(change, 'synced');
      else left.push(change);
    }
    this.#unsynced = left;
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#begin('rename', from);
    const old = this.#placeOf('rename', from);
    const target = this.#placeOf('rename', to);
    if (!old.entry) throw failure('ENOENT', 'rename', from);
    if (old.entry instanceof MemoryFolder) {
      if (target.entry instanceof MemoryFile) throw failure('ENOTDIR', 'rename', to);
      if (target.entry && target.entry.entries.size > 0) throw failure('ENOTEMPTY', 'rename', to);
    } else if (target.entry instanceof MemoryFolder) {
      throw failure('EISDIR', 'rename', to);
    }
    this.#change([
      { ...old, entry: undefined },
      { ...target, entry: old.entry },
    ]);
  }

  async remove(path: string): Promise<void> {
    await this.#begin('remove', path);
    if (!this.#entryAt(path)) return;
    const found = this.#placeOf('rm', path);
    if (found.entry instanceof MemoryFolder) throw failure('EISDIR', 'rm', path);
    this.#change([{ ...found, entry: undefined }]);
  }

  async removeFolder(path: string): Promise<void> {
    await this.#begin('removeFolder', path);
    const found = this.#placeOf('rmdir', path);
    if (!found.entry) throw failure('ENOENT', 'rmdir', path);
    if (found.entry instanceof MemoryFile) throw failure('ENOTDIR', 'rmdir', path);
    if (found.entry.entries.size > 0) throw failure('ENOTEMPTY', 'rmdir', path);
    this.#change([{ ...found, entry: undefined }]);
  }

  async list(path: string): Promise<string[]> {
    await this.#begin('list', path);
    return Array.from(this.#folderAt('scandir', path).entries.keys()).sort();
  }

  async stat(path: string): Promise<DiskEntry | undefined> {
    await this.#begin('stat', path);
    const entry = this.#entryAt(path);
    // Nothing grows old here.
    const modified = Number.POSITIVE_INFINITY;
    if (entry instanceof MemoryFolder) return { isFolder: true, size: 0, mode: 0o700, modified };
    return entry && { isFolder: false, size: entry.size, mode: entry.mode, modified };
  }

  async #begin(name: DiskOperation['name'], path: string): Promise<void> {
    this.#steps += 1;
    if (!this.#gone) await this.before({ name, path, step: this.#steps });
    if (this.#gone) await new Promise(() => undefined);
  }

  #change(change: NameChange): void {
    place(change, 'entries');
    this.#unsynced.push(change);
  }

  /** How many bytes may be written to a file from there on. */
  #room(file: MemoryFile, position: number): number {
    if (this.capacity === Number.POSITIVE_INFINITY) return this.capacity;
    return this.capacity - usedBy(this.#root) + Math.max(0, file.size - position);
  }

  #entryAt(path: string): Entry | undefined {
    let entry: Entry | undefined = this.#root;
    for (const name of namesOf(path)) {
      entry = entry instanceof MemoryFolder ? entry.entries.get(name) : undefined;
    }
    return entry;
  }

  #folderAt(call: string, path: string): MemoryFolder {
    const entry = this.#entryAt(path);
    if (entry instanceof MemoryFolder) return entry;
    throw failure(entry ? 'ENOTDIR' : 'ENOENT', call, path);
  }

  #placeOf(call: string, path: string): Place {
    const folder = this.#folderAt(call, posix.dirname(path));
    const name = posix.basename(path);
    return { folder, name, entry: folder.entries.get(name) };
  }

  #survivor<T extends Entry>(entry: T, survivors: Map<Entry, Entry>): T {
    const made = survivors.get(entry);
    if (made) return made as T;
    const survivor = entry instanceof MemoryFile ? entry.survivor(this.random) : new MemoryFolder();
    survivors.set(entry, survivor);
    if (entry instanceof MemoryFolder && survivor instanceof MemoryFolder) {
      for (const [name, each] of entry.synced) {
        const copy = this.#survivor(each, survivors);
        survivor.entries.set(name, copy);
        survivor.synced.set(name, copy);
      }
    }
    return survivor as T;
  }
}

function place(change: NameChange, where: 'entries' | 'synced'): void {
  for (const { folder, name, entry } of change) {
    if (entry) folder[where].set(name, entry);
    else folder[where].delete(name);
  }
}

function usedBy(entry: Entry): number {
  if (entry instanceof MemoryFile) return entry.size;
  let used = 0;
  for (const each of entry.entries.values()) used += usedBy(each);
  return used;
}

function namesOf(path: string): string[] {
  return posix.resolve('/', path).split('/').filter(Boolean);
}

/** As Node.js tells it. */
export function failure(code: string, call: string, path: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${call} '${path}'`), { code, syscall: call, path });
}
