import assert from 'node:assert/strict';
import type { ObjectMetadata, SyncServiceClient } from '../../src/client';
import type { LocalService } from '../../src/local-service';
import { startPair } from '../support/local-pair';
import { until } from '../support/until';

const object = { objectType: 'rules', objectID: 'r1' };
const toEdge = { ...object, destinationType: 'gateway', destinationID: 'edge1' };

describe('objects between a local cloud and its edges', () => {
  let service: LocalService;
  let cloud: SyncServiceClient;
  let edge: SyncServiceClient;

  let close: () => Promise<void>;

  beforeEach(async () => {
    ({ service, cloud, edge, close } = await startPair());
  });
  afterEach(() => close());

  const statusAtEdge = async (): Promise<string | undefined> =>
    (await cloud.getObjectDestinations(object))[0]?.status;
  const arrived = (): Promise<ObjectMetadata> =>
    until('the object has arrived', async () => (await edge.listUpdates('rules'))[0]);

  it('travel to the edge, are consumed, and vanish there', async () => {
    await cloud.publish(toEdge, 'hello');
    const metadata = await arrived();
    assert.equal(await statusAtEdge(), 'delivered');
    assert.equal((await edge.fetchObjectData(metadata)).toString(), 'hello');
    assert.equal(await edge.acknowledge(metadata), 'consumed');
    assert.equal(await statusAtEdge(), 'consumed');
    assert.deepEqual(await edge.listUpdates('rules', { received: true }), []);
    await assert.rejects(edge.markObjectConsumed(metadata), { code: 'SYNC_REJECTED', statusCode: 400 });
  });

  it('travel large, as two requests', async () => {
    const data = Buffer.alloc(1_000_000, 'x');
    await cloud.publish(toEdge, data);
    assert.ok((await edge.fetchObjectData(await arrived())).equals(data));
  });

  it('are not acknowledged in another version than was handed out', async () => {
    await cloud.publish(toEdge, 'one');
    const first = await arrived();
    await cloud.publish(toEdge, 'two');
    const second = await until('the second version', async () => {
      const [listed] = await edge.listUpdates('rules');
      return listed?.instanceID !== first.instanceID && listed;
    });
    assert.equal(await edge.acknowledge(first), 'superseded');
    assert.equal(await edge.acknowledge(second), 'consumed');
    assert.equal(await edge.acknowledge(second), 'gone');
  });

  it('are deleted on the edge too, and forgotten once it has looked', async () => {
    await cloud.publish(toEdge, 'hello');
    await edge.acknowledge(await arrived());
    await service.edges[0]?.stop();
    await cloud.deleteObject(object);
    assert.equal((await cloud.getObjectMetadata(object)).deleted, true);
    await service.edges[0]?.start();
    const deletion = await arrived();
    assert.equal(deletion.deleted, true);
    await assert.rejects(cloud.getObjectMetadata(object), { code: 'SYNC_NOT_FOUND' });
    assert.equal(await edge.acknowledge(deletion), 'deleted');
  });

  it('travel to the cloud, whose consumption uses the ID up', async () => {
    await edge.publish(object, 'reading');
    const metadata = await until('it is in the cloud', async () => (await cloud.listUpdates('rules'))[0]);
    assert.equal((await cloud.fetchObjectData(metadata)).toString(), 'reading');
    await cloud.acknowledge(metadata);
    await until(
      'the edge has heard of it',
      async () => (await edge.getObjectStatus(object)) === 'consumedByDest',
    );
    await assert.rejects(edge.publish(object, 'again'), { code: 'SYNC_REJECTED' });
  });

  it('lose their data when metadata comes without any, unless it is metaOnly', async () => {
    await cloud.publish(object, 'hello');
    await cloud.updateObject({ ...object, description: 'new', metaOnly: true });
    assert.equal((await cloud.fetchObjectData(object)).toString(), 'hello');
    await cloud.updateObject(object);
    assert.equal(await cloud.getObjectStatus(object), 'notReady');
    await assert.rejects(cloud.fetchObjectData(object), { code: 'SYNC_NOT_FOUND' });
  });

  it('wait while inactive', async () => {
    await cloud.publish({ ...toEdge, inactive: true }, 'hello');
    assert.equal(await statusAtEdge(), 'pending');
    await cloud.activateObject(object);
    await arrived();
  });

  it('are held back from acknowledgement while the cloud is away, but not lost', async () => {
    await cloud.publish(toEdge, 'hello');
    const metadata = await arrived();
    await service.cloud.stop();
    let answered = false;
    const consumed = edge.markObjectConsumed(metadata).finally(() => {
      answered = true;
    });
    await until('the edge has taken it', async () => (await edge.listUpdates('rules')).length === 0);
    assert.equal(answered, false);
    await service.cloud.start();
    await consumed;
    assert.equal(await statusAtEdge(), 'consumed');
  });

  it('are received by all receivers of one client, and acknowledged once all have asked', async () => {
    const receivers = [
      edge.pollForUpdates('rules', { interval: 10 }),
      edge.pollForUpdates('rules', { interval: 10 }),
    ];
    await cloud.publish(toEdge, 'hello');
    const updates = await Promise.all(
      receivers.map(async (receiver) => (await receiver[Symbol.asyncIterator]().next()).value),
    );
    const first = receivers[0]?.acknowledge(updates[0].object);
    assert.equal((await edge.listUpdates('rules')).length, 1);
    const second = receivers[1]?.acknowledge(updates[1].object);
    assert.deepEqual(await Promise.all([first, second]), ['consumed', 'consumed']);
    assert.equal(await statusAtEdge(), 'consumed');
  });

  it('are received again after the service was away', async () => {
    const receiver = edge.pollForUpdates('rules', { interval: 10 });
    const iterator = receiver[Symbol.asyncIterator]();
    await until('it is connected', () => receiver.state.phase === 'connected');
    await service.edges[0]?.stop();
    await until('it backs off', () => receiver.state.phase === 'backing-off');
    await service.edges[0]?.start();
    await cloud.publish(toEdge, 'hello');
    assert.equal((await iterator.next()).value.object.objectID, 'r1');
  });
});
