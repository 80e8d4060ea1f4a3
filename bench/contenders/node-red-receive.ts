import { contend } from '../contender';
import { startNodeRed } from '../node-red-runtime';

/**
 * A Node-RED whose flow receives objects, and calls `arrived` for each: it is deployed when the time runs. The same flow has
 * received others before, so that what is compiled meanwhile does not count.
 */
void contend(async ({ flow, flows, objects, warming }: NodeRedReceiveTask) => {
  let arrived: () => void = () => undefined;
  const RED = await startNodeRed([], { arrived: () => arrived() });
  const receive = async (deployed: Record<string, object[]>): Promise<void> => {
    let left = objects;
    const finished = new Promise<void>((resolve) => {
      arrived = () => {
        left -= 1;
        if (left === 0) resolve();
      };
    });
    await RED.runtime.flows.setFlows({ flows: { flows: deployed[flow] }, deploymentType: 'full' });
    await finished;
  };
  await receive(warming);
  return () => receive(flows);
});

interface NodeRedReceiveTask {
  /** Of the objects that count, and of those before. */
  flows: Record<string, object[]>;
  warming: Record<string, object[]>;
  flow: string;
  objects: number;
}
