import { monitorEventLoopDelay } from 'node:perf_hooks';
import { contend } from '../contender';
import { headersOf, poolOf } from '../place';
import type { ListTask } from '../tasks';

/** GET by undici, and JSON.parse. */
void contend(async ({ edge, objectType, polls }: ListTask) => {
  const pool = poolOf(edge, 1);
  const headers = headersOf(edge);
  const poll = async (): Promise<void> => {
    const { body } = await pool.request({ method: 'GET', path: `/api/v1/objects/${objectType}`, headers });
    if (!Array.isArray(JSON.parse(await body.text()))) throw new Error('no list');
  };
  for (let warm = 0; warm < 3; warm += 1) await poll();
  return async () => {
    const delay = monitorEventLoopDelay({ resolution: 1 });
    delay.enable();
    for (let done = 0; done < polls; done += 1) await poll();
    return { longest: delay.max / 1_000_000 };
  };
});
