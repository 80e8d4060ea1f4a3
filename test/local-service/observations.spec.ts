import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { type ObjectMetadata, SyncServiceClient } from '../../src/client';
import { LocalService } from '../../src/local-service';
import { place, startPair } from '../support/local-pair';
import { metadataOf } from '../support/metadata';
import { until } from '../support/until';

/** What was seen of the real service beside its answers: who is told what, how often, and in which order. */
describe('as was observed of the real service, in the local one', () => {
  const toEdge = { objectType: 't', destinationType: 'gateway', destinationID: 'edge1' };
  let service: LocalService;
  let cloud: SyncServiceClient;
  let edge: SyncServiceClient;
  let close: () => Promise<void>;
  let now: number;

  beforeEach(async () => {
    now = Date.now();
    const clock = (): number => now;
    ({ service, cloud, edge, close } = await startPair({
      cloud: { clock },
      edges: [{ ...place, clock }],
      intervals: { maintenance: 5 },
    }));
  });
  afterEach(() => close());

  const arrived = (count = 1): Promise<ObjectMetadata[]> =>
    until('it has arrived', async () => {
      const listed = await edge.listUpdates('t');
      return listed.length >= count && listed;
    });

  describe('a webhook', () => {
    let hook: Server;
    let calls: {
      method: string | undefined;
      url: string | undefined;
      type: string | undefined;
      body: string;
    }[];
    let answer: number;
    const url = (path = '/hook'): string => `http://127.0.0.1:${(hook.address() as AddressInfo).port}${path}`;

    beforeEach(async () => {
      calls = [];
      answer = 200;
      hook = createServer(async (request: IncomingMessage, response) => {
        const type = request.headers['content-type'];
        calls.push({ method: request.method, url: request.url, type, body: await text(request) });
        response.writeHead(answer, answer === 302 ? { location: '/elsewhere' } : {}).end();
      });
      hook.listen(0, '127.0.0.1');
      await once(hook, 'listening');
      await edge.registerWebhook('t', url());
    });
    afterEach(() => {
      hook.closeAllConnections();
      hook.close();
    });

    it('is called once, with the metadata, when the data has arrived', async () => {
      await edge.registerWebhook('t', url());
      await cloud.publish({ ...toEdge, objectID: 'o' }, 'data');
      await until('it was called', () => calls.length > 0);
      const [{ method, type, body }] = calls as [(typeof calls)[0]];
      assert.deepEqual([method, type], ['POST', 'Application/JSON']);
      assert.equal(JSON.parse(body).objectID, 'o');
      assert.equal(calls.length, 1);
    });

    it('is not called for deletions, metadata-only updates and objects without data', async () => {
      await cloud.updateObject({ ...toEdge, objectID: 'none', noData: true });
      await cloud.publish({ ...toEdge, objectID: 'o' }, 'data');
      await cloud.updateObject({ ...toEdge, objectID: 'o', metaOnly: true, version: '2' });
      await arrived(2);
      await until('the update has arrived', async () =>
        (await edge.listUpdates('t')).some(({ version }) => version),
      );
      await cloud.deleteObject({ objectType: 't', objectID: 'o' });
      await until('the deletion has arrived', async () =>
        (await edge.listUpdates('t')).some(({ deleted }) => deleted),
      );
      await cloud.publish({ ...toEdge, objectID: 'last' }, 'data');
      await until('the last one was told', () =>
        calls.some(({ body }) => JSON.parse(body).objectID === 'last'),
      );
      assert.ok(calls.length <= 2);
      assert.ok(!calls.some(({ body }) => JSON.parse(body).objectID === 'none'));
    });

    it('is not called again whatever it answers, is sent on as a GET, and can be deleted', async () => {
      answer = 500;
      await cloud.publish({ ...toEdge, objectID: 'a' }, 'data');
      await until('it was called', () => calls.length > 0);
      answer = 302;
      await cloud.publish({ ...toEdge, objectID: 'b' }, 'data');
      await until('it was sent on', () => calls.length > 2);
      assert.deepEqual(
        calls.map(({ method, url }) => `${method} ${url}`),
        ['POST /hook', 'POST /hook', 'GET /elsewhere'],
      );
      await edge.deleteWebhook('t', url());
      await cloud.publish({ ...toEdge, objectID: 'c' }, 'data');
      await arrived(3);
      assert.equal(calls.length, 3);
    });
  });

  it('several versions collapse into the last', async () => {
    await service.edges[0]?.stop();
    for (const data of ['0', '1', '2']) await cloud.publish({ ...toEdge, objectID: 'o' }, data);
    await service.edges[0]?.start();
    const [object] = await arrived();
    assert.ok(object);
    assert.equal(String(await edge.fetchObjectData(object)), '2');
  });

  it('successive versions differ by 1', async () => {
    await cloud.publish({ ...toEdge, objectID: 'o' }, 'a');
    const first = await cloud.getObjectMetadata({ objectType: 't', objectID: 'o' });
    await cloud.publish({ ...toEdge, objectID: 'o' }, 'b');
    const second = await cloud.getObjectMetadata({ objectType: 't', objectID: 'o' });
    assert.equal(BigInt(second.instanceID) - BigInt(first.instanceID), 1n);
  });

  it('lists are in the order of the IDs', async () => {
    for (const objectID of ['z', 'o10', 'o1', 'o1a', 'o2', 'a1'])
      await cloud.publish({ ...toEdge, objectID }, 'x');
    const listed = await arrived(6);
    assert.deepEqual(
      listed.map(({ objectID }) => objectID),
      ['a1', 'o1', 'o10', 'o1a', 'o2', 'z'],
    );
  });

  it('with two consumers an object is gone after the second, and listed until then', async () => {
    await cloud.publish({ ...toEdge, objectID: 'o', consumers: 2 }, 'x');
    const [object] = await arrived();
    assert.ok(object);
    await edge.markObjectConsumed(object);
    assert.equal((await edge.listUpdates('t')).length, 1);
    await edge.markObjectConsumed(object);
    assert.equal((await edge.listUpdates('t')).length, 0);
  });

  it('a resend brings again what was consumed', async () => {
    await cloud.publish({ ...toEdge, objectID: 'o' }, 'x');
    const [object] = await arrived();
    assert.ok(object);
    await edge.acknowledge(object);
    assert.deepEqual(await edge.listUpdates('t'), []);
    await edge.resend();
    await arrived();
    const [destination] = await cloud.getObjectDestinations(object);
    assert.equal(destination?.status, 'delivered');
  });

  it('an object that deletes itself expires an hour after all have consumed it', async () => {
    const object = { ...toEdge, objectID: 'o', autodelete: true };
    await cloud.publish(object, 'x');
    const [metadata] = await arrived();
    assert.ok(metadata);
    await edge.acknowledge(metadata);
    const { expiration } = await cloud.getObjectMetadata(object);
    assert.equal(Date.parse(expiration), Math.floor((now + 3_600_000) / 1_000) * 1_000);
    now += 3_600_001;
    await until('it is gone', async () => (await cloud.listObjects({ objectType: 't' })).length === 0);
  });

  it('an edge that is left out of the destinations sees the object deleted', async () => {
    const object = { objectType: 't', objectID: 'o' };
    await cloud.publish(object, 'x');
    await arrived();
    await cloud.setObjectDestinations(object, [], { allowEmpty: true });
    const deletion = await until('it is deleted', async () =>
      (await edge.listUpdates('t')).find(({ deleted }) => deleted),
    );
    assert.deepEqual(await cloud.getObjectDestinations(object), []);
    assert.equal(await edge.acknowledge(deletion), 'deleted');
    await cloud.addObjectDestinations(object, [place]);
    await until('it is back', async () => (await edge.listUpdates('t')).some(({ deleted }) => !deleted));
    await assert.rejects(cloud.addObjectDestinations(object, [{ ...place, destinationID: 'ghost' }]), {
      statusCode: 500,
    });
  });

  it('an object of a name that no edge can fetch stays on its way for ever', async () => {
    const careless = new SyncServiceClient({
      address: service.cloud.address,
      organization: 'demo',
      key: 'admin@demo',
      allowCloudOnlyNames: true,
    });
    await careless.publish({ ...toEdge, objectID: 'a#b' }, 'x');
    await cloud.publish({ ...toEdge, objectID: 'after' }, 'x');
    await arrived();
    const [destination] = await careless.getObjectDestinations({ objectType: 't', objectID: 'a#b' });
    assert.equal(destination?.status, 'delivering');
    assert.equal((await edge.listUpdates('t')).length, 1);
    await careless.close();
  });

  it('an object to an edge that has not registered waits for it', async () => {
    const object = { ...toEdge, objectID: 'o', destinationID: 'late' };
    await cloud.publish(object, 'x');
    assert.deepEqual(await cloud.getObjectDestinations(object), []);
    await service.addEdge({ ...place, destinationID: 'late' });
    await until('it is delivered', async () => {
      const [destination] = await cloud.getObjectDestinations(object);
      return destination?.status === 'delivered';
    });
  });

  it('deleting an organization takes its objects and edges, which are refused until they restart', async () => {
    await cloud.publish({ ...toEdge, objectID: 'o' }, 'x');
    await cloud.deleteOrganization('demo');
    assert.deepEqual(await cloud.getDestinations(), []);
    assert.deepEqual(await cloud.listObjects(), []);
    await service.edges[0]?.stop();
    await service.edges[0]?.start();
    await until('the edge is back', async () => (await cloud.getDestinations()).length > 0);
  });

  it('an inactive object that an edge has all the same is activated where it comes from alone', async () => {
    const object = { objectType: 't', objectID: 'o' };
    const activationTime = new Date(now + 60_000).toISOString();
    const elsewhere = { destinationType: 'gateway', destinationID: 'ghost' };
    const refused: unknown[] = [];
    const refuse = (reason: unknown): number => refused.push(reason);
    process.on('unhandledRejection', refuse);
    await cloud.publish({ ...object, ...elsewhere, inactive: true, activationTime }, 'x');
    await cloud.addObjectDestinations(object, [place]);
    await arrived();
    await edge.publish({ objectType: 'up', objectID: 'own', inactive: true, activationTime }, 'x');
    now += 120_000;
    await until('it is active', async () => !(await cloud.getObjectMetadata(object)).inactive);
    await until('the edge has activated its own', async () => (await cloud.listUpdates('up')).length === 1);
    assert.equal((await edge.listUpdates('t'))[0]?.inactive, true);
    process.off('unhandledRejection', refuse);
    assert.deepEqual(refused, []);
  });

  it('of what the cloud has consumed an edge keeps a thousand, whose IDs are used up', async () => {
    const administrator = { role: 'admin', organization: 'demo', name: 'admin' } as const;
    const [ess] = service.edges;
    assert.ok(ess);
    for (let index = 0; index < 1_101; index += 1) {
      const metadata = metadataOf({
        objectType: 'up',
        objectID: String(index),
        originID: '',
        originType: '',
      });
      await ess.update('demo', { metadata, data: Buffer.from('x') }, administrator);
      await service.cloud.marks.consumed(['demo', 'up', String(index)]);
      ess.poll();
    }
    await edge.publish({ objectType: 'up', objectID: '0' }, 'again');
    await assert.rejects(edge.publish({ objectType: 'up', objectID: '101' }, 'again'), { statusCode: 400 });
  });

  it('users need the list of a type, and send only to destinations whose list they are on', async () => {
    const user = new SyncServiceClient({
      address: service.cloud.address,
      organization: 'demo',
      key: 'user@demo',
    });
    const object = { ...toEdge, objectID: 'o' };
    await assert.rejects(user.publish(object, 'x'), { code: 'SYNC_UNAUTHORIZED' });
    await cloud.addUsersToObjectACL('t', ['user']);
    await assert.rejects(user.publish(object, 'x'), { code: 'SYNC_UNAUTHORIZED' });
    await cloud.addUsersToDestinationACL('gateway', ['user']);
    await user.publish(object, 'x');
    assert.deepEqual(await cloud.retrieveAllObjectACLs(), ['t']);
    await cloud.removeUsersFromObjectACL('t', ['user']);
    await assert.rejects(user.getObjectMetadata(object), { code: 'SYNC_UNAUTHORIZED' });
    await user.close();
  });

  it('a service that is full says so, and takes nothing', async () => {
    const small = await LocalService.start({ cloud: { memoryLimit: 10 } });
    const asking = new SyncServiceClient({
      address: small.cloud.address,
      organization: 'demo',
      key: 'admin@demo',
    });
    await asking.publish({ objectType: 't', objectID: 'a' }, '12345678');
    await assert.rejects(asking.publish({ objectType: 't', objectID: 'b' }, '123'), {
      statusCode: 500,
      message: /local service is full, its limit is 10 bytes/,
    });
    await asking.publish({ objectType: 't', objectID: 'a' }, '1234567890');
    await asking.deleteObject({ objectType: 't', objectID: 'a' });
    await asking.publish({ objectType: 't', objectID: 'b' }, '123');
    await asking.close();
    await small.stop();
  });
});
