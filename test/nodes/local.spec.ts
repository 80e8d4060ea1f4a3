import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { mock } from 'node:test';
import type { NodeFailure } from '../../nodes/common/failure';
import { ServiceConnection } from '../../nodes/sync-service/connection';
import { type LocalSettings, SharedLocalService } from '../../nodes/sync-service/local';
import { type ConnectionSettings, openClient } from '../../nodes/sync-service/open';
import { SyncServiceClient } from '../../src/client';
import { LocalService } from '../../src/local-service';
import { ManualClock, settle } from '../support/manual-clock';
import { freePort } from '../support/ports';
import { until } from '../support/until';

const anyPorts = { cloud: 0, firstEdge: 0 };
const grace = 30_000;
const demo: LocalSettings = { side: 'cloud', organization: 'demo', edgeType: '', edgeID: '' };
const edge1: LocalSettings = { ...demo, side: 'edge', edgeType: 'gateway', edgeID: 'edge1' };
const object = { objectType: 'rules', objectID: 'r1' };

describe('the local service that all config nodes share', () => {
  const running: { stop(): Promise<void> }[] = [];
  let clock: ManualClock;
  beforeEach(() => {
    clock = new ManualClock();
  });
  const shared = (ports = anyPorts): SharedLocalService => {
    const local = new SharedLocalService(ports, clock);
    running.push(local);
    return local;
  };
  afterEach(async () => {
    await Promise.all(running.splice(0).map((each) => each.stop()));
  });
  const hasStopped = (address: string): Promise<boolean> =>
    until('it has stopped', async () => {
      await clock.advance(grace);
      return !(await answers(address));
    });

  it('keeps its objects and ports while its users change, and stops after the last', async () => {
    const local = shared();
    const first = await local.use(demo);
    await publish(first.address);
    first.release();
    const second = await local.use(demo);
    assert.equal(second.address, first.address);
    await clock.advance(3 * grace);
    assert.equal(await listed(second.address), 1);
    second.release();
    await hasStopped(second.address);
  });

  it('is kept by each user until that one has let go, however often', async () => {
    const local = shared();
    const [first, second] = await Promise.all([local.use(demo), local.use(edge1)]);
    first.release();
    first.release();
    await clock.advance(3 * grace);
    assert.ok(await answers(first.address));
    second.release();
    await hasStopped(first.address);
  });

  it('outlives its last user by 30 s', async () => {
    const { address, release } = await shared().use(demo);
    release();
    await clock.advance(grace - 1);
    assert.ok(await answers(address));
    await clock.advance(1);
    await until('it has stopped', async () => !(await answers(address)));
  });

  it('has registered an edge with the cloud before a flow gets to know its address, and may publish to it', async () => {
    const local = shared();
    const [cloud, ...edges] = await Promise.all([demo, edge1, edge1].map((place) => local.use(place)));
    await publish(String(cloud?.address), { destinationsList: ['gateway:edge1'] });
    assert.equal(edges.length, 2);
  });

  it('has an edge for each node type and ID, made once', async () => {
    const local = shared();
    const other = { ...edge1, edgeID: 'edge2' };
    const uses = await Promise.all([edge1, edge1, other, demo].map((place) => local.use(place)));
    const [first, again, second, cloud] = uses.map(({ address }) => address);
    assert.equal(first, again);
    assert.equal(new Set([first, second, cloud]).size, 3);
  });

  it('holds organizations apart', async () => {
    const local = shared();
    const [cloud, edge, otherEdge] = await Promise.all([
      local.use(demo),
      local.use(edge1),
      local.use({ ...edge1, organization: 'other' }),
    ]);
    assert.notEqual(edge.address, otherEdge.address);
    await publish(cloud.address);
    await until('it is at its edge', async () => (await updates(edge.address, 'demo')) === 1);
    assert.equal(await updates(otherEdge.address, 'other'), 0);
    assert.equal(await listed(cloud.address, 'other'), 0);
  });

  it('takes the ports that were chosen, also from its predecessor that is just stopping', async () => {
    const ports = { cloud: await freePort(), firstEdge: await freePort() };
    const local = shared(ports);
    await local.use(demo);
    await local.use(edge1);
    const { stop } = LocalService.prototype;
    const slowly = mock.method(LocalService.prototype, 'stop', async function (this: LocalService) {
      await settle();
      await stop.call(this);
    });
    const stopped = local.stop();
    const [cloud, edge] = await Promise.all([local.use(demo), local.use(edge1)]);
    assert.equal(cloud.address, `http://127.0.0.1:${ports.cloud}`);
    assert.equal(edge.address, `http://127.0.0.1:${ports.firstEdge}`);
    await stopped;
    slowly.mock.restore();
    assert.ok(await answers(cloud.address));
  });

  it('starts again after it could not be stopped, which ends nothing else', async () => {
    const local = shared();
    const { stop } = LocalService.prototype;
    const failing = mock.method(LocalService.prototype, 'stop', async function (this: LocalService) {
      await stop.call(this);
      throw new Error('it fails');
    });
    const unhandled: unknown[] = [];
    const note = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', note);
    try {
      const { release } = await local.use(demo);
      release();
      await clock.advance(grace);
      await until('it was stopped', () => failing.mock.callCount() === 1);
      await local.use(demo);
      await assert.rejects(local.stop(), /it fails/);
      failing.mock.restore();
      assert.ok(await answers((await local.use(demo)).address));
      assert.deepEqual(unhandled, []);
    } finally {
      process.off('unhandledRejection', note);
      failing.mock.restore();
    }
  });

  it('leaves no edge behind that was being added when it stopped', async () => {
    const ports = { cloud: 0, firstEdge: await freePort() };
    const local = shared(ports);
    await local.use(demo);
    const adding = local.use(edge1);
    await local.stop();
    await adding;
    assert.equal(await answers(`http://127.0.0.1:${ports.firstEdge}`), false);
  });

  it('says which port is in use, and starts once it is free', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const local = shared({ cloud: port, firstEdge: 0 });
    await assert.rejects(openClient(settings('cloud'), {}, undefined, {}, local), (error: NodeFailure) => {
      assert.equal(error.code, 'SYNC_LOCAL_SERVICE');
      assert.equal(error.message, `The local service cannot start: port ${port} is in use`);
      return true;
    });
    taken.close();
    await once(taken, 'close');
    assert.ok(await answers((await local.use(demo)).address));
  });

  it('wants an organization, and of an edge its node type and ID', async () => {
    const refuses = async (fields: Partial<ConnectionSettings>, message: string): Promise<void> => {
      const opening = openClient({ ...settings('edge'), ...fields }, {}, undefined, {}, shared());
      await assert.rejects(opening, { code: 'SYNC_INVALID_ARGUMENT', message });
    };
    await refuses({ organization: '' }, 'The sync-service has no organization');
    await refuses({ edgeType: '' }, 'The sync-service has no edge node type or ID');
    await refuses({ edgeID: '' }, 'The sync-service has no edge node type or ID');
  });

  describe('of a config node', () => {
    const closing: ServiceConnection[] = [];
    const user = {};
    afterEach(async () => {
      for (const connection of closing) connection.deregister(user);
      await Promise.all(closing.splice(0).map((connection) => connection.close()));
    });
    const connect = (local: SharedLocalService): ServiceConnection => {
      const connection = new ServiceConnection(() => openClient(settings('cloud'), {}, undefined, {}, local));
      closing.push(connection);
      return connection;
    };

    it('starts with the first node that uses it, before that node asks for anything', async () => {
      const port = await freePort();
      const connection = connect(shared({ cloud: port, firstEdge: 0 }));
      assert.equal(await answers(`http://127.0.0.1:${port}`), false);
      connection.register(user);
      await until('it answers', () => answers(`http://127.0.0.1:${port}`));
    });

    it('stops after the last node that uses it is gone, though the config node stays', async () => {
      const port = await freePort();
      const address = `http://127.0.0.1:${port}`;
      const connection = connect(shared({ cloud: port, firstEdge: 0 }));
      const second = {};
      connection.register(user);
      connection.register(second);
      const client = await connection.client();
      await client.publish(object, 'hello');
      connection.deregister(user);
      await clock.advance(3 * grace);
      assert.equal(await listed(address), 1);
      connection.deregister(second);
      await hasStopped(address);
      await assert.rejects(connection.client());
      await assert.rejects(client.getHealth(), { code: 'SYNC_CLOSED' });
      connection.register(user);
      await until('it answers again', () => answers(address));
    });

    it('is used by the dialogs as long as they ask', async () => {
      const port = await freePort();
      const connection = connect(shared({ cloud: port, firstEdge: 0 }));
      assert.deepEqual(await connection.use((client) => client.listObjectTypes()), []);
      await hasStopped(`http://127.0.0.1:${port}`);
    });

    it('is let go of when the config node is closed, whoever holds on to it', async () => {
      const port = await freePort();
      const connection = connect(shared({ cloud: port, firstEdge: 0 }));
      connection.register(user);
      await connection.client();
      await connection.close();
      await hasStopped(`http://127.0.0.1:${port}`);
    });
  });
});

function settings(side: 'cloud' | 'edge'): ConnectionSettings {
  const of = { organization: 'demo', edgeType: 'gateway', edgeID: 'edge1' };
  return { connection: 'local', side, ...of, address: '', caFile: '', proxy: false };
}

async function asking<T>(
  address: string,
  organization: { of: string; cloud: boolean },
  ask: (client: SyncServiceClient) => Promise<T>,
): Promise<T> {
  const { of, cloud } = organization;
  const client = new SyncServiceClient({
    address,
    key: `admin@${of}`,
    ...(cloud && { organization: of }),
  });
  try {
    return await ask(client);
  } finally {
    await client.close();
  }
}

function publish(address: string, more?: { destinationsList: string[] }): Promise<void> {
  return asking(address, { of: 'demo', cloud: true }, (client) =>
    client.publish({ ...object, ...more }, 'hello'),
  );
}

function listed(address: string, of = 'demo'): Promise<number> {
  return asking(address, { of, cloud: true }, async (client) => (await client.listObjectTypes()).length);
}

function updates(address: string, of: string): Promise<number> {
  return asking(address, { of, cloud: false }, async (client) => (await client.listUpdates('rules')).length);
}

async function answers(address: string): Promise<boolean> {
  return fetch(`${address}/api/v1/health`).then(
    async (response) => {
      await response.arrayBuffer();
      return true;
    },
    () => false,
  );
}
