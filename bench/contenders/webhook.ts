import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { SyncServiceClient } from '../../src/client';
import { contend } from '../contender';
import { median } from '../median';
import { startNodeRed } from '../node-red-runtime';
import { connection, type Place } from '../place';

/** Nothing of the object before is left to do when the next is published. In ms. */
const rest = 20;

/**
 * A Node-RED whose sync-in the service calls: for one object after the other, the time from when a bare listener of the
 * same HTTP server has the call until the message is out of the node.
 */
void contend(async ({ cloud, destination, flows, objects, objectType, warm }: WebhookTask) => {
  let called: number | undefined;
  let arrived: (at: number) => void = () => undefined;
  let consumed: () => void = () => undefined;
  const server = createServer();
  server.on('request', () => {
    called ??= performance.now();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.env.BASE_URL = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const globals = { arrived: () => arrived(performance.now()), consumed: () => consumed() };
  const RED = await startNodeRed([], globals, server);
  await RED.runtime.flows.setFlows({ flows: { flows }, deploymentType: 'full' });
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
});

interface WebhookTask {
  cloud: Place;
  destination: { destinationType: string; destinationID: string };
  flows: object[];
  objectType: string;
  /** How many arrive, and how many before that. */
  objects: number;
  warm: number;
}
