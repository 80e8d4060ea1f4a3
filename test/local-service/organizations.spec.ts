import assert from 'node:assert/strict';
import { SyncServiceClient } from '../../src/client';
import { LocalService } from '../../src/local-service';
import { until } from '../support/until';

const names = ['blue', 'red'] as const;
const object = { objectType: 't', objectID: 'o' };

/** Two organizations whose edges and objects have the same names. */
describe('organizations of a local service', () => {
  let service: LocalService;
  const clients: SyncServiceClient[] = [];

  const cloudOf = (organization: string, key = `admin@${organization}`): SyncServiceClient =>
    client({ address: service.cloud.address, organization, key });
  const edgeOf = (organization: string, key = `admin@${organization}`): SyncServiceClient => {
    const edge = service.edges.find((each) => each.organization === organization);
    return client({ address: edge?.address ?? '', key });
  };
  function client(options: ConstructorParameters<typeof SyncServiceClient>[0]): SyncServiceClient {
    const made = new SyncServiceClient(options);
    clients.push(made);
    return made;
  }

  beforeEach(async () => {
    service = await LocalService.start({
      edges: names.map((organization) => ({
        organization,
        destinationType: 'gateway',
        destinationID: 'edge1',
      })),
      intervals: { registration: 1, poll: 5 },
    });
    await until('both edges have registered', () => service.cloud.registeredEdges === 2);
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((each) => each.close()));
    await service.stop();
  });

  it('keep their objects apart, down to their edges', async () => {
    for (const name of names) await cloudOf(name).publish(object, `for ${name}`);
    for (const name of names) {
      const edge = edgeOf(name);
      const metadata = await until('it has arrived', async () => (await edge.listUpdates('t'))[0]);
      assert.equal(String(await edge.fetchObjectData(metadata)), `for ${name}`);
    }
    const [blue, red] = names;
    await edgeOf(blue).acknowledge(await edgeOf(blue).getObjectMetadata(object));
    assert.equal((await cloudOf(blue).getObjectDestinations(object))[0]?.status, 'consumed');
    assert.equal((await cloudOf(red).getObjectDestinations(object))[0]?.status, 'delivered');
    await cloudOf(blue).deleteObject(object);
    assert.equal((await cloudOf(red).getObjectMetadata(object)).deleted, false);
  });

  it('each see their own destinations', async () => {
    for (const name of names) {
      assert.deepEqual(
        (await cloudOf(name).getDestinations()).map(({ destinationOrgID }) => destinationOrgID),
        [name],
      );
    }
  });

  it('get what their edges publish', async () => {
    for (const name of names) await edgeOf(name).publish(object, `of ${name}`);
    for (const name of names) {
      const cloud = cloudOf(name);
      const metadata = await until('it has come', async () => (await cloud.listUpdates('t'))[0]);
      assert.equal(String(await cloud.fetchObjectData(metadata)), `of ${name}`);
    }
  });

  it('are closed to the users of others', async () => {
    const [blue, red] = names;
    await cloudOf(blue).publish(object, 'secret');
    const stranger = cloudOf(blue, `admin@${red}`);
    await assert.rejects(stranger.fetchObjectData(object), { code: 'SYNC_UNAUTHORIZED' });
    await assert.rejects(stranger.publish(object, 'mine'), { code: 'SYNC_UNAUTHORIZED' });
    await assert.rejects(stranger.deleteObject(object), { code: 'SYNC_UNAUTHORIZED' });
    await assert.rejects(edgeOf(blue, `admin@${red}`).listUpdates('t'), { code: 'SYNC_UNAUTHORIZED' });
  });

  it('go one by one', async () => {
    const [blue, red] = names;
    for (const name of names) await cloudOf(name).publish(object, 'x');
    await cloudOf(blue).deleteOrganization(blue);
    await assert.rejects(cloudOf(blue).getObjectMetadata(object), { code: 'SYNC_NOT_FOUND' });
    assert.equal(String(await cloudOf(red).fetchObjectData(object)), 'x');
    assert.equal((await cloudOf(red).getDestinations()).length, 1);
  });
});
