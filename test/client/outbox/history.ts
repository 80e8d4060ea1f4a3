import assert from 'node:assert/strict';
import { isSyncServiceError, Outbox, type OutboxLimits, SyncServiceClient } from '../../../src/client';
import type { Machine } from '../../../src/storage/machine';
import { sleep } from '../../../src/system/clock';
import { ProcessClock, VirtualClock } from '../../simulation/clock';
import { failure, MemoryDisk } from '../../support/memory-disk';
import { MadeUpProcesses } from '../../support/processes';
import { SeededRandom } from '../../support/random';
import { dataOf, type Look, lookOf, ModelService, type Taken } from './model-service';

type Kind = 'publish' | 'publish inactive' | 'fields' | 'activate' | 'delete';

/** Something that was asked of the outbox, and whether it was confirmed. */
interface Action {
  readonly number: number;
  readonly key: string;
  readonly kind: Kind;
  fate: 'asked' | 'confirmed' | 'refused' | 'unknown';
  /** How much the service had taken when it was told that this was sent, and that was on the disk. */
  toldAt: number | undefined;
}

export interface HistoryOptions {
  seed: number;
  /** How many processes die. */
  deaths: number;
  actions: number;
  limits: OutboxLimits;
}

const objectType = 't';
const objects = 25;
/** What is larger has a file of its own. */
const sizes = [10, 10, 300, 5_000, 70_000, 270_000, 600_000] as const;

/**
 * Processes that keep objects in an outbox, one after the other, and die at any operation of the disk, of a kill or of a
 * power cut, while a service goes up and down.
 */
export class History {
  readonly counts = { confirmed: 0, deaths: 0, refused: 0, repeated: 0, replaced: 0, powerCuts: 0 };
  readonly actions: Action[] = [];
  readonly service: ModelService;
  readonly #random: SeededRandom;
  readonly #clock = new VirtualClock();
  readonly #processes = new MadeUpProcesses();
  readonly #perLife: number;
  #disk: MemoryDisk;

  constructor(private readonly options: HistoryOptions) {
    this.#random = new SeededRandom(options.seed);
    this.#disk = new MemoryDisk(this.#random);
    this.service = new ModelService(this.#clock, this.#random);
    this.#perLife = Math.ceil(options.actions / (options.deaths + 1));
  }

  async run(): Promise<void> {
    this.#changeWeather();
    for (let life = 0; life < this.options.deaths; life += 1) await this.#live(true);
    await this.#live(false);
    this.#check();
  }

  /** What the service was made to do, in a text. */
  get log(): string {
    return this.service.taken.map(({ key, action, answered }) => `${key} ${action} ${answered}`).join('\n');
  }

  #changeWeather(): void {
    this.service.isUp = this.#random.next() < 0.6;
    this.service.faults = this.#random.pick([0, 0, 10, 40]);
    this.#clock.after(this.#random.next() * 30_000, () => this.#changeWeather());
  }

  async #live(dies: boolean): Promise<void> {
    const clock = new ProcessClock(this.#clock);
    const self = this.#processes.start();
    let isAlive = true;
    let isOpen = false;
    let isOver = false;
    const disk = this.#disk;
    const end = dies ? disk.steps + 1 + this.#random.below(700) : Number.POSITIVE_INFINITY;
    const faults = this.#random.pick([0, 0, 0.01]);
    disk.before = async ({ step, name, path }) => {
      if (step === end) {
        isAlive = false;
        isOver = true;
        // In turns: ten coins may fall on the same side.
        const isPowerCut = this.counts.deaths % 2 === 0;
        this.counts.deaths += 1;
        if (isPowerCut) this.counts.powerCuts += 1;
        this.#disk = isPowerCut ? disk.crash() : disk.kill();
        clock.kill();
        self.end();
        return;
      }
      if (this.#random.next() < 0.2) await sleep(clock, this.#random.next() * 5);
      if (!isAlive || !dies || this.#random.next() >= faults) return;
      // What cannot be read when it is opened is damage, for good.
      if (name !== 'read') throw failure(this.#random.pick(['EIO', 'ENOSPC']), name, path);
      else if (isOpen) throw failure('EIO', name, path);
    };
    const openTransport = (): ReturnType<ModelService['transport']> => this.service.transport(() => isAlive);
    const client = new SyncServiceClient(
      { address: 'http://model', organization: 'demo' },
      { clock, random: this.#random, disk, openTransport },
    );
    const machine = { clock, random: this.#random, disk, processes: self };
    let wrong: unknown;
    const opened = Outbox.open({ folder: '/outbox', client, ...this.options.limits }, machine).then(
      (outbox) => {
        isOpen = true;
        return outbox;
      },
    );
    void this.#work(opened, client, machine, dies, faults > 0)
      .catch((error: unknown) => {
        // A disk that fails may keep it from opening.
        if (!isSyncServiceError(error, 'SYNC_STORAGE')) wrong = error;
      })
      .finally(() => {
        isOver = true;
      });
    const patience = this.#clock.elapsed() + (dies ? 600_000 : 100_000_000);
    await this.#clock.run(patience, () => isOver);
    if (isAlive && dies) {
      // It has had nothing more to do, or could not open: it dies all the same.
      isAlive = false;
      this.counts.deaths += 1;
      this.#disk = disk.kill();
      clock.kill();
      self.end();
    }
    if (wrong !== undefined) throw wrong;
    for (const action of this.actions) if (action.fate === 'asked') action.fate = 'unknown';
    await this.#clock.run(this.#clock.elapsed() + 200);
  }

  async #work(
    opened: Promise<Outbox>,
    client: SyncServiceClient,
    { clock }: Machine,
    dies: boolean,
    fails: boolean,
  ): Promise<void> {
    const outbox = await opened;
    const numbers = new Map<number, Action>();
    outbox.onEnd(({ entry, outcome }) => {
      const action = numbers.get(entry.id);
      if (outcome === 'sent' && action && !fails) action.toldAt = this.service.taken.length;
      if (outcome === 'replaced') this.counts.replaced += 1;
    });
    const asking: Promise<void>[] = [];
    const end = dies
      ? Math.min(this.options.actions, this.actions.length + this.#perLife)
      : this.options.actions;
    while (this.actions.length < end) {
      asking.push(this.#ask(outbox, numbers));
      if (this.#random.next() < 0.3) await Promise.all(asking);
      if (this.#random.next() < 0.3) await sleep(clock, this.#random.next() * 3_000);
    }
    if (dies) {
      // Dies while it sends, or at rest.
      await sleep(clock, 400_000);
      return;
    }
    await Promise.all(asking);
    this.service.faults = 0;
    while (outbox.state.waiting > 0) {
      this.service.isUp = true;
      await sleep(clock, 1_000);
    }
    // An object that is gone cannot be made active.
    const others = outbox.deadLetters().filter(({ action }) => action !== 'activate');
    assert.deepEqual(others, []);
    await outbox.close();
    await client.close();
    assert.equal(this.#disk.openFiles, 0);
  }

  async #ask(outbox: Outbox, numbers: Map<number, Action>): Promise<void> {
    const random = this.#random;
    const number = this.actions.length + 1;
    const objectID = `o${random.below(objects)}`;
    const kind = random.pick<Kind>([
      'publish',
      'publish',
      'publish',
      'publish inactive',
      'fields',
      'activate',
      'delete',
    ]);
    const action: Action = {
      number,
      key: `${objectType}/${objectID}`,
      kind,
      fate: 'asked',
      toldAt: undefined,
    };
    this.actions.push(action);
    try {
      const { id } = await this.#put(outbox, { objectType, objectID }, action);
      numbers.set(id, action);
      action.fate = 'confirmed';
      this.counts.confirmed += 1;
    } catch (error) {
      assert.ok(isSyncServiceError(error, 'SYNC_STORAGE', 'SYNC_OUTBOX_FULL'), String(error));
      action.fate = 'refused';
      this.counts.refused += 1;
    }
  }

  #put(
    outbox: Outbox,
    object: { objectType: string; objectID: string },
    { kind, number }: Action,
  ): Promise<{ id: number }> {
    const version = String(number);
    const data = dataOf(number, this.#random.pick(sizes));
    switch (kind) {
      case 'publish':
        return outbox.put({ ...object, version }, data);
      case 'publish inactive':
        return outbox.put({ ...object, version, inactive: true }, data);
      case 'fields':
        return outbox.put({ ...object, version, metaOnly: true });
      case 'activate':
        return outbox.activate(object);
      case 'delete':
        return outbox.delete(object);
    }
  }

  #check(): void {
    assert.deepEqual(this.service.wrongs, []);
    for (let object = 0; object < objects; object += 1) this.#checkState(`${objectType}/o${object}`);
    this.#checkOrder();
    this.#checkRepeats();
  }

  /** The object is as what was confirmed has made it, and perhaps some of what was not. */
  #checkState(key: string): void {
    let possible = new Set<Look>([undefined]);
    for (const action of this.actions.filter((each) => each.key === key)) {
      const after = Array.from(possible, (look) => changed(look, action));
      possible = new Set(action.fate === 'confirmed' ? after : [...possible, ...after]);
    }
    const look = this.service.lookOf(key);
    if (possible.has(look)) return;
    const asked = this.actions.filter((each) => each.key === key);
    const taken = this.service.taken.filter((each) => each.key === key);
    const told = [
      `${key} is ${look}, not one of ${Array.from(possible).join(' | ')}`,
      ...asked.map(({ fate, kind, number }) => `${number} ${kind} ${fate}`),
      ...taken.map(({ action, answered, life, what }) => `${life}: ${what} ${action} ${answered}`),
    ];
    assert.fail(told.join('\n'));
  }

  #checkOrder(): void {
    const last = new Map<string, number>();
    for (const { action, key } of this.service.taken) {
      if (action === 0) continue;
      assert.ok(action >= (last.get(key) ?? 0), `${key}: ${action} was sent after ${last.get(key)}`);
      last.set(key, action);
    }
  }

  /** What was told as sent is never sent again; otherwise only where the answer was cut, or its process died. */
  #checkRepeats(): void {
    const first = new Map<string, Taken>();
    for (const [at, taken] of this.service.taken.entries()) {
      const { action, key, life, what } = taken;
      if (action === 0) continue;
      const toldAt = this.actions[action - 1]?.toldAt ?? Number.POSITIVE_INFINITY;
      assert.ok(at < toldAt, `${action} was sent again after it was told that it was sent`);
      const before = first.get(`${what} ${action}`);
      first.set(`${what} ${action}`, taken);
      if (!before) continue;
      this.counts.repeated += 1;
      // The halves of a large one are sent again where the other failed.
      if (what !== 'whole' && what !== 'fields') continue;
      const isExplained = !before.answered || before.life !== life || this.service.isTroubled(life, key);
      assert.ok(isExplained, `${action} was sent again, although it was answered`);
    }
  }
}

/** What an object is like after an action. */
function changed(look: Look, { kind, number }: Action): Look {
  switch (kind) {
    case 'publish':
      return lookOf({ data: number, fields: number, isActive: true });
    case 'publish inactive':
      return lookOf({ data: number, fields: number, isActive: false });
    case 'fields':
      return (
        look?.replace(/fields \d+/, `fields ${number}`) ?? lookOf({ data: 0, fields: number, isActive: true })
      );
    case 'activate':
      return look?.replace('inactive', 'active');
    case 'delete':
      return undefined;
  }
}
