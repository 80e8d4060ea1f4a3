import { SyncServiceClient } from '../../src/client';
import { contend, each } from '../contender';
import { connection } from '../place';
import type { PublishTask } from '../tasks';

/** The library's `publish`. */
void contend(
  async ({ atOnce, bytes, cloud, count, objectType }: PublishTask): Promise<() => Promise<void>> => {
    const client = new SyncServiceClient(connection(cloud));
    const data = Buffer.alloc(bytes, 'x');
    const publish = (prefix: string, objects: number): Promise<void> =>
      each(objects, atOnce, (index) => client.publish({ objectType, objectID: `${prefix}${index}` }, data));
    await publish('warm', Math.min(4_000, count));
    return () => publish('o', count);
  },
);
