import { contend, each } from '../contender';
import { headersOf, poolOf } from '../place';
import type { PublishTask } from '../tasks';

/** A loop of one PUT by undici that looks at nothing but the status. */
void contend(async ({ atOnce, bytes, cloud, count, objectType }: PublishTask) => {
  const pool = poolOf(cloud, atOnce);
  const headers = { ...headersOf(cloud), 'content-type': 'application/json' };
  const bytesOfOne = Buffer.alloc(bytes, 'x');
  const publish = (prefix: string, objects: number): Promise<void> =>
    each(objects, atOnce, async (index) => {
      const objectID = `${prefix}${index}`;
      const path = `/api/v1/objects/${cloud.organization}/${objectType}/${objectID}`;
      const text = JSON.stringify({ meta: { objectType, objectID }, data: bytesOfOne.toString('base64') });
      const { body, statusCode } = await pool.request({ method: 'PUT', path, headers, body: text });
      if (statusCode !== 204) throw new Error(`answered with ${statusCode}`);
      await body.dump();
    });
  await publish('warm', Math.min(4_000, count));
  return () => publish('o', count);
});
