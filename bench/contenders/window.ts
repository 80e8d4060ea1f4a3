import { SyncServiceClient } from '../../src/client';
import { contend } from '../contender';
import { connection, type Place } from '../place';

/** A receiver whose flow acknowledges at once, without data. */
void contend(async ({ edge, objectType, objects, warmType, window }: WindowTask) => {
  const client = new SyncServiceClient(connection(edge));
  const receive = async (type: string, count: number): Promise<void> => {
    const receiver = client.pollForUpdates(type, { window, includeReceived: false });
    const acknowledged: Promise<unknown>[] = [];
    for await (const batch of receiver.batches()) {
      for (const { object } of batch) acknowledged.push(receiver.acknowledge(object));
      if (acknowledged.length >= count) break;
    }
    await Promise.all(acknowledged);
  };
  await receive(warmType, 2_000);
  return () => receive(objectType, objects);
});

interface WindowTask {
  edge: Place;
  objectType: string;
  objects: number;
  warmType: string;
  window: number;
}
