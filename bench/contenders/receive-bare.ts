import type { Dispatcher } from 'undici';
import { contend, each } from '../contender';
import { headersOf, poolOf } from '../place';
import type { ReceiveTask } from '../tasks';

interface BareTask extends ReceiveTask {
  /** How often the list is read and parsed meanwhile; nothing is done with it. */
  lists: number;
  /** Whether it asks for the version after the data and before the acknowledgement; it does not look at the answer. */
  asksForVersions?: boolean;
}

/** A loop of requests by undici for objects whose names it is told: data and acknowledgement. Nothing is checked. */
void contend(async (task: BareTask) => {
  const pool = poolOf(task.edge, task.atOnce);
  const headers = headersOf(task.edge);
  const ask = async (method: 'GET' | 'PUT', path: string): Promise<Dispatcher.ResponseData['body']> =>
    (await pool.request({ method, path: `/api/v1/objects/${path}`, headers })).body;
  const list = async (objectType: string): Promise<void> => {
    const text = await (await ask('GET', objectType)).text();
    if (text.startsWith('[')) JSON.parse(text);
  };
  const askForVersion = async (path: string): Promise<void> => {
    if (task.asksForVersions) JSON.parse(await (await ask('GET', path)).text());
  };
  const receive = (objectType: string, count: number): Promise<void> => {
    const between = Math.ceil(count / Math.max(1, task.lists));
    return each(count, task.atOnce, async (index) => {
      if (task.lists > 0 && index % between === 0) await list(objectType);
      const path = `${objectType}/o${index}`;
      await (await ask('GET', `${path}/data`)).arrayBuffer();
      await askForVersion(path);
      await askForVersion(path);
      await (await ask('PUT', `${path}/consumed`)).dump();
    });
  };
  await receive(task.warmType, task.warmCount);
  return () => receive(task.objectType, task.count);
});
