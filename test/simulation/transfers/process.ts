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
import { BaseProcess } from '../base-process';
import { ProcessClock, type VirtualClock } from '../clock';
import type { Computer } from '../computer';
import { TransferLine, type TransferLineParts } from './line';
import type { TransferPlan } from './plan';

export const downloads = '/downloads';
const outboxFolder = '/outbox';
/** Small, so that what is past has to go while processes die. */
const outboxBytes = 3_000_000;
/** Whoever cannot open an outbox tries it again. */
const untilOpenedAgain = 5_000;

/** One process of an application, with a client and an outbox: from its start until it was closed or died. */
export class TransferProcess extends BaseProcess<TransferLine> {
  readonly client: SyncServiceClient;
  outbox: Outbox | undefined;
  #closing = false;
  #opening: Promise<void> = Promise.resolve();

  private constructor(
    name: string,
    private readonly plan: TransferPlan,
    clock: ProcessClock,
    line: TransferLine,
    computer: Computer,
    private readonly machine: Machine,
    private readonly journal: FileJournal | undefined,
    openBefore: number,
  ) {
    super(name, clock, line, computer, openBefore);
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
      this.closed();
    }
  }
}
