import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mock } from 'node:test';
import { SyncServiceClient } from '../../src/client';
import { LocalService } from '../../src/local-service';
import { pairOf, startPair } from '../support/local-pair';
import { until } from '../support/until';

const places = ['edge1', 'edge2'].map((destinationID) => ({
  organization: 'demo',
  destinationType: 'gateway',
  destinationID,
}));

describe('a local service that is started again on its folder', () => {
  let folder: string;
  let service: LocalService;
  let cloud: SyncServiceClient;
  let edge: SyncServiceClient;
  let stop: () => Promise<void>;

  async function start(poll = 5): Promise<void> {
    ({ service, cloud, edge, close: stop } = await startPair({ edges: places, folder, intervals: { poll } }));
  }

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'edge-sync-restart-'));
    await start();
  });

  afterEach(async () => {
    await stop();
    await rm(folder, { recursive: true, force: true });
  });

  const listed = async (objectType: string): Promise<string[]> =>
    (await edge.listUpdates(objectType)).map(({ objectID }) => objectID);

  it('has its folder free also where one of its sides could not be stopped', async () => {
    const [first] = service.edges;
    assert.ok(first);
    const failing = mock.method(first, 'stop', () => Promise.reject(new Error('it fails')));
    await assert.rejects(service.stop(), /it fails/);
    failing.mock.restore();
    await first.stop();
    const next = await LocalService.start({ folder });
    await next.stop();
  });

  it('has all that it has answered: it answers once the disk has it', async () => {
    const order: string[] = [];
    let write: () => void = () => undefined;
    let isAsked: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      isAsked = resolve;
    });
    const written = mock.method(service.cloud.journal, 'written', () => {
      isAsked();
      return new Promise<void>((resolve) => {
        write = () => {
          order.push('written');
          resolve();
        };
      });
    });
    const answered = cloud.updateObject({ objectType: 't', objectID: 'o', noData: true }).then(() => {
      order.push('answered');
    });
    await Promise.race([asked, answered]);
    // What only reads waits for no disk, and is behind what does not wait.
    await cloud.getHealth();
    write();
    await answered;
    written.mock.restore();
    assert.deepEqual(order, ['written', 'answered']);
  });

  it('has its objects, their data, and how far they had come', async () => {
    for (const objectID of ['consumed', 'received', 'read']) {
      await cloud.publish({ objectType: 't', objectID }, `data of ${objectID}`);
    }
    await until('they are at the edge', async () => (await listed('t')).length === 3);
    await edge.acknowledge(await edge.getObjectMetadata({ objectType: 't', objectID: 'consumed' }));
    await edge.markObjectReceived({ objectType: 't', objectID: 'received' });
    const before = await cloud.getObjectDestinations({ objectType: 't', objectID: 'consumed' });
    await stop();
    await start();
    assert.deepEqual(await listed('t'), ['read']);
    assert.equal(String(await edge.fetchObjectData({ objectType: 't', objectID: 'read' })), 'data of read');
    assert.equal(String(await cloud.fetchObjectData({ objectType: 't', objectID: 'read' })), 'data of read');
    assert.deepEqual(await cloud.getObjectDestinations({ objectType: 't', objectID: 'consumed' }), before);
    assert.deepEqual(
      (await edge.listUpdates('t', { received: true })).map(({ objectID }) => objectID),
      ['read', 'received'],
    );
    const { instanceID } = await cloud.getObjectMetadata({ objectType: 't', objectID: 'read' });
    await cloud.publish({ objectType: 't', objectID: 'read' }, 'newer');
    const newer = await cloud.getObjectMetadata({ objectType: 't', objectID: 'read' });
    assert.ok(BigInt(newer.instanceID) > BigInt(instanceID));
  });

  it('goes on with what had not reached the edges', async () => {
    await stop();
    await start(60_000);
    const withdrawn = { objectType: 't', objectID: 'withdrawn' };
    const deleted = { objectType: 't', objectID: 'deleted' };
    for (const object of [withdrawn, deleted]) await cloud.publish(object, 'x');
    for (const each of service.edges) each.poll();
    await cloud.publish({ objectType: 't', objectID: 'new' }, 'x');
    await cloud.setObjectDestinations(withdrawn, [{ destinationType: 'gateway', destinationID: 'edge2' }]);
    await cloud.deleteObject(deleted);
    await stop();
    await start();
    const seen = await until('the edge knows', async () => {
      const updates = await edge.listUpdates('t');
      return updates.some(({ objectID }) => objectID === 'new') && updates;
    });
    assert.deepEqual(
      seen.map((object) => [object.objectID, object.deleted]),
      [
        ['deleted', true],
        ['new', false],
        ['withdrawn', true],
      ],
    );
  });

  it('knows who had an object before its edges register again', async () => {
    for (const objectID of ['updated', 'deleted']) await cloud.publish({ objectType: 't', objectID }, 'old');
    await until('they are at the edge', async () => (await listed('t')).length === 2);
    await stop();
    // Time enough for what follows, which waits for no edge.
    const intervals = { registration: 1_000, poll: 5 };
    const restarted = await LocalService.start({ edges: places, folder, intervals });
    ({ service, cloud, edge, close: stop } = pairOf(restarted));
    await cloud.publish({ objectType: 't', objectID: 'updated' }, 'new');
    await cloud.deleteObject({ objectType: 't', objectID: 'deleted' });
    const seen = await until('the edge knows of both', async () => {
      const updates = await edge.listUpdates('t');
      return updates.some(({ deleted }) => deleted) && updates;
    });
    assert.deepEqual(
      seen.map((object) => [object.objectID, object.deleted]),
      [
        ['deleted', true],
        ['updated', false],
      ],
    );
    assert.equal(String(await edge.fetchObjectData({ objectType: 't', objectID: 'updated' })), 'new');
  });

  it('tells the cloud what an edge did while it was away', async () => {
    await cloud.publish({ objectType: 't', objectID: 'consumed' }, 'x');
    await until('it is at the edge', async () => (await listed('t')).length === 1);
    await service.cloud.stop();
    await edge.publish({ objectType: 'up', objectID: 'published' }, 'from the edge');
    const consumed = edge.markObjectConsumed({ objectType: 't', objectID: 'consumed' });
    const answered = assert.rejects(consumed);
    await until('the edge has taken it', async () => (await listed('t')).length === 0);
    await stop();
    await answered;
    await start();
    await until('the cloud has both', async () => {
      const [destination] = await cloud.getObjectDestinations({ objectType: 't', objectID: 'consumed' });
      const updates = await cloud.listUpdates('up');
      return destination?.status === 'consumed' && updates.length === 1;
    });
    const data = await cloud.fetchObjectData({ objectType: 'up', objectID: 'published' });
    assert.equal(String(data), 'from the edge');
  });

  it('does not tell the cloud twice', async () => {
    await edge.publish({ objectType: 'up', objectID: 'o' }, 'x');
    await until('it is at the cloud', async () => (await cloud.listUpdates('up')).length === 1);
    await cloud.markObjectReceived({ objectType: 'up', objectID: 'o' });
    await stop();
    await start();
    assert.deepEqual(await cloud.listUpdates('up'), []);
    assert.equal((await cloud.listUpdates('up', { received: true })).length, 1);
  });

  it('has its webhooks, access lists and organizations', async () => {
    let rings = 0;
    const server = createServer((_, response) => {
      rings += 1;
      response.writeHead(204).end();
    }).listen(0, '127.0.0.1');
    await until('it listens', () => server.listening);
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`;
    await edge.registerWebhook('t', url);
    await cloud.addUsersToObjectACL('t', [{ username: 'ann', role: 'aclReader' }]);
    const list = await cloud.retrieveObjectACL('t');
    const administrator = new SyncServiceClient({
      address: service.cloud.address,
      organization: 'demo',
      key: 'root@kept',
    });
    await administrator.updateOrganization({ orgID: 'kept', address: 'https://broker' });
    await administrator.close();
    await stop();
    await start();
    assert.deepEqual(await cloud.retrieveObjectACL('t'), list);
    assert.equal(list.length, 1);
    assert.equal(service.cloud.organizations.get('kept'), 'https://broker');
    await cloud.publish({ objectType: 't', objectID: 'rings' }, 'x');
    await until('it rings', () => rings === 1);
    server.close();
  });
});
