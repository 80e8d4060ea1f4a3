import { FileJournal, type FileJournalOptions } from '../../src/storage/file-journal';
import type { ProcessIdentity } from '../../src/storage/processes';
import type { Clock } from '../../src/system/clock';
import { ManualClock, settle } from './manual-clock';
import { type DiskOperation, failure, MemoryDisk } from './memory-disk';
import { MadeUpProcesses } from './processes';
import { SeededRandom } from './random';

/** A computer whose processes open one journal after the other, in the folder /f of its disk. */
export class JournalComputer {
  readonly clock = new ManualClock();
  readonly processes = new MadeUpProcesses();
  readonly #random = new SeededRandom(1);
  disk = new MemoryDisk(this.#random);

  /** Has time pass where a lock is to be watched. */
  async open(
    options: FileJournalOptions = {},
    identity: Partial<ProcessIdentity> = {},
    clock: Clock = this.clock,
  ): Promise<FileJournal> {
    const processes = this.processes.start(identity);
    const machine = { disk: this.disk, clock, random: this.#random, processes };
    const opened = FileJournal.open('/f', { ...options, machine });
    let isOver = false;
    const end = (): void => {
      isOver = true;
    };
    opened.then(end, end);
    await settle();
    while (!isOver) await this.clock.advance(250);
    return opened;
  }

  /** The power fails. */
  crash(): void {
    this.disk = this.disk.crash();
    this.processes.endAll();
  }

  /** Another disk, with nothing on it. */
  replaceDisk(random = this.#random): void {
    this.disk = new MemoryDisk(random);
  }

  /** What is kept, as the next process reads it. */
  async kept(name: string): Promise<Record<string, unknown>> {
    const journal = await this.open();
    const entries = Object.fromEntries(journal.map(name));
    await journal.close();
    return entries;
  }

  async bytes(path = '/f/journal'): Promise<Buffer> {
    const file = await this.disk.open(path, 'read');
    const all = Buffer.alloc(await file.size());
    await file.read(all, 0);
    await file.close();
    return all;
  }

  async put(all: Uint8Array, path = '/f/journal'): Promise<void> {
    const file = await this.disk.open(path, 'replace');
    await file.write(all, 0);
    await file.close();
  }

  /** Has the operations of these names fail from now on, or work again. */
  fail(code: string | undefined, ...names: DiskOperation['name'][]): void {
    this.disk.before = ({ name, path }) => {
      if (code && names.includes(name) && (path === '/f' || path.includes('journal')))
        throw failure(code, name, path);
    };
  }
}
