import type { Node, NodeAPI, NodeMessage } from 'node-red';
import type { ObjectMetadata } from '../../src/client';
import { catchNodesFor } from '../common/catching';
import { type NodeFailure, toNodeFailure } from '../common/failure';
import { listen } from '../common/runtime-events';
import type { StatusLine } from '../common/status';

/** What a sync-in says of failures: Node-RED hands a Catch node only what is about a message. Where there is none, it logs. */
export class Reports {
  /** What came before Node-RED had made all nodes: Catch nodes would not be among them. */
  #early: (() => void)[] | undefined = [];
  readonly #unlisten: () => void;

  constructor(
    private readonly RED: Pick<NodeAPI, 'events' | 'nodes'>,
    private readonly node: Node,
    private readonly status: StatusLine,
    private readonly objectTypes: () => readonly string[],
  ) {
    this.#unlisten = listen(RED.events, 'flows:started', () => this.#tellEarly());
  }

  close(): void {
    this.#unlisten();
  }

  /** @param object that it is about, where it is about one. */
  failed(error: unknown, object?: ObjectMetadata): void {
    const failure = toNodeFailure(error);
    this.status.showFault(failure);
    this.#tell(() => this.node.error(failure, this.#messageAbout(object)));
  }

  /** @param log called where no Catch node hears of it: Node-RED would log it for each node. */
  failedAsOthers(failure: NodeFailure, log: (failure: NodeFailure) => void): void {
    this.status.showFault(failure);
    this.#tell(() => {
      if (catchNodesFor(this.RED, this.node).length === 0) log(failure);
      else this.node.error(failure, this.#messageAbout(undefined));
    });
  }

  #tell(tell: () => void): void {
    if (this.#early) this.#early.push(tell);
    else tell();
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
