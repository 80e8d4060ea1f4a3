import type { Node, NodeAPI, NodeMessage } from 'node-red';
import type { ObjectMetadata, ReceiverState } from '../../src/client';
import { toNodeFailure } from '../common/failure';
import { listen } from '../common/runtime-events';
import type { StatusLine } from '../common/status';

/** What a sync-in says of failures: Node-RED hands a Catch node only what is about a message. Where there is none, it logs. */
export class Reports {
  /** The kinds of failures of the outage that lasts. */
  readonly #outage = new Set<string>();
  /** What came before Node-RED had made all nodes: Catch nodes would not be among them. */
  #early: (() => void)[] | undefined = [];
  readonly #unlisten: () => void;

  constructor(
    { events }: Pick<NodeAPI, 'events'>,
    private readonly node: Pick<Node, 'error' | 'log'>,
    private readonly status: StatusLine,
    private readonly objectTypes: () => readonly string[],
  ) {
    this.#unlisten = listen(events, 'flows:started', () => this.#tellEarly());
  }

  close(): void {
    this.#unlisten();
  }

  /** @param object that it is about, where it is about one. */
  failed(error: unknown, object?: ObjectMetadata): void {
    const failure = toNodeFailure(error);
    this.status.showFault(failure);
    const tell = (): void => this.node.error(failure, this.#messageAbout(object));
    if (this.#early) this.#early.push(tell);
    else tell();
  }

  /** The service cannot be asked. It is asked again, and the same is not told again before it has answered. */
  unanswered(error: unknown): void {
    const { code } = toNodeFailure(error);
    if (this.#outage.has(code)) return;
    this.#outage.add(code);
    this.failed(error);
  }

  /** What the polls of all object types say now. */
  states(states: readonly ReceiverState[]): void {
    for (const { phase, error } of states) if (phase === 'backing-off' && error) this.unanswered(error);
    const answered = states.every(({ phase }) => phase === 'connected' || phase === 'full');
    if (!answered || states.length === 0 || this.#outage.size === 0) return;
    this.#outage.clear();
    this.node.log('The service answers again');
  }

  #tellEarly(): void {
    this.#unlisten();
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const tell of early) tell();
  }

  /** A copy, since the object may be what Node-RED could not pass on. */
  #messageAbout(object: ObjectMetadata | undefined): NodeMessage {
    if (!object) return { topic: this.objectTypes().join(',') };
    const copy = structuredClone(object);
    return { topic: `${object.objectType}/${object.objectID}`, payload: copy, object: copy } as NodeMessage;
  }
}
