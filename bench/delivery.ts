import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { SyncServiceClient } from '../src/client';
import { until } from '../test/support/until';
import { ServiceProcess } from './service';

/**
 * Objects from a cloud to three edges, each of which fetches and consumes them all: the local service in a process of its
 * own, and a client for each side in this one.
 */

const writers = 16;
const organization = 'demo';
const key = `admin@${organization}`;
const patience = 60_000;

async function deliver(objects: number, bytes: number, folder: string | undefined): Promise<number> {
  const edges = ['gateway/edge1', 'gateway/edge2', 'gateway/edge3'];
  const service = await ServiceProcess.start(edges, folder);
  const [address = '', ...edgeAddresses] = service.addresses;
  const cloud = new SyncServiceClient({ address, organization, key });
  await until(
    'the edges have registered',
    async () => (await cloud.getDestinations()).length === edges.length,
    patience,
  );
  const began = performance.now();
  const consuming = edgeAddresses.map((each) => consume(each, objects));
  await publish(cloud, objects, Buffer.alloc(bytes, 'x'));
  await Promise.all(consuming);
  const took = performance.now() - began;
  await cloud.close();
  await service.stop();
  return took;
}

async function publish(cloud: SyncServiceClient, objects: number, data: Buffer): Promise<void> {
  let next = 0;
  const write = async (): Promise<void> => {
    while (next < objects) {
      next += 1;
      await cloud.publish({ objectType: 'bench', objectID: `o${next}` }, data);
    }
  };
  await Promise.all(Array.from({ length: writers }, write));
}

async function consume(address: string, objects: number): Promise<void> {
  const edge = new SyncServiceClient({ address, key });
  const updates = edge.pollForUpdates('bench');
  let left = objects;
  const take = async (object: Parameters<typeof edge.fetchObjectData>[0]): Promise<void> => {
    await edge.fetchObjectData(object);
    await updates.acknowledge(object);
    left -= 1;
    if (left === 0) updates.close();
  };
  const taking: Promise<void>[] = [];
  for await (const { object } of updates) taking.push(take(object));
  await Promise.all(taking);
  await edge.close();
}

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      objects: { type: 'string', default: '10000' },
      bytes: { type: 'string', default: '1024' },
      data: { type: 'string' },
      json: { type: 'string' },
    },
  });
  const [objects, bytes] = [Number(values.objects), Number(values.bytes)];
  const seconds = (await deliver(objects, bytes, values.data)) / 1_000;
  const memory = process.resourceUsage().maxRSS / 1_024;
  console.log(
    `${objects} objects of ${bytes} bytes to 3 edges: ${seconds.toFixed(1)} s, ` +
      `${Math.round((objects * 3) / seconds)} deliveries a second, ${Math.round(memory)} MiB at most`,
  );
  if (values.json !== undefined) {
    await writeFile(values.json, `${JSON.stringify({ objects, bytes, seconds, memory }, null, 2)}\n`);
  }
}

void run();
