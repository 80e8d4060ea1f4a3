import { dirname, join } from 'node:path';
import { isStorageError, onDisk, systemCode } from './errors';
import type { Machine } from './machine';
import { PartFile } from './part-file';
import { isPart, isPartOf, isTemporary, partFor } from './temporary';

const hour = 3_600_000;
const day = 24 * hour;
/** How long, in ms, a part file is kept that nobody goes on with. */
const keptFor = 7 * day;
/** For how many folders it is remembered when they were tidied. */
const mostFolders = 1_000;

/** What a file is made of. */
export interface PartIdentity {
  /** Whatever names it among all that may be written to one path. */
  of: string;
  /** Which of its contents: parts of others are of no use any more. */
  version: string;
}

/** The part files beside the files that they become, and what dead processes have left there. */
export class PartFiles {
  /** Folders, and when they were tidied. */
  readonly #tidied = new Map<string, number>();

  constructor(private readonly machine: Machine) {}

  /**
   * The part file of what is to be called `path`, with what is there of it already; undefined where somebody else is at it.
   *
   * @param mode of a file that is not there yet, less what the process never grants.
   * @throws StorageError.
   */
  take(path: string, identity: PartIdentity, mode: number): Promise<PartFile | undefined> {
    return onDisk(path, () => this.#take(path, identity, mode));
  }

  /** Removes what dead processes have left in a folder; looks there once an hour. */
  async tidy(folder: string): Promise<void> {
    const { clock, disk } = this.machine;
    const last = this.#tidied.get(folder);
    if (last !== undefined && clock.elapsed() - last < hour) return;
    const [oldest] = this.#tidied.keys();
    if (this.#tidied.size >= mostFolders && oldest !== undefined) this.#tidied.delete(oldest);
    this.#tidied.delete(folder);
    this.#tidied.set(folder, clock.elapsed());
    const names = (await disk.list(folder)).filter((name) => isPart(name) || isTemporary(name));
    await Promise.all(names.map((name) => this.#removeOld(join(folder, name), isPart(name))));
  }

  async #take(path: string, identity: PartIdentity, mode: number): Promise<PartFile | undefined> {
    const own = partFor(path, identity);
    const folder = dirname(path);
    const others = (await this.machine.disk.list(folder)).filter(
      (name) => isPartOf(path, identity.of, name) && join(folder, name) !== own,
    );
    // What another user has left there is not ours to remove, and harms nobody.
    const removing = Promise.allSettled(
      others.map((name) => PartFile.remove(join(folder, name), this.machine)),
    );
    const before = await this.machine.disk.stat(path);
    const opening = PartFile.open(own, before?.mode ?? mode, this.machine).catch((error: unknown) => {
      // Where it is another user's, it is made without.
      if (isStorageError(error, 'STORAGE_IN_USE', 'STORAGE_DENIED') || wasRemoved(error)) return undefined;
      throw error;
    });
    const [part] = await Promise.all([opening, removing]);
    return part;
  }

  async #removeOld(path: string, isPartFolder: boolean): Promise<void> {
    const { clock, disk } = this.machine;
    const age = async (of: string): Promise<number> => clock.now() - ((await disk.stat(of))?.modified ?? 0);
    if (!isPartFolder) {
      if (!(await disk.stat(path))?.isFolder && (await age(path)) > day) await disk.remove(path);
      return;
    }
    const written = await disk.stat(join(path, 'data'));
    if ((await age(written ? join(path, 'data') : path)) > keptFor) await PartFile.remove(path, this.machine);
  }
}

/** Whoever was at it before has just finished. */
function wasRemoved(error: unknown): boolean {
  return isStorageError(error) && systemCode(error.cause) === 'ENOENT';
}
