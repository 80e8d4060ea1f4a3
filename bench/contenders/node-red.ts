import { setTimeout as pause } from 'node:timers/promises';
import { contend } from '../contender';
import { startNodeRed } from '../node-red-runtime';

/** A Node-RED with a flow, left to itself for a while. */
void contend(async ({ flows, nodes, seconds }: NodeRedTask) => {
  await startNodeRed(nodes === undefined ? flows : firstOf(flows, nodes));
  return () => pause(seconds * 1_000);
});

interface NodeRedTask {
  flows: { type: string }[];
  /** How many sync-in nodes of the flow are wanted; all unless given. */
  nodes?: number;
  seconds: number;
}

function firstOf(flows: NodeRedTask['flows'], nodes: number): object[] {
  const receiving = flows.filter(({ type }) => type === 'sync-in');
  return flows.filter((each) => !receiving.slice(nodes).includes(each));
}
