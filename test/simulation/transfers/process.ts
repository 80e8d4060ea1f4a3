import {
  type ClientOptions,
  isSyncServiceError,
  Outbox,
  type OutboxEnd,
  SyncServiceClient,
} from '../../../src/client';
import type { FileJournal } from '../../../src/storage/file-journal';
import type { Machine } from '../../../src/storage/machine';
import { sleep } from '../../../src/system/clock';
import type { MemoryDisk } from '../../support/memory-disk';
import { SeededRandom } from '../../support/random';
import { ProcessClock, type VirtualClock } from '../clock';
import type { Computer } from '../computer';
import type { Death } from '../plans/plan';
import { TransferLine, type TransferLineParts } from './line';
import type { TransferPlan } from './plan';

export const downloads = '/downloads';
const outboxFolder = '/outbox';
/** Small, so that what is past has to go while processes die. */
const outboxBytes = 3_000_000;
/** Whoever cannot open an outbox tries it again. */
const untilOpenedAgain = 5_000;

/** One process of an application, with a client and an outbox: from its start until it was closed or died. */
export class TransferProcess {
  readonly client: SyncServiceClient;
  outbox: Outbox | undefined;
  #alive = true;
  #closing = false;
  #opening: Promise<void> = Promise.resolve();

  private constructor(
    readonly name: string,
    private readonly plan: TransferPlan,
    readonly clock: ProcessClock,
    readonly line: TransferLine,
    private readonly computer: Computer,
    private readonly machine: Machine,
    private readonly journal: FileJournal | undefined,
    /** What one before has left open on a disk that failed: its system has closed it. */
    private readonly openBefore: number,
  ) {
    const options: ClientOptions = {
      address: 'http://service.invalid',
      organization: 'demo',
      key: 'key',
      secret: 'secret',
      ...(journal && { journal }),
    };
    const seams = { ...machine, openTransport: () => line };
    this.client = new SyncServiceClient(options, seams);
  }

  static async start(
    name: string,
    plan: TransferPlan,
    parts: TransferLineParts,
    computer: Computer,
    world: VirtualClock,
  ): Promise<TransferProcess> {
    const clock = new ProcessClock(world);
    const { openFiles } = computer;
    // No two processes make the same names.
    const machine = { ...computer.start(clock), random: new SeededRandom(parts.random.below(2 ** 31)) };
    // Without a disk that it can write to it does without.
    const journal = await computer.openJournal(machine).catch(() => undefined);
    const line = new TransferLine(name, parts);
    return new TransferProcess(name, plan, clock, line, computer, machine, journal, openFiles);
  }

  get alive(): boolean {
    return this.#alive;
  }

  get closing(): boolean {
    return this.#closing;
  }

  get disk(): MemoryDisk {
    return this.computer.disk;
  }

  /** Whether the outbox is being opened: after a power cut nobody knows for 8 s whose its lock is. */
  get isOpening(): boolean {
    return this.outbox === undefined;
  }

  openOutbox(onEnd: (end: OutboxEnd) => void): Promise<void> {
    this.#opening = this.#openOutbox(onEnd);
    return this.#opening;
  }

  /** Opens it again and again where the disk does not let it. */
  async #openOutbox(onEnd: (end: OutboxEnd) => void): Promise<void> {
    const options = {
      folder: outboxFolder,
      client: this.client,
      order: this.plan.order,
      rate: 1_000,
      bytes: outboxBytes,
    };
    while (!this.outbox && !this.#closing) {
      try {
        this.outbox = await Outbox.open(options, this.machine);
        this.outbox.onEnd(onEnd);
      } catch (error) {
        if (!isSyncServiceError(error, 'SYNC_STORAGE')) throw error;
        await sleep(this.clock, untilOpenedAgain);
      }
    }
  }

  /** @throws where the disk does not let it. */
  async close(): Promise<void> {
    this.#closing = true;
    try {
      await this.#opening;
      await this.outbox?.close();
      await this.client.close();
      await this.journal?.close();
    } finally {
      this.#alive = false;
      this.computer.end('closed');
    }
  }

  /** Nothing of it happens any more, whatever it was about to do. */
  die(how: Exclude<Death, 'closed'>): void {
    this.#alive = false;
    this.clock.kill();
    this.line.kill();
    this.computer.end(how);
  }

  /** What it has not let go of; nothing is right once it is closed. */
  leftovers(): string[] {
    const files = this.computer.openFiles - this.openBefore;
    const left = { timers: this.clock.waiting, requests: this.line.open, files };
    return Object.entries(left).flatMap(([what, count]) => (count > 0 ? [`${count} ${what}`] : []));
  }
}
