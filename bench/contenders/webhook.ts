import { timeCalls } from '../calls';
import { contend } from '../contender';
import { startNodeRed } from '../node-red-runtime';
import type { WebhookTask } from '../tasks';

/** A Node-RED whose sync-in the service calls. */
void contend((task: WebhookTask) =>
  timeCalls(task, async (server, address, { arrived, consumed }) => {
    process.env.BASE_URL = address;
    const RED = await startNodeRed([], { arrived, consumed }, server);
    await RED.runtime.flows.setFlows({ flows: { flows: task.flows }, deploymentType: 'full' });
  }),
);
