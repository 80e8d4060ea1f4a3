import { SyncServiceClient } from '../../src/client';
import { timeCalls } from '../calls';
import { contend } from '../contender';
import { connection, headersOf, poolOf } from '../place';
import type { WebhookTask } from '../tasks';

/** The least that a call can lead to: the list is read and parsed by undici, for an object has arrived when it is listed. */
void contend((task: WebhookTask) =>
  timeCalls(task, async (server, address, { arrived, consumed }) => {
    const { edge, objectType } = task;
    const pool = poolOf(edge, 1);
    const headers = headersOf(edge);
    const path = `/api/v1/objects/${objectType}`;
    const ask = async (method: 'GET' | 'PUT', under = ''): Promise<string> =>
      (await pool.request({ method, path: path + under, headers })).body.text();
    server.on('request', async (_request, response) => {
      response.end();
      const text = await ask('GET');
      const listed: { objectID: string }[] = text ? JSON.parse(text) : [];
      if (listed.length === 0) return;
      arrived();
      for (const { objectID } of listed) await ask('PUT', `/${objectID}/consumed`);
      consumed();
    });
    const client = new SyncServiceClient(connection(edge));
    await client.registerWebhook(objectType, address);
    await client.close();
  }),
);
