import type { NodeAPI } from 'node-red';
import { idIn } from '../common/catching';
import { placeOf } from '../common/form';

/** What the workspace calls a sync-in: by its name, or else by what it receives. */
export function calledThere(RED: Pick<NodeAPI, 'nodes'>, receiver: string): string {
  const node = RED.nodes.getNode(receiver);
  if (node?.name) return node.name;
  const id = node ? idIn(node) : receiver;
  let called = '';
  RED.nodes.eachNode((each) => {
    if (each.id !== id) return;
    const saved = each as unknown as Record<string, unknown>;
    called = placeOf({ kind: undefined, value: (field) => String(saved[field] ?? '') }, 'objectTypes');
  });
  return called || receiver;
}
