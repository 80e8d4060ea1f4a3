import type { Node } from 'node-red';
import type { NodeFailure } from '../common/failure';

/** What the log has of an outage of a connection: each kind of failure once, and its end, however many nodes poll. */
export class Outage {
  readonly #kinds = new Set<string>();
  readonly #sufferers = new Set<object>();
  #lasts = false;

  /** @param node of the connection, which logs. */
  constructor(private readonly node: Pick<Node, 'error' | 'log'>) {}

  /** It lasts for somebody, until that one is answered or leaves. */
  suffers(who: object): void {
    this.#sufferers.add(who);
    this.#lasts = true;
  }

  /** Logs a failure of a kind that this outage has not had before. */
  tell(failure: NodeFailure): void {
    if (this.#kinds.has(failure.code)) return;
    this.#kinds.add(failure.code);
    this.node.error(failure);
  }

  answered(who: object): void {
    this.#sufferers.delete(who);
    if (this.#sufferers.size > 0 || !this.#lasts) return;
    this.#lasts = false;
    this.#kinds.clear();
    this.node.log('The service answers again');
  }

  /** Its successor may suffer on: that is the same outage. */
  left(who: object): void {
    this.#sufferers.delete(who);
  }
}
