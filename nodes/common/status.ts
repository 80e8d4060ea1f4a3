import type { Node, NodeStatus } from 'node-red';

/** How often a text that only counts time may be sent to the editor, in ms. */
const tickInterval = 10_000;

/** The status of a node: sent when it changes, and never twice the same. */
export class StatusLine {
  #shown = '';
  #ticker: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(private readonly node: Pick<Node, 'status'>) {}

  show(status: NodeStatus): void {
    const key = JSON.stringify(status);
    if (this.#ended || key === this.#shown) return;
    this.#shown = key;
    this.node.status(status);
  }

  /** Shows what `status` returns, now and again as time passes, until something else is shown this way. */
  follow(status: () => NodeStatus): void {
    this.stopFollowing();
    this.show(status());
    this.#ticker = setInterval(() => this.show(status()), tickInterval);
    this.#ticker.unref();
  }

  stopFollowing(): void {
    clearInterval(this.#ticker);
    this.#ticker = undefined;
  }

  clear(): void {
    this.stopFollowing();
    this.show({});
  }

  /** Clears it for good: what ends later must not be shown on the node that has taken the place of this one. */
  end(): void {
    this.clear();
    this.#ended = true;
  }
}
