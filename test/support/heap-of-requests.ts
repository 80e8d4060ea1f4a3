import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SyncServiceClient } from '../../src/client';
import { keptOfEach } from './kept';
import { metadataOf } from './metadata';

/**
 * What the heap keeps of a request, in a process of its own that may collect its garbage: `count`. All requests have
 * one signal, which outlives them as those of a program do. Prints bytes per request.
 */
async function run(count: number): Promise<void> {
  const server = createServer((request, response) => {
    request.resume();
    if (request.url === '/api/v1/health') response.end('{"general":{"nodeType":"CSS"}}');
    else if (request.url?.endsWith('/status')) response.end('ready');
    else if (request.method === 'GET') response.writeHead(404).end();
    else response.writeHead(204).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const client = new SyncServiceClient({ address, organization: 'demo', key: 'me', secret: 'hush' });
  const { signal } = new AbortController();
  const object = metadataOf({});
  const asks = [
    () => client.listUpdates('t', { signal }),
    () => client.getObjectStatus(object, { signal }),
    () => client.markObjectConsumed(object, { signal }),
    () => client.publish({ objectType: 't', objectID: 'o' }, 'data', { signal }),
  ];
  const round = async (requests: number): Promise<void> => {
    let left = requests;
    const work = async (): Promise<void> => {
      for (; left > 0; left -= 1) await asks[left % asks.length]?.();
    };
    await Promise.all(Array.from({ length: 8 }, work));
  };
  const third = Math.ceil(count / 3);
  await round(third);
  const bytes = await keptOfEach(async () => {
    await round(third);
    return third;
  });
  console.log(bytes);
  await client.close();
  server.closeAllConnections();
  server.close();
}

void run(Number(process.argv[2]));
