import { setTimeout as pause } from 'node:timers/promises';
import { SyncServiceClient } from '../../src/client';
import { LocalService } from '../../src/local-service';
import { until } from '../../test/support/until';
import { contend, each } from '../contender';

const place = { destinationType: 'gateway', destinationID: 'edge1' };
const [objectType, key] = ['bench', 'admin@demo'];
const patience = 120_000;

/** A local service whose edge has consumed everything, left to itself for a while. */
void contend(async ({ consumed, seconds }: { consumed: number; seconds: number }) => {
  const service = await LocalService.start({ edges: [{ ...place, organization: 'demo' }] });
  const cloud = new SyncServiceClient({ address: service.cloud.address, organization: 'demo', key });
  const edge = new SyncServiceClient({ address: service.edges[0]?.address ?? '', key });
  await each(consumed, 16, (index) =>
    cloud.publish({ objectType, objectID: `o${index}`, ...place }, 'consumed'),
  );
  let left = consumed;
  const updates = edge.pollForUpdates(objectType, { interval: 100, includeReceived: false });
  if (left > 0) {
    for await (const { object } of updates) {
      await updates.acknowledge(object);
      left -= 1;
      if (left === 0) break;
    }
  }
  updates.close();
  const isConsumed = async (objectID: string): Promise<boolean> => {
    const destinations = await cloud.getObjectDestinations({ objectType, objectID });
    return destinations.every(({ status }) => status === 'consumed');
  };
  if (consumed > 0)
    await until('the cloud knows of the last', () => isConsumed(`o${consumed - 1}`), patience);
  await Promise.all([cloud.close(), edge.close()]);
  // What its start and the objects have left to do is over.
  await pause(2_000);
  return () => pause(seconds * 1_000);
});
