import type { Node, NodeStatus } from 'node-red';

/** How often a text that only counts time may be sent to the editor, in ms. */
const tickInterval = 10_000;

/** The status of a node: sent when it changes, and never twice the same. */
export class StatusLine {
  #shown = '';
  #ticker: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(private readonly node: Pick<Node, 'status'>) {}

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
    this.#ticker = setInterval(() => this.show(status()), tickInterval);
    this.#ticker.unref();
  }

  stopFollowing(): void {
    clearInterval(this.#ticker);
    this.#ticker = undefined;
  }

  /** Clears it for good: the editor takes what an old node still had to say for the words of its successor. */
  close(): void {
    this.stopFollowing();
    this.show({});
    this.#closed = true;
  }
}
