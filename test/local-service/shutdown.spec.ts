import assert from 'node:assert/strict';
import { request } from 'undici';
import { SyncServiceClient } from '../../src/client';
import { LocalService } from '../../src/local-service';
import { ManualClock } from '../support/manual-clock';
import { until } from '../support/until';

describe('POST shutdown', () => {
  const edges = [{ organization: 'demo', destinationType: 'gateway', destinationID: 'edge1' }];
  const intervals = { registration: 10, poll: 10 };
  let clock: ManualClock;
  let service: LocalService;
  let cloud: SyncServiceClient;

  beforeEach(async () => {
    clock = new ManualClock();
    service = await LocalService.start({ edges, intervals, clock });
    cloud = new SyncServiceClient({
      address: service.cloud.address,
      organization: 'demo',
      key: 'admin@demo',
    });
    await clock.advance(20);
  });
  afterEach(async () => {
    await cloud.close();
    await service.stop();
  });

  const edge = (): string => service.edges[0]?.address ?? '';
  /** The status; or the code of the failure where nobody is there. */
  async function ask(
    address: string,
    path: string,
    method: 'GET' | 'POST' = 'GET',
    user = 'root@x',
  ): Promise<unknown> {
    const authorization = `Basic ${Buffer.from(`${user}:`).toString('base64')}`;
    try {
      const { statusCode, body } = await request(`${address}/api/v1/${path}`, {
        method,
        headers: { authorization },
      });
      await body.dump();
      return statusCode;
    } catch (error) {
      return (error as NodeJS.ErrnoException).code;
    }
  }

  it('is for sync administrators, and answers at once', async () => {
    assert.equal(await ask(service.cloud.address, 'shutdown', 'POST', 'admin@demo'), 403);
    assert.equal(await ask(service.cloud.address, 'shutdown'), 405);
    assert.equal(await ask(service.cloud.address, 'shutdown', 'POST'), 204);
    assert.equal(await ask(service.cloud.address, 'organizations'), 404);
  });

  it('stops a cloud after a second and three that are quiet', async () => {
    const { address } = service.cloud;
    await ask(address, 'shutdown', 'POST');
    await clock.advance(999);
    assert.equal(await ask(address, 'organizations'), 404);
    await clock.advance(1);
    assert.equal(await ask(address, 'organizations'), 503);
    assert.equal(await ask(address, 'health'), 200);
    await clock.advance(2_999);
    assert.equal(await ask(address, 'health'), 200);
    await clock.advance(1);
    await until('nobody is there', async () => (await ask(address, 'health')) === 'ECONNREFUSED');
    assert.equal(service.cloud.up, false);
  });

  it('starts it again where asked to, with what it had', async () => {
    const { address } = service.cloud;
    await cloud.publish({ objectType: 't', objectID: 'o' }, 'x');
    await ask(address, 'shutdown?restart=Yes&quiesce=1', 'POST');
    await clock.advance(1_999);
    assert.equal(await ask(address, 'organizations'), 503);
    await clock.advance(1);
    await until('it is back', async () => (await ask(address, 'organizations')) === 404);
    assert.equal(String(await cloud.fetchObjectData({ objectType: 't', objectID: 'o' })), 'x');
  });

  it('has the cloud forget an edge, and the edge its objects', async () => {
    await cloud.publish({ objectType: 't', objectID: 'o' }, 'x');
    await clock.advance(20);
    assert.equal(await ask(edge(), 'objects/t/o', 'GET', 'admin@demo'), 200);
    assert.equal(await ask(edge(), 'shutdown?essunregister=maybe', 'POST'), 204);
    await clock.advance(5_000);
    assert.equal(await ask(edge(), 'objects/t/o', 'GET', 'admin@demo'), 200);
    await ask(edge(), 'shutdown?restart=true', 'POST');
    await clock.advance(1_000);
    assert.deepEqual(await cloud.getDestinations(), []);
    assert.deepEqual(await cloud.getObjectDestinations({ objectType: 't', objectID: 'o' }), []);
    await clock.advance(3_000);
    await until('it is back', async () => (await ask(edge(), 'objects/t/o', 'GET', 'admin@demo')) === 404);
    await clock.advance(20);
    assert.equal((await cloud.getDestinations()).length, 1);
    assert.equal(await ask(edge(), 'objects/t/o', 'GET', 'admin@demo'), 200);
  });

  it('leaves an edge whose cloud cannot be told', async () => {
    await service.cloud.stop();
    await ask(edge(), 'shutdown', 'POST');
    await clock.advance(60_000);
    assert.equal(await ask(edge(), 'health'), 200);
  });

  it('is forgotten when the service is stopped otherwise', async () => {
    await ask(service.cloud.address, 'shutdown?restart=true', 'POST');
    await service.cloud.stop();
    await clock.advance(60_000);
    assert.equal(service.cloud.up, false);
  });
});
