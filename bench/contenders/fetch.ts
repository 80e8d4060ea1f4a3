import { SyncServiceClient } from '../../src/client';
import { metadataOf } from '../../test/support/metadata';
import { contend, each } from '../contender';
import { connection, type Place } from '../place';

const [version, atOnce, warm] = ['1795470914231361270', 8, 200];

/** Data of one size into memory, again and again. */
void contend(async ({ bytes, count, edge }: { edge: Place; bytes: number; count: number }) => {
  const client = new SyncServiceClient(connection(edge));
  const object = metadataOf({
    objectType: `data-${bytes}`,
    objectSize: bytes,
    instanceID: version,
    dataID: version,
  });
  const fetch = (objects: number): Promise<void> =>
    each(objects, atOnce, async () => {
      await client.fetchObjectData(object);
    });
  await fetch(warm);
  return () => fetch(count);
});
