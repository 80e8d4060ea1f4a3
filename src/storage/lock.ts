import type { Timer } from '../system/clock';
import { type Before, beatEvery, type Claim, claim, letGo, patience } from './claim';
import { onDisk, StorageError, systemCode } from './errors';
import { signOf } from './holder';
import type { Machine } from './machine';
import type { ProcessIdentity } from './processes';

/** After so long without a sign of our own, in ms, it has to be seen whether the lock is ours still. */
const doubtAfter = patience / 2;

/**
 * Lets one process at a time use a folder. Node.js has no lock that the system would take from a process that dies, so:
 *
 *     lock/       there while somebody uses the folder; made aside and renamed, so that one of all who try has it, whole
 *       TOKEN     who that is (host, boot, namespace, pid, start of the process), and a beat, a number that goes up
 *
 * Who finds it asks the system whether that process runs, where it can be seen from here: same boot, same namespace, and
 * a process of that number that started then. One of another machine or container cannot be seen: its beat tells, which
 * goes up every 2 s, and counts as dead when it stood still for 8 s. So a container that was killed costs the next one
 * these 8 s; two that both have pid 1 do not take each other for themselves.
 *
 * The dead one is removed by its token, which nobody else will ever have: who is late cannot remove the lock of one who
 * was faster.
 *
 * Who was frozen for 8 s (paused, swapped out) may have been taken over meanwhile, from another machine or container.
 * It asks `confirm` before it says of anything that it is kept. Who took over (`before` is silent) writes to new files,
 * so that nobody reads what the other writes to those that it has open.
 */
export class FolderLock {
  readonly #path: string;
  #beats = 0;
  #lastSign: number;
  #timer: Timer | undefined;
  #beating: Promise<void> = Promise.resolve();
  #released = false;
  #lost = false;

  private constructor(
    private readonly folder: string,
    { path, before }: Claim,
    private readonly identity: ProcessIdentity,
    private readonly machine: Machine,
  ) {
    this.#path = path;
    this.before = before;
    this.#lastSign = machine.clock.elapsed();
    this.#wait();
  }

  /** How the one ended that had the folder before. */
  readonly before: Before;

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
    if (!this.#lost && this.machine.clock.elapsed() - this.#lastSign >= doubtAfter) {
      await onDisk(this.folder, () => this.#showLife());
    }
    if (!this.#lost) return;
    const message = `${this.folder} was taken over by another process, or removed, while this one stood still`;
    throw new StorageError('STORAGE_LOST', message);
  }

  async release(): Promise<void> {
    this.#released = true;
    this.#timer?.cancel();
    await this.#beating;
    await onDisk(this.folder, () => letGo(this.#path, this.machine.disk));
  }

  #wait(): void {
    if (this.#released || this.#lost) return;
    const beat = (): void => {
      this.#beating = this.#beat();
    };
    this.#timer = this.machine.clock.after(beatEvery, beat, { background: true });
  }

  async #beat(): Promise<void> {
    // Where the disk refuses it, `confirm` comes to doubt, asks again, and throws what the disk says then.
    await this.#showLife().catch(() => undefined);
    this.#wait();
  }

  async #showLife(): Promise<void> {
    const { disk, clock } = this.machine;
    const now = clock.elapsed();
    this.#beats += 1;
    try {
      const file = await disk.open(this.#path, 'change');
      try {
        await file.write(signOf(this.identity, this.#beats), 0);
      } finally {
        await file.close();
      }
      // It may have been removed before that was written.
      if (!(await disk.stat(this.#path))) this.#lost = true;
      else this.#lastSign = now;
    } catch (error) {
      if (systemCode(error) !== 'ENOENT') throw error;
      this.#lost = true;
    }
  }
}
