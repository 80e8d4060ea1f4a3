import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { SyncServiceClient } from '../src/client';
import { median } from './median';
import { connection } from './place';
import type { WebhookTask } from './tasks';

/** Nothing of the object before is left to do when the next is published. In ms. */
const rest = 20;

/** What whoever is called reports of the object that is under way. */
export interface Reports {
  /** Its metadata has come. */
  arrived(): void;
  consumed(): void;
}

/**
 * Publishes one object after the other, and takes the time from when a bare listener of an HTTP server has the call of the
 * service until the object has arrived.
 *
 * @param begin is called by the service at that server, whose address it is told.
 */
export async function timeCalls(
  { cloud, destination, objects, objectType, warm }: WebhookTask,
  begin: (server: Server, address: string, reports: Reports) => Promise<void>,
): Promise<() => Promise<object>> {
  let called: number | undefined;
  let arrived: (at: number) => void = () => undefined;
  let consumed: () => void = () => undefined;
  const server = createServer();
  server.on('request', () => {
    called ??= performance.now();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await begin(server, address, { arrived: () => arrived(performance.now()), consumed: () => consumed() });
  const client = new SyncServiceClient(connection(cloud));
  const data = Buffer.alloc(1_024, 'x');
  let published = 0;

  /** @returns in ms. A poll that was under way may bring it before the call. */
  const one = async (): Promise<{ fromCall?: number; fromPublish: number }> => {
    const message = new Promise<number>((resolve) => {
      arrived = resolve;
    });
    const over = new Promise<void>((resolve) => {
      consumed = resolve;
    });
    called = undefined;
    const begun = performance.now();
    published += 1;
    await client.publish({ objectType, objectID: `o${published}`, ...destination }, data);
    const at = await message;
    const fromCall = called === undefined || called > at ? undefined : at - called;
    const taken = { fromPublish: at - begun, ...(fromCall !== undefined && { fromCall }) };
    await over;
    await pause(rest);
    return taken;
  };

  for (let done = 0; done < warm; done += 1) await one();
  return async () => {
    const taken = [];
    for (let done = 0; done < objects; done += 1) taken.push(await one());
    const fromCalls = taken.flatMap(({ fromCall }) => fromCall ?? []);
    return {
      calls: fromCalls.length,
      'ms from call': median(fromCalls),
      'ms from publish': median(taken.map(({ fromPublish }) => fromPublish)),
    };
  };
}
