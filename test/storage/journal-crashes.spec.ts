import assert from 'node:assert/strict';
import { isStorageError } from '../../src/storage/errors';
import { FileJournal, type FileJournalOptions } from '../../src/storage/file-journal';
import type { KeptMap } from '../../src/storage/journal';
import { sleep } from '../../src/system/clock';
import { ManualClock } from '../support/manual-clock';
import { failure, MemoryDisk } from '../support/memory-disk';
import { MadeUpProcesses } from '../support/processes';
import { SeededRandom } from '../support/random';

/** `EDGE_SYNC_SEED` has that one alone run. */
const seeds = process.env.EDGE_SYNC_SEED
  ? [Number(process.env.EDGE_SYNC_SEED)]
  : Array.from({ length: 150 }, (_, seed) => seed);

const lives = 6;
const single = ['a', 'b', 'c'] as const;
/** These change together, and are kept together or not at all. */
const pair = ['one of two', 'two of two'] as const;
const keys = [...single, ...pair];

type Death = 'crash' | 'kill';

interface Rules {
  options: FileJournalOptions;
  deaths: readonly [Death, ...Death[]];
  /** What makes sure that a change is kept. */
  confirmedBy: 'written' | 'close';
  /** Whether the disk also fails while the journal is opened. */
  failsAtOpen: boolean;
}

/** Processes that open a journal one after the other, change it, and die at any operation of the disk. */
class History {
  readonly counts = { deaths: 0, confirmed: 0, refused: 0, damaged: 0 };
  readonly #random: SeededRandom;
  readonly #clock = new ManualClock();
  readonly #world = new MadeUpProcesses();
  #disk: MemoryDisk;
  /** Of each key the values that may be found: the one that was confirmed last, and those that it was given since. */
  readonly #possible = new Map<string, (number | undefined)[]>(keys.map((key) => [key, [undefined]]));
  /** What the process that lives has changed. */
  readonly #changed = new Set<string>();
  /**
   * Whether a sync failed: what it was for is in the memory of the system, and never on the disk. Who finds it after the
   * one who was refused has died is told that its own changes are kept, and no more.
   */
  #isSyncLost = false;
  #count = 0;

  constructor(
    seed: number,
    private readonly rules: Rules,
  ) {
    this.#random = new SeededRandom(seed);
    this.#disk = new MemoryDisk(this.#random);
  }

  async run(): Promise<void> {
    for (let life = 0; life < lives; life += 1) await this.#live();
    const journal = await this.#inTime(this.#open(this.#world.start()));
    this.#check(journal);
    await journal.close();
    const left = (await this.#disk.list('/f')).filter((name) => !name.startsWith('damaged-'));
    assert.deepEqual(left, ['journal']);
    assert.equal(this.#disk.openFiles, 0);
  }

  async #live(): Promise<void> {
    const disk = this.#disk;
    const end = disk.steps + this.#random.below(150);
    const faults = this.#random.pick([0, 0.05]);
    let isOpen = this.rules.failsAtOpen;
    let die = (): void => undefined;
    const died = new Promise<void>((resolve) => {
      die = resolve;
    });
    disk.before = ({ step, name, path }) => {
      if (step === end) {
        this.counts.deaths += 1;
        this.#disk = this.#random.pick(this.rules.deaths) === 'crash' ? disk.crash() : disk.kill();
        die();
      } else if (isOpen && name !== 'read' && this.#random.next() < faults) {
        if (name === 'datasync') this.#isSyncLost = true;
        throw failure(this.#random.pick(['EIO', 'ENOSPC']), name, path);
      }
    };
    const self = this.#world.start();
    await this.#inTime(
      Promise.race([
        this.#work(self, () => {
          isOpen = true;
        }),
        died,
      ]),
    );
    self.end();
    this.#disk.before = () => undefined;
  }

  async #work(self: ReturnType<MadeUpProcesses['start']>, onOpen: () => void): Promise<void> {
    const disk = this.#disk;
    const journal = await this.#open(self).catch((error: unknown) => {
      assert.ok(isStorageError(error, 'STORAGE_FULL', 'STORAGE_FAILED'), String(error));
    });
    if (!journal) return;
    onOpen();
    this.#check(journal);
    this.#changed.clear();
    const map = journal.map<number>('map');
    for (let turn = 0; turn < 40; turn += 1) {
      this.#change(map);
      const confirmed = this.#confirmedBy('written', () => journal.written());
      if (this.#random.next() < 0.5) await confirmed;
      if (this.#random.next() < 0.2) await sleep(this.#clock, 700);
      // Only what waits for the disk ends by itself with its process.
      if (this.#disk !== disk) return;
    }
    await this.#confirmedBy('close', () => journal.close());
  }

  #open(processes: ReturnType<MadeUpProcesses['start']>): Promise<FileJournal> {
    const machine = { disk: this.#disk, clock: this.#clock, random: this.#random, processes };
    return FileJournal.open('/f', { ...this.rules.options, machine });
  }

  #change(map: KeptMap<number>): void {
    this.#count += 1;
    const changed = this.#random.next() < 0.3 ? pair : [this.#random.pick(single)];
    const value = this.#random.next() < 0.2 ? undefined : this.#count;
    for (const key of changed) {
      if (value === undefined && !map.delete(key)) continue;
      if (value !== undefined) map.set(key, value);
      this.#possible.get(key)?.push(value);
      this.#changed.add(key);
    }
  }

  async #confirmedBy(how: Rules['confirmedBy'], ask: () => Promise<void>): Promise<void> {
    const asked = this.#isSyncLost ? this.#changed : keys;
    const last = Array.from(asked, (key) => [key, this.#possible.get(key)?.at(-1)] as const);
    try {
      await ask();
    } catch (error) {
      assert.ok(isStorageError(error, 'STORAGE_FULL', 'STORAGE_FAILED'), String(error));
      this.counts.refused += 1;
      return;
    }
    if (how !== this.rules.confirmedBy && how !== 'close') return;
    this.counts.confirmed += 1;
    for (const [key, value] of last) {
      const values = this.#possible.get(key) ?? [];
      // What a later confirmation left out is out already.
      const at = values.lastIndexOf(value);
      if (at > 0) values.splice(0, at);
    }
  }

  #check(journal: FileJournal): void {
    this.counts.damaged += journal.damage.length;
    const map = journal.map<number>('map');
    for (const key of keys) {
      const values = this.#possible.get(key) ?? [];
      const at = values.lastIndexOf(map.get(key));
      assert.notEqual(at, -1, `${key} is ${map.get(key)}, and not one of ${values.join()}`);
      values.splice(at + 1);
    }
    assert.equal(map.get(pair[0]), map.get(pair[1]));
    assert.ok(Array.from(map.keys()).every((key) => keys.includes(key as 'a')));
  }

  async #inTime<T>(work: Promise<T>): Promise<T> {
    let isOver = false;
    const end = (): void => {
      isOver = true;
    };
    work.then(end, end);
    while (!isOver) await this.#clock.advance(250);
    return work;
  }
}

describe('the journal, whose processes die and whose disk fails at any moment', () => {
  async function runAll(rules: Rules): Promise<History['counts']> {
    const sum = { deaths: 0, confirmed: 0, refused: 0, damaged: 0 };
    for (const seed of seeds) {
      const history = new History(seed, rules);
      try {
        await history.run();
      } catch (error) {
        throw new Error(`EDGE_SYNC_SEED=${seed}: ${String(error)}`, { cause: error });
      }
      for (const key of ['deaths', 'confirmed', 'refused', 'damaged'] as const)
        sum[key] += history.counts[key];
    }
    return sum;
  }

  it('has what it confirmed, after power cuts and kills, and nothing that it never was given', async () => {
    const counts = await runAll({
      options: { rewriteAt: 1_500 },
      deaths: ['crash', 'kill'],
      confirmedBy: 'written',
      failsAtOpen: false,
    });
    assert.ok(counts.deaths > seeds.length && counts.confirmed > seeds.length, JSON.stringify(counts));
  });

  it('has what it wrote, after kills, where it syncs later, and reads all of it', async () => {
    const options = { rewriteAt: 1_500, syncEvery: 1_000 };
    const counts = await runAll({ options, deaths: ['kill'], confirmedBy: 'written', failsAtOpen: true });
    assert.ok(counts.deaths > seeds.length && counts.confirmed > seeds.length, JSON.stringify(counts));
    assert.equal(counts.damaged, 0);
  });

  it('has what was there when it was closed, after power cuts, where it syncs later', async () => {
    const options = { rewriteAt: 1_500, syncEvery: 1_000 };
    const counts = await runAll({
      options,
      deaths: ['crash', 'kill'],
      confirmedBy: 'close',
      failsAtOpen: false,
    });
    assert.ok(counts.deaths > seeds.length && counts.confirmed > 0, JSON.stringify(counts));
  });
});
