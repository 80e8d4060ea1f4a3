import { SyncServiceClient } from '../../src/client';
import { contend, each } from '../contender';
import { connection, type Place } from '../place';

/** Publishes at the cloud, and fetches and consumes everything at each edge. */
void contend(async ({ bytes, cloud, edges, objects, objectType }: DeliverTask) => {
  const sender = new SyncServiceClient(connection(cloud));
  const data = Buffer.alloc(bytes, 'x');
  const consume = async (place: Place): Promise<void> => {
    const edge = new SyncServiceClient(connection(place));
    const updates = edge.pollForUpdates(objectType, { interval: 500 });
    const taking: Promise<unknown>[] = [];
    for await (const { object } of updates) {
      taking.push(edge.fetchObjectData(object).then(() => updates.acknowledge(object)));
      if (taking.length === objects) break;
    }
    await Promise.all(taking);
  };
  return async () => {
    const consuming = edges.map(consume);
    await each(objects, 16, (index) => sender.publish({ objectType, objectID: `o${index}` }, data));
    await Promise.all(consuming);
  };
});

interface DeliverTask {
  cloud: Place;
  edges: Place[];
  objectType: string;
  objects: number;
  bytes: number;
}
