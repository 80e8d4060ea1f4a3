import { contend, each } from '../contender';
import { headersOf, type Place, poolOf } from '../place';

/** A loop of two requests by undici, data and acknowledgement, for objects whose names it is told: nothing is checked. */
void contend(async (task: ReceiveTask) => {
  const pool = poolOf(task.edge, task.atOnce);
  const headers = headersOf(task.edge);
  const receive = (objectType: string, count: number): Promise<void> =>
    each(count, task.atOnce, async (index) => {
      const path = `/api/v1/objects/${objectType}/o${index}`;
      const data = await pool.request({ method: 'GET', path: `${path}/data`, headers });
      await data.body.arrayBuffer();
      const consumed = await pool.request({ method: 'PUT', path: `${path}/consumed`, headers });
      await consumed.body.dump();
    });
  await receive(task.warmType, task.warmCount);
  return () => receive(task.objectType, task.count);
});

interface ReceiveTask {
  edge: Place;
  objectType: string;
  count: number;
  atOnce: number;
  warmType: string;
  warmCount: number;
}
