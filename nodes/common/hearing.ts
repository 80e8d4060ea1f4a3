import type { Node, NodeAPI } from 'node-red';
import { idIn, type SavedNode } from './catching';

/** Whether the message that a node passes on reaches anybody: by a wire, or a Complete node. Deploys change it. */
export function isHeard(RED: Pick<NodeAPI, 'nodes'>, node: Node): boolean {
  const { wires = [] } = node as Node & { wires?: readonly (readonly string[])[] };
  return wires.some((targets) => targets.length > 0) || hasCompleteNode(RED, idIn(node));
}

function hasCompleteNode(RED: Pick<NodeAPI, 'nodes'>, id: string): boolean {
  let found = false;
  RED.nodes.eachNode((each) => {
    const { type, d, scope } = each as SavedNode;
    found ||= type === 'complete' && !d && Array.isArray(scope) && scope.includes(id);
  });
  return found;
}
