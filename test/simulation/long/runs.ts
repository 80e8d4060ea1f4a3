import { Outbox, SyncServiceClient, type UpdateReceiver } from '../../../src/client';
import { MemoryDisk } from '../../support/memory-disk';
import { MadeUpProcesses } from '../../support/processes';
import { SeededRandom } from '../../support/random';
import { VirtualClock } from '../clock';
import { type Figures, used } from './figures';
import { LongService } from './service';

const [second, hour] = [1_000, 3_600_000];

/** The service is away for so many hours, with objects that the flow has asked to acknowledge, and an outbox that waits. */
export async function away(hours: number): Promise<Figures> {
  const count = 200;
  const clock = new VirtualClock();
  const random = new SeededRandom(1);
  const [edge, cloud] = [new LongService(clock, 'ESS'), new LongService(clock, 'CSS')];
  for (let index = 0; index < count; index += 1) edge.put('t', `o${index}`);
  const client = new SyncServiceClient(
    { address: 'http://edge' },
    { clock, random, openTransport: () => edge },
  );
  const sender = new SyncServiceClient(
    { address: 'http://cloud', organization: 'demo' },
    { clock, random, openTransport: () => cloud },
  );
  const receiver = client.pollForUpdates('t', { window: count, redeliverAfter: 300 * hour });
  const handed: Parameters<UpdateReceiver['acknowledge']>[0][] = [];
  void read(receiver, ({ object }) => void handed.push(object));
  const disk = new MemoryDisk(random);
  const machine = { clock, disk, random, processes: new MadeUpProcesses().start() };
  const outbox = await Outbox.open({ folder: '/outbox', client: sender }, machine);
  await clock.run(10 * second);
  for (const service of [edge, cloud]) service.isUp = false;
  for (const object of handed) receiver.acknowledge(object).catch(() => undefined);
  for (let index = 0; index < count; index += 1) {
    await outbox.put({ objectType: 't', objectID: `sent${index}` }, `data ${index}`);
  }
  await clock.run((hours * hour) / 4);
  const [before, asked] = [used(), edge.requests + cloud.requests];
  await clock.run(hours * hour);
  const [grown, units] = [used() - before, edge.requests + cloud.requests - asked];
  const perHour = edge.perHour.slice(1, -1).map((each, index) => each + (cloud.perHour[index + 1] ?? 0));
  for (const service of [edge, cloud]) service.isUp = true;
  const began = clock.elapsed();
  const isDone = (): boolean => edge.consumed === count && outbox.state.waiting === 0;
  await clock.run(began + hour, isDone);
  const until = clock.elapsed() - began;
  const done = edge.consumed + cloud.published;
  await closed(clock, [outbox.close(), client.close(), sender.close()]);
  const bytesPerUnit = Math.round(grown / units);
  return { units, bytesPerUnit, wanted: 2 * count, done, mostPerHour: Math.max(...perHour), until };
}

/** So many hours of polling 20 types, each with objects that stay and now and then another, which is consumed. */
export async function polling(hours: number): Promise<Figures> {
  const types = Array.from({ length: 20 }, (_, index) => `type${index}`);
  const newsEach = 100;
  const clock = new VirtualClock();
  let wanted = 0;
  const edge = new LongService(clock, 'ESS', (objectType) => {
    if (edge.polls % newsEach > 0) return;
    wanted += 1;
    edge.put(objectType, `news${wanted}`);
  });
  const random = new SeededRandom(1);
  const client = new SyncServiceClient(
    { address: 'http://edge' },
    { clock, random, openTransport: () => edge },
  );
  for (const objectType of types) {
    for (const objectID of ['a', 'b', 'c']) edge.put(objectType, objectID);
    const receiver = client.pollForUpdates(objectType, { redeliverAfter: 300 * hour });
    void read(receiver, ({ object }) => {
      if (object.objectID.startsWith('news')) void receiver.acknowledge(object);
    });
  }
  await clock.run((hours * hour) / 4);
  const [before, polled] = [used(), edge.polls];
  await clock.run(hours * hour);
  const [grown, units] = [used() - before, edge.polls - polled];
  const mostPerHour = Math.max(...edge.perHour.slice(0, Math.floor(hours)));
  await clock.run(clock.elapsed() + 20 * second);
  const done = edge.consumed;
  await closed(clock, [client.close()]);
  return { units, bytesPerUnit: Math.round(grown / units), wanted, done, mostPerHour, until: 0 };
}

/** So many objects through one feed, each handed out once and consumed. */
export async function objects(count: number): Promise<Figures> {
  const batch = 500;
  const clock = new VirtualClock();
  let published = 0;
  const edge = new LongService(clock, 'ESS', (objectType) => {
    while (published < goal && edge.count(objectType) < batch) {
      published += 1;
      edge.put(objectType, `object${published}`);
    }
  });
  const random = new SeededRandom(1);
  const client = new SyncServiceClient(
    { address: 'http://edge' },
    { clock, random, openTransport: () => edge },
  );
  const receiver = client.pollForUpdates('t', { interval: second, window: batch });
  let handed = 0;
  let goal = Math.floor(count / 4);
  void read(receiver, ({ object }) => {
    handed += 1;
    void receiver.acknowledge(object);
  });
  // What was asked for is kept in mind for a while, and time limits of requests stay until they would have been over.
  const rest = async (): Promise<void> => {
    await clock.run(100 * hour, () => edge.consumed === goal);
    await clock.run(clock.elapsed() + 300 * second);
  };
  await rest();
  const before = used();
  const units = count - goal;
  goal = count;
  await rest();
  const grown = used() - before;
  const { consumed: done } = edge;
  await closed(clock, [client.close()]);
  const mostPerHour = Math.max(...edge.perHour.filter(Boolean));
  return {
    units,
    bytesPerUnit: Math.round(grown / units),
    wanted: count,
    done: Math.min(done, 2 * count - handed),
    mostPerHour,
    until: 0,
  };
}

async function read(
  receiver: UpdateReceiver,
  onUpdate: (update: { object: Parameters<UpdateReceiver['acknowledge']>[0] }) => void,
): Promise<void> {
  for await (const update of receiver) onUpdate(update);
}

async function closed(clock: VirtualClock, closing: readonly Promise<unknown>[]): Promise<void> {
  await clock.run(clock.elapsed() + 10 * second);
  await Promise.all(closing);
}
