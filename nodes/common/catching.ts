import type { Node, NodeAPI } from 'node-red';

/** A node of the flows, as they are saved. */
export interface SavedNode {
  id: string;
  type: string;
  z?: string;
  g?: string;
  d?: boolean;
  scope?: unknown;
}

/** The Catch nodes that hear of the failures of a node: those of its tab, of its subflow, and around its instances. */
export function catchNodesFor(RED: Pick<NodeAPI, 'nodes'>, node: Node): SavedNode[] {
  const saved: SavedNode[] = [];
  RED.nodes.eachNode((each) => saved.push(each as SavedNode));
  const flows = flowsAround(node, saved);
  const groups = groupsAround(node, saved);
  const isFor = ({ scope, g }: SavedNode): boolean => {
    if (scope === 'group') return g === undefined || groups.has(g);
    return !Array.isArray(scope) || scope.includes(idIn(node));
  };
  return saved.filter((each) => each.type === 'catch' && !each.d && flows.has(String(each.z)) && isFor(each));
}

/** Its ID in the saved flows: in an instance of a subflow, that of the subflow's own node. */
export function idIn(node: Node): string {
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

/** The group that a node stands in, and those around that. */
function groupsAround(node: Node, saved: readonly SavedNode[]): Set<string> {
  const found = new Set<string>();
  const groupOf = (member: string): string | undefined => saved.find(({ id }) => id === member)?.g;
  for (let group = groupOf(idIn(node)); group && !found.has(group); group = groupOf(group)) found.add(group);
  return found;
}
