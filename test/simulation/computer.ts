import { FileJournal } from '../../src/storage/file-journal';
import type { Machine } from '../../src/storage/machine';
import type { Clock } from '../../src/system/clock';
import { MemoryDisk } from '../support/memory-disk';
import { MadeUpProcesses } from '../support/processes';
import type { SeededRandom } from '../support/random';
import type { Death } from './plans/plan';

/** As Node-RED's nodes open theirs. */
const syncEvery = 1_000;

/** What a process runs on, and what of it outlives the process. */
export class Computer {
  #disk: MemoryDisk;
  readonly #processes = new MadeUpProcesses();
  #running: { end(): void } | undefined;
  #boots = 1;

  constructor(private readonly random: SeededRandom) {
    this.#disk = new MemoryDisk(random);
  }

  get openFiles(): number {
    return this.#disk.openFiles;
  }

  /** What is on it now. */
  get disk(): MemoryDisk {
    return this.#disk;
  }

  /** What a process that starts now has of it. */
  start(clock: Clock): Machine {
    const processes = this.#processes.start({ boot: `boot ${this.#boots}` });
    this.#running = processes;
    return { disk: this.#disk, clock, random: this.random, processes };
  }

  /** Opens the journal for a process that starts now. */
  openJournal(machine: Machine): Promise<FileJournal> {
    return FileJournal.open('/edge-sync', { syncEvery, machine });
  }

  /** The process is no more. */
  end(how: Death): void {
    this.#running?.end();
    this.#running = undefined;
    if (how === 'killed') this.#disk = this.#disk.kill();
    if (how !== 'power cut') return;
    this.#disk = this.#disk.crash();
    this.#boots += 1;
  }
}
