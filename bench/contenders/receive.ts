import { type ObjectMetadata, SyncServiceClient } from '../../src/client';
import { contend } from '../contender';
import { connection, type Place } from '../place';

/** The library: a receiver hands objects out, each is fetched and acknowledged. */
void contend(async (task: ReceiveTask) => {
  const client = new SyncServiceClient(connection(task.edge));
  await receive(client, { ...task, count: task.warmCount, objectType: task.warmType });
  return () => receive(client, task);
});

interface ReceiveTask {
  edge: Place;
  objectType: string;
  count: number;
  atOnce: number;
  checkVersion: boolean;
  /** Objects to get warm with. */
  warmType: string;
  warmCount: number;
}

async function receive(
  client: SyncServiceClient,
  { atOnce, checkVersion, count, objectType }: ReceiveTask,
): Promise<void> {
  const receiver = client.pollForUpdates(objectType, { window: atOnce, includeReceived: false });
  let left = count;
  let done: () => void = () => undefined;
  const all = new Promise<void>((resolve) => {
    done = resolve;
  });
  const take = async (object: ObjectMetadata): Promise<void> => {
    await client.fetchObjectData(object, { checkVersion });
    await receiver.acknowledge(object, 'consumed', { checkVersion });
    left -= 1;
    if (left === 0) done();
  };
  const reading = (async () => {
    for await (const { object } of receiver) void take(object);
  })();
  await all;
  receiver.close();
  await reading;
}
