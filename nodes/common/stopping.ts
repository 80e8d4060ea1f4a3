import type { Node, NodeAPI } from 'node-red';
import { catchNodesFor, type SavedNode } from './catching';
import { listen } from './runtime-events';

/** What Node-RED says of a deploy before it closes nodes. */
interface Deploy {
  type: 'full' | 'flows' | 'nodes';
  diff: Record<'added' | 'changed' | 'removed' | 'rewired' | 'linked' | 'flowChanged', string[]>;
}

/** Tells, while a node is being stopped, whether a Catch node would still hear of its failures. */
export class Stopping {
  #deploy: Deploy | undefined;
  readonly #unlisten: () => void;

  constructor(
    private readonly RED: Pick<NodeAPI, 'events' | 'nodes'>,
    private readonly node: Node,
  ) {
    this.#unlisten = listen(RED.events, 'flows:stopping', (event) => {
      this.#deploy = event as Deploy;
    });
  }

  /** Catch nodes that are stopped as well take a failure, and nobody behind them gets it. */
  hasCatch(): boolean {
    const deploy = this.#deploy;
    if (!deploy || deploy.type === 'full') return false;
    return catchNodesFor(this.RED, this.node).some((each) => lives(each, deploy));
  }

  release(): void {
    this.#unlisten();
  }
}

function lives({ id, z = '' }: SavedNode, { type, diff }: Deploy): boolean {
  const stopped = [
    ...diff.changed,
    ...diff.removed,
    ...(type === 'flows' ? [...diff.linked, ...diff.rewired] : []),
  ];
  const wholeFlows = [...diff.flowChanged, ...diff.added, ...diff.removed];
  return !stopped.includes(id) && !diff.added.includes(id) && !wholeFlows.includes(z);
}
