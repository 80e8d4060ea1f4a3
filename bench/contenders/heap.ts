import { SyncServiceClient } from '../../src/client';
import { metadataOf } from '../../test/support/metadata';
import { alive } from '../alive';
import { contend, each } from '../contender';
import { connection, type Place } from '../place';

/** What the heap keeps of each request, when all of them have one signal, which lives as long as the program. */
void contend(async ({ edge, requests }: HeapTask) => {
  const client = new SyncServiceClient(connection(edge));
  const { signal } = new AbortController();
  const object = metadataOf({ objectType: 'data-4' });
  const asks = [
    () => client.listUpdates('live-0', { signal }),
    () => client.getObjectStatus(object, { signal }),
    () => client.markObjectConsumed(object, { signal }),
    () => client.updateObject({ objectType: 't', objectID: 'o' }, { signal }),
  ];
  const ask = (count: number): Promise<void> =>
    each(count, 8, async (index) => {
      await asks[index % asks.length]?.();
    });
  await ask(20_000);
  return async () => {
    const before = alive();
    await ask(requests);
    return { kept: (alive() - before) / requests };
  };
});

interface HeapTask {
  edge: Place;
  requests: number;
}
