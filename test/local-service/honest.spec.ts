import assert from 'node:assert/strict';
import { SyncServiceClient } from '../../src/client';
import { LocalService, type LocalServiceOptions } from '../../src/local-service';
import { type LocalPair, pairOf, place, startPair } from '../support/local-pair';
import { ManualClock } from '../support/manual-clock';
import { until } from '../support/until';

/** So long that no poll comes by itself. */
const never = 3_600_000;
const object = { objectType: 't', objectID: 'o' };

describe('news, acknowledgements and a cloud that is away', () => {
  let pair: LocalPair;
  let service: LocalService;
  let cloud: SyncServiceClient;
  let edge: SyncServiceClient;
  afterEach(() => pair.close());

  async function start(options: LocalServiceOptions): Promise<void> {
    pair = await startPair(options);
    ({ service, cloud, edge } = pair);
  }
  const look = (): void => service.edges[0]?.poll();
  const arrived = (): Promise<boolean> =>
    until('it has arrived', async () => (await edge.listUpdates('t')).length > 0);

  describe('as in the field', () => {
    beforeEach(() => start({ intervals: { poll: never } }));

    it('news come at the next poll', async () => {
      await cloud.publish(object, 'x');
      assert.deepEqual(await edge.listUpdates('t'), []);
      look();
      assert.equal((await edge.listUpdates('t')).length, 1);
      await edge.publish({ objectType: 'up', objectID: 'u' }, 'x');
      await cloud.markObjectConsumed({ objectType: 'up', objectID: 'u' });
      assert.equal(await edge.getObjectStatus({ objectType: 'up', objectID: 'u' }), 'ready');
      assert.equal(await cloud.getObjectStatus({ objectType: 'up', objectID: 'u' }), 'objconsumed');
      look();
      assert.equal(await edge.getObjectStatus({ objectType: 'up', objectID: 'u' }), 'consumedByDest');
      await assert.rejects(cloud.getObjectMetadata({ objectType: 'up', objectID: 'u' }), { statusCode: 404 });
    });

    it('an acknowledgement, and what is asked of its object, waits for the cloud', async () => {
      await cloud.publish(object, 'x');
      look();
      await service.cloud.stop();
      const answered: string[] = [];
      const asked = [
        edge.markObjectConsumed(object).then(() => answered.push('consumed')),
        until('it is taken', async () => (await edge.listUpdates('t')).length === 0)
          .then(() => edge.fetchObjectData(object).catch(() => undefined))
          .then(() => answered.push('data')),
      ];
      await edge.getHealth();
      await until('it is taken', async () => (await edge.listUpdates('t')).length === 0);
      assert.deepEqual(answered, []);
      await service.cloud.start();
      await Promise.all(asked);
      assert.deepEqual(answered.sort(), ['consumed', 'data']);
    });

    it('what the cloud has of its own keeps an edge from sending it, and the other way round it is told', async () => {
      await cloud.publish(object, 'of the cloud');
      await edge.publish(object, 'of the edge');
      look();
      assert.equal(String(await cloud.fetchObjectData(object)), 'of the cloud');
      assert.equal(String(await edge.fetchObjectData(object)), 'of the edge');
    });
  });

  describe('gently', () => {
    beforeEach(() => start({ intervals: { poll: never }, gentle: true }));

    it('news come at once', async () => {
      await cloud.publish(object, 'x');
      await arrived();
      await edge.publish({ objectType: 'up', objectID: 'u' }, 'x');
      await cloud.markObjectConsumed({ objectType: 'up', objectID: 'u' });
      await until(
        'the edge has heard',
        async () => (await edge.getObjectStatus({ objectType: 'up', objectID: 'u' })) === 'consumedByDest',
      );
    });

    it('acknowledgements and updates are answered while the cloud is away, and told when it is back', async () => {
      await cloud.publish(object, 'x');
      await arrived();
      await service.cloud.stop();
      await edge.markObjectConsumed(object);
      for (const objectID of ['1', '2', '3', '4', '5'])
        await edge.publish({ objectType: 'up', objectID }, 'x');
      await service.cloud.start();
      await until('all is told', async () => {
        const [destination] = await cloud.getObjectDestinations(object);
        return destination?.status === 'consumed' && (await cloud.listUpdates('up')).length === 5;
      });
    });
  });
});

describe('the polls of an edge', () => {
  it('come at its interval, and go on after the cloud was away', async () => {
    const clock = new ManualClock();
    const service = await LocalService.start({
      edges: [place],
      intervals: { registration: 10, poll: 100 },
      clock,
    });
    const pair = pairOf(service);
    const listed = async (): Promise<number> => (await pair.edge.listUpdates('t')).length;
    await clock.advance(10 + 1_000 + 30);
    await pair.cloud.publish(object, 'x');
    // Looks come 550 ms after the first of all, and at each 100 from then on.
    await clock.advance(19);
    assert.equal(await listed(), 0);
    await clock.advance(1);
    assert.equal(await listed(), 1);
    await pair.cloud.publish({ ...object, objectID: 'next' }, 'x');
    await service.cloud.stop();
    await clock.advance(1_000);
    await service.cloud.start();
    await clock.advance(100);
    assert.equal(await listed(), 2);
    await pair.close();
  });
});

describe('a store that is lost', () => {
  const edges = [
    { ...place, destinationID: 'files' },
    { ...place, destinationID: 'memory', memory: true },
  ];
  let pair: LocalPair;
  let memory: SyncServiceClient;
  beforeEach(async () => {
    pair = await startPair({ edges });
    memory = new SyncServiceClient({ address: pair.service.edges[1]?.address ?? '', key: 'admin@demo' });
  });
  afterEach(async () => {
    await memory.close();
    await pair.close();
  });

  const ids = async (client: SyncServiceClient): Promise<string[]> =>
    (await client.listUpdates('t', { received: true })).map(({ objectID }) => objectID);

  async function publishAndConsume(): Promise<void> {
    for (const objectID of ['consumed', 'read']) await pair.cloud.publish({ objectType: 't', objectID }, 'x');
    for (const client of [pair.edge, memory]) {
      await until('both have come', async () => (await ids(client)).length === 2);
      await client.markObjectConsumed({ objectType: 't', objectID: 'consumed' });
    }
  }

  it('of files: nothing comes back before a resend, then all', async () => {
    await publishAndConsume();
    const [edge] = pair.service.edges;
    assert.ok(edge);
    await edge.stop();
    edge.loseStore();
    await edge.start();
    await pair.cloud.publish({ objectType: 't', objectID: 'next' }, 'x');
    await until('the next has come', async () => (await ids(pair.edge)).includes('next'));
    assert.deepEqual(await ids(pair.edge), ['next']);
    await pair.edge.resend();
    await until('all are there', async () => (await ids(pair.edge)).length === 3);
  });

  it('in memory, when the edge stops: all but what was consumed comes back by itself, and that with a resend', async () => {
    await publishAndConsume();
    await pair.service.edges[1]?.stop();
    assert.equal(pair.service.edges[1]?.store.size, 0);
    await pair.service.edges[1]?.start();
    await until('it is back', async () => (await ids(memory)).includes('read'));
    assert.deepEqual(await ids(memory), ['read']);
    await memory.resend();
    await until('all are there', async () => (await ids(memory)).length === 2);
  });

  it('in memory takes and gives no data above 5,242,880 bytes', async () => {
    const [most, more] = [Buffer.alloc(5_242_880, 1), Buffer.alloc(5_242_881, 1)];
    await pair.cloud.publish({ objectType: 't', objectID: 'more' }, more);
    await pair.cloud.publish({ objectType: 't', objectID: 'most' }, most);
    await until('what fits has come', async () => (await ids(memory)).length > 0);
    await until('all has come', async () => (await ids(pair.edge)).length === 2);
    assert.deepEqual(await ids(memory), ['most']);
    assert.equal(await memory.getObjectStatus({ objectType: 't', objectID: 'more' }), 'partiallyreceived');
    const statuses = (await pair.cloud.getObjectDestinations({ objectType: 't', objectID: 'more' })).map(
      ({ destinationID, status }) => [destinationID, status],
    );
    assert.deepEqual(statuses, [
      ['files', 'delivered'],
      ['memory', 'delivering'],
    ]);
    await memory.publish({ objectType: 'up', objectID: 'more' }, more);
    await memory.publish({ objectType: 'up', objectID: 'most' }, most);
    const up = await until('what fits is at the cloud', async () => {
      const listed = await pair.cloud.listUpdates('up');
      return listed.length > 0 && listed;
    });
    assert.deepEqual(
      up.map(({ objectID }) => objectID),
      ['most'],
    );
  });
});
