import { FileJournal } from '../../src/storage/file-journal';
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

  /** Opens the journal for a process that starts now. */
  openJournal(clock: Clock): Promise<FileJournal> {
    const processes = this.#processes.start({ boot: `boot ${this.#boots}` });
    this.#running = processes;
    const machine = { disk: this.#disk, clock, random: this.random, processes };
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
