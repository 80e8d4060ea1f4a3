import { Outbox, type OutboxEnd, type OutboxLimits } from '../../../src/client';
import { ManualClock, settle } from '../../support/manual-clock';
import { MemoryDisk } from '../../support/memory-disk';
import { MadeUpProcesses } from '../../support/processes';
import { SeededRandom } from '../../support/random';
import { type ScriptedClient, ScriptedService } from './scripted-service';

export const folder = '/outbox';

/** What an outbox stands on, over the lives of several processes. */
export class Ground {
  readonly clock = new ManualClock();
  readonly random = new SeededRandom(1);
  readonly service: ScriptedService;
  client: ScriptedClient;
  disk = new MemoryDisk(this.random);
  ends: OutboxEnd[] = [];
  readonly #processes = new MadeUpProcesses();
  #self = this.#processes.start();

  constructor(kind: 'CSS' | 'ESS' = 'CSS') {
    this.service = new ScriptedService(kind);
    this.client = this.service.client();
  }

  async open(limits: OutboxLimits = {}): Promise<Outbox> {
    const { client, clock, disk, random } = this;
    const options = { folder, client, ...limits };
    const outbox = await this.inTime(Outbox.open(options, { clock, disk, random, processes: this.#self }));
    outbox.onEnd((end) => this.ends.push(end));
    return outbox;
  }

  close(outbox: Outbox): Promise<void> {
    return this.inTime(outbox.close());
  }

  /** Lets time pass, as far as something needs it: a power cut may leave a lock of which nobody knows whose it was. */
  async inTime<T>(work: Promise<T>): Promise<T> {
    let isOver = false;
    const end = (): void => {
      isOver = true;
    };
    work.then(end, end);
    for (await this.pass(); !isOver; await this.pass(250));
    return work;
  }

  /** The process dies; what it has written is there. */
  kill(): void {
    this.disk = this.disk.kill();
    this.#restart();
  }

  /** The power goes; what it has synced is there. */
  crash(): void {
    this.disk = this.disk.crash();
    this.#restart();
  }

  /** How entries have ended, in lines: `sent 1`. */
  get told(): string[] {
    return this.ends.map(({ entry, outcome }) => `${outcome} ${entry.id}`);
  }

  /** Lets so many ms pass, with all that follows without waiting. */
  async pass(by = 0): Promise<void> {
    await this.clock.advance(by);
    await settle();
  }

  #restart(): void {
    this.client.isDead = true;
    this.client = this.service.client();
    this.#self.end();
    this.#self = this.#processes.start();
    this.ends = [];
  }
}

/** Puts so many objects, `o0` and on. */
export async function fill(outbox: Outbox, count: number): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, (_, index) => outbox.put({ objectType: 't', objectID: `o${index}` }, 'x')),
  );
}
