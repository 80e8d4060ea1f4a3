import { contend } from '../contender';
import { startNodeRed } from '../node-red-runtime';

/** A Node-RED whose flow receives objects: it is deployed when the time runs, and calls `arrived` for each. */
void contend(async ({ flow, flows, objects }: NodeRedReceiveTask) => {
  let left = objects;
  let finish: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const arrived = (): void => {
    left -= 1;
    if (left === 0) finish();
  };
  const RED = await startNodeRed([], { arrived });
  return async () => {
    await RED.runtime.flows.setFlows({ flows: { flows: flows[flow] }, deploymentType: 'full' });
    await finished;
  };
});

interface NodeRedReceiveTask {
  flows: Record<string, object[]>;
  flow: string;
  objects: number;
}
