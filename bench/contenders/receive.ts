import { type ObjectMetadata, SyncServiceClient } from '../../src/client';
import { contend } from '../contender';
import { connection } from '../place';
import type { ReceiveTask } from '../tasks';

/** The library: a receiver hands objects out, each is fetched and acknowledged. */
void contend(async (task: ReceiveTask) => {
  const client = new SyncServiceClient(connection(task.edge));
  await receive(client, { ...task, count: task.warmCount, objectType: task.warmType });
  return () => receive(client, task);
});

/** @returns how often the list was read meanwhile. */
async function receive(
  client: SyncServiceClient,
  { atOnce, checkVersion, count, objectType }: ReceiveTask,
): Promise<{ lists: number }> {
  const receiver = client.pollForUpdates(objectType, { window: atOnce, includeReceived: false });
  let left = count;
  let lists = 0;
  let last: number | undefined;
  let done: () => void = () => undefined;
  const all = new Promise<void>((resolve) => {
    done = resolve;
  });
  const take = async (object: ObjectMetadata): Promise<void> => {
    await client.fetchObjectData(object, { checkVersion });
    await receiver.acknowledge(object, 'consumed', { checkVersion });
    const { lastSuccess } = receiver.state;
    if (lastSuccess !== last) lists += 1;
    last = lastSuccess;
    left -= 1;
    if (left === 0) done();
  };
  const reading = (async () => {
    for await (const { object } of receiver) void take(object);
  })();
  await all;
  receiver.close();
  await reading;
  return { lists };
}
