import type { Timer } from '../system/clock';
import { type Claim, claim, letGo, lookEvery, patience } from './claim';
import { onDisk, StorageError } from './errors';
import { answer, signOf, wasAsked } from './holder';
import type { Machine } from './machine';
import type { ProcessIdentity } from './processes';

/** How long, in ms, the lock counts as ours after a look. */
const doubtAfter = patience / 2;

/**
 * Lets one process at a time use a folder. Node.js has no lock that the system would take from a process that dies, so:
 *
 *     lock/       there while a process uses the folder; made aside and renamed, so that of all who try one has it, whole
 *       TOKEN     which process that is: host, boot, namespace, pid, start of the process
 *
 * A process that finds a lock asks the system whether its holder runs. The system can tell where both have the same boot and
 * namespace: then the holder is a process with that number and that start. A holder of another machine, boot or container is
 * asked itself: a question is written into its file, where it looks every 2 s. If it has not answered for 8 s, it counts as dead.
 * So a container that was killed, or a power cut, costs the next process these 8 s; two containers in which it has pid 1 are not
 * mistaken for each other; and nothing is written while nobody asks.
 *
 * A process whose disk failed while it released the lock remembers the token, and so can take the lock again.
 *
 * A dead holder is removed by its token, which nobody else will ever have: a process that is late cannot remove the lock of
 * one that was faster.
 *
 * A process that was frozen for 8 s (paused, swapped out) may have lost its lock meanwhile to one of another machine or
 * container. It calls `confirm` before it says of anything that it is kept. The process that took over (`wasSilent`) writes
 * to new files, so that nobody reads what the frozen one still writes to those that it has open.
 */
export class FolderLock {
  readonly #path: string;
  #answers = 0;
  #lastLook: number;
  #timer: Timer | undefined;
  #looking: Promise<void> = Promise.resolve();
  #released = false;
  #lost = false;

  private constructor(
    private readonly folder: string,
    { path, wasSilent }: Claim,
    private readonly identity: ProcessIdentity,
    private readonly machine: Machine,
  ) {
    this.#path = path;
    this.wasSilent = wasSilent;
    this.#lastLook = machine.clock.elapsed();
    this.#wait();
  }

  /** Whether the holder before was taken for dead because it did not answer: it may yet go on. */
  readonly wasSilent: boolean;

  /**
   * Takes the lock of a folder, which must be there.
   *
   * @throws StorageError STORAGE_IN_USE, which names the process that has it.
   */
  static take(folder: string, machine: Machine): Promise<FolderLock> {
    return onDisk(folder, async () => {
      const identity = await machine.processes.self();
      return new FolderLock(folder, await claim(folder, identity, machine), identity, machine);
    });
  }

  /**
   * Makes sure that the folder is ours still; asks the disk only when that is in doubt.
   *
   * @throws StorageError STORAGE_LOST, from then on.
   */
  async confirm(): Promise<void> {
    if (!this.#lost && this.machine.clock.elapsed() - this.#lastLook >= doubtAfter) {
      await onDisk(this.folder, () => this.#look());
    }
    if (!this.#lost) return;
    const message = `${this.folder} was taken over by another process, or removed, while this one stood still`;
    throw new StorageError('STORAGE_LOST', message);
  }

  async release(): Promise<void> {
    this.#released = true;
    this.#timer?.cancel();
    await this.#looking;
    await onDisk(this.folder, () => letGo(this.#path, this.machine));
  }

  #wait(): void {
    if (this.#released || this.#lost) return;
    const look = (): void => {
      // Where the disk fails, `confirm` will look itself once the last look is too old, and throw what the disk says then.
      this.#looking = this.#look().then(
        () => this.#wait(),
        () => this.#wait(),
      );
    };
    this.#timer = this.machine.clock.after(lookEvery, look, { background: true });
  }

  async #look(): Promise<void> {
    const { disk, clock } = this.machine;
    const now = clock.elapsed();
    const asked = await wasAsked(disk, this.#path);
    this.#answers += 1;
    if (
      asked === undefined ||
      (asked && !(await answer(disk, this.#path, signOf(this.identity, this.#answers))))
    ) {
      this.#lost = true;
    } else {
      this.#lastLook = now;
    }
  }
}
