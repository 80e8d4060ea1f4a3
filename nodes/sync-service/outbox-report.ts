import type { Node } from 'node-red';
import type { Damage, OutboxEnd, OutboxState } from '../../src/client';
import type { Clock, Timer } from '../../src/system/clock';
import { toNodeFailure } from '../common/failure';
import { StatusLine } from '../common/status';
import type { OutboxListener } from './outbox';
import { outboxStatus } from './outbox-status';

/** What is alike is told once in so many ms. */
const quiet = 60_000;

/** What the log and the status of a sync-service say of its outbox. */
export class OutboxReport implements OutboxListener {
  readonly #status: StatusLine;
  readonly #refused: Burst;
  readonly #lost: Burst;
  #isAway = false;
  #failure = '';

  constructor(
    RED: object,
    private readonly node: Pick<Node, 'error' | 'log' | 'warn' | 'status'>,
    private readonly clock: Clock,
  ) {
    this.#status = new StatusLine(RED, node, clock);
    const warn = (text: string): void => node.warn(text);
    this.#refused = new Burst(clock, warn);
    this.#lost = new Burst(clock, warn);
  }

  onState(state: OutboxState): void {
    this.#status.show(outboxStatus(state, this.clock.now()) ?? {});
    const isAway = state.reason !== undefined && state.waiting > 0;
    if (isAway === this.#isAway) return;
    this.#isAway = isAway;
    if (isAway) this.node.warn(`What is sent is kept until the service takes it: ${state.reason?.message}`);
    else this.node.log('The service takes what was kept');
  }

  onEnd({ entry, outcome, reason }: OutboxEnd): void {
    const name = `${entry.objectType}/${entry.objectID}`;
    if (outcome === 'refused') this.#refused.add(`${name} was refused for good: ${reason?.message}`);
    if (outcome === 'expired') this.#lost.add(`${name} was not sent in time, and is kept no more`);
    if (outcome === 'dropped' && reason)
      this.#lost.add(`${name} was dropped unsent, since the outbox is full`);
  }

  onDamage({ bytes, keptIn }: Damage): void {
    const where = keptIn === undefined ? 'where they were' : `in ${keptIn}`;
    this.node.warn(
      `${bytes} bytes of the outbox cannot be read: they are kept ${where}, and all else goes on`,
    );
  }

  /** Once, however often it is tried. */
  onFailure(error: unknown): void {
    const failure = toNodeFailure(error);
    const { message } = failure;
    this.#status.showFault(failure);
    if (message === this.#failure) return;
    this.#failure = message;
    this.node.error(`The outbox cannot be used: ${message}`);
  }

  /** Its sync-service was removed from the flows: nobody sends what waits any more. */
  onRemoved(waiting: number, folder: string | undefined): void {
    if (waiting === 0) return;
    const entries = waiting === 1 ? '1 entry of the outbox was' : `${waiting} entries of the outbox were`;
    this.node.warn(
      `${entries} not sent, since this sync-service was removed: kept in ${folder}, and sent once it is there again`,
    );
  }

  close(): void {
    this.#status.close();
    this.#refused.close();
    this.#lost.close();
  }
}

/** The first of many is told at once, and how many others there were after a while: it may be thousands. */
class Burst {
  #others = 0;
  #timer: Timer | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly tell: (text: string) => void,
  ) {}

  add(text: string): void {
    if (this.#timer) {
      this.#others += 1;
      return;
    }
    this.tell(text);
    this.#timer = this.clock.after(quiet, () => this.close(), { background: true });
  }

  /** Tells of those that it has not told of. */
  close(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#others > 0) this.tell(`The same befell ${this.#others} other entries of the outbox`);
    this.#others = 0;
  }
}
