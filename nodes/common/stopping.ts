import type { Node, NodeAPI } from 'node-red';
import { listen } from './runtime-events';

/** What Node-RED says of a deploy before it closes nodes. */
interface Deploy {
  type: 'full' | 'flows' | 'nodes';
  diff: Record<'added' | 'changed' | 'removed' | 'rewired' | 'linked' | 'flowChanged', string[]>;
}

/** A node of the flows, as they are saved. */
interface SavedNode {
  id: string;
  type: string;
  z?: string;
  g?: string;
  d?: boolean;
  scope?: unknown;
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
    const saved: SavedNode[] = [];
    this.RED.nodes.eachNode((node) => saved.push(node as SavedNode));
    const flows = flowsAround(this.node, saved);
    return saved.some(
      (each) =>
        each.type === 'catch' &&
        !each.d &&
        flows.has(String(each.z)) &&
        this.#isFor(each) &&
        lives(each, deploy),
    );
  }

  release(): void {
    this.#unlisten();
  }

  #isFor({ scope, g }: SavedNode): boolean {
    if (scope === 'group') return g === (this.node as Node & { g?: string }).g;
    return !Array.isArray(scope) || scope.includes(idIn(this.node));
  }
}

/** Its ID in the saved flows: in an instance of a subflow, that of the subflow's own node. */
function idIn(node: Node): string {
  return (node as Node & { _alias?: string })._alias ?? node.id;
}

/** The tab or subflow that a node stands in, and where its instances stand. */
function flowsAround(node: Node, saved: readonly SavedNode[]): Set<string> {
  const found = new Set<string>();
  const visit = (z: string | undefined): void => {
    if (!z || found.has(z)) return;
    found.add(z);
    for (const each of saved) if (each.type === `subflow:${z}`) visit(each.z);
  };
  visit(saved.find(({ id }) => id === idIn(node))?.z ?? node.z);
  return found;
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
