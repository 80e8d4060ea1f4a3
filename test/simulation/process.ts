import { SyncServiceClient, type UpdateReceiver } from '../../src/client';
import { SeededRandom } from '../support/random';
import { ProcessClock } from './clock';
import type { LineParts } from './line/call';
import { Line } from './line/line';
import type { Plan, ReceiverPlan } from './plans/plan';
import { objectType } from './service/publications';

/** One process with one client: from its start until it was closed or died. */
export class Process {
  readonly clock: ProcessClock;
  readonly line: Line;
  readonly client: SyncServiceClient;
  readonly receivers = new Map<string, UpdateReceiver>();
  alive = true;

  /** @param name the name that its requests go by. */
  constructor(
    readonly name: string,
    plan: Plan,
    parts: LineParts,
  ) {
    this.clock = new ProcessClock(parts.clock);
    this.line = new Line(name, parts);
    const organization = plan.service === 'CSS' ? { organization: 'demo' } : {};
    this.client = new SyncServiceClient(
      { address: 'http://service.invalid', key: 'key', secret: 'secret', ...organization },
      { clock: this.clock, random: new SeededRandom(plan.seed + 1), openTransport: () => this.line },
    );
  }

  receive({
    name,
    interval,
    window,
    redeliverAfter,
    maxAttempts,
    includeReceived,
    refuses,
    observes,
  }: ReceiverPlan): UpdateReceiver {
    const receiver = this.client.pollForUpdates(objectType, {
      name,
      observe: observes,
      interval,
      window,
      redeliverAfter,
      maxAttempts,
      includeReceived,
      accepts: ({ objectID }) => !refuses.includes(objectID),
    });
    this.receivers.set(name, receiver);
    return receiver;
  }

  /** Nothing of it happens any more, whatever it was about to do. */
  kill(): void {
    this.alive = false;
    this.clock.kill();
    this.line.kill();
  }
}
