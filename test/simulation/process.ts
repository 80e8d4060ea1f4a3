import {
  type ClientOptions,
  type ObjectMetadata,
  SyncServiceClient,
  type UpdateReceiver,
} from '../../src/client';
import type { FileJournal } from '../../src/storage/file-journal';
import { SeededRandom } from '../support/random';
import { BaseProcess } from './base-process';
import { ProcessClock } from './clock';
import type { Computer } from './computer';
import type { LineParts } from './line/call';
import { Line } from './line/line';
import type { Plan, ReceiverPlan } from './plans/plan';
import { objectType } from './service/publications';

/** One process with one client: from its start until it was closed or died. */
export class Process extends BaseProcess<Line> {
  readonly receivers = new Map<string, UpdateReceiver>();
  readonly client: SyncServiceClient;

  private constructor(
    name: string,
    plan: Plan,
    clock: ProcessClock,
    line: Line,
    computer: Computer,
    private readonly journal: FileJournal | undefined,
  ) {
    super(name, clock, line, computer, 0);
    const organization = plan.service === 'CSS' ? { organization: 'demo' } : {};
    const options: ClientOptions = {
      address: 'http://service.invalid',
      key: 'key',
      secret: 'secret',
      ...organization,
      ...(journal && { journal }),
    };
    const random = new SeededRandom(plan.seed + 1);
    this.client = new SyncServiceClient(options, { clock, random, openTransport: () => line });
  }

  static async start(name: string, plan: Plan, parts: LineParts, computer: Computer): Promise<Process> {
    const clock = new ProcessClock(parts.clock);
    const journal = plan.journal ? await computer.openJournal(computer.start(clock)) : undefined;
    return new Process(name, plan, clock, new Line(name, parts), computer, journal);
  }

  /** @param onExhausted told what the receiver gives up. */
  receive(
    plan: ReceiverPlan,
    onExhausted: (object: ObjectMetadata, attempts: number) => void,
  ): UpdateReceiver {
    const { interval, maxAttempts, name, observes, redeliverAfter, refuses, window } = plan;
    const receiver = this.client.pollForUpdates(objectType, {
      name,
      interval,
      window,
      redeliverAfter,
      maxAttempts,
      includeReceived: plan.includeReceived,
      observe: observes,
      onExhausted,
      accepts: ({ objectID }) => !refuses.includes(objectID),
    });
    this.receivers.set(name, receiver);
    return receiver;
  }

  async close(): Promise<void> {
    await this.client.close();
    await this.journal?.close();
    this.closed();
  }
}
