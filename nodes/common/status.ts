import type { Node, NodeStatus } from 'node-red';
import { type Clock, systemClock, type Timer } from '../../src/system/clock';

/** How often a text that only counts time may be sent to the editor, in ms. */
const tickInterval = 10_000;

/** The status of a node: sent when it changes, and never twice the same. */
export class StatusLine {
  #shown = '';
  #tick: Timer | undefined;
  #closed = false;

  constructor(
    private readonly node: Pick<Node, 'status'>,
    private readonly clock: Clock = systemClock,
  ) {}

  show(status: NodeStatus): void {
    if (this.#closed) return;
    const key = JSON.stringify(status);
    if (key === this.#shown) return;
    this.#shown = key;
    this.node.status(status);
  }

  /** Shows what `status` returns, now and again as time passes, until something else is shown this way. */
  follow(status: () => NodeStatus): void {
    this.stopFollowing();
    this.show(status());
    if (this.#closed) return;
    this.#tick = this.clock.after(tickInterval, () => this.follow(status), { background: true });
  }

  stopFollowing(): void {
    this.#tick?.cancel();
    this.#tick = undefined;
  }

  /** Clears it for good: the editor takes what an old node still had to say for the words of its successor. */
  close(): void {
    this.stopFollowing();
    this.show({});
    this.#closed = true;
  }
}
