import assert from 'node:assert/strict';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ObjectMetadata, openJournal, SyncServiceClient, type UpdateReceiver } from '../../src/client';
import { LocalService } from '../../src/local-service';
import { place } from '../support/local-pair';
import { until } from '../support/until';

const key = 'admin@demo';
const objectType = 'models';

describe('services that are restored from an old backup', function () {
  this.timeout(120_000);
  let folder: string;
  let service: LocalService;
  let cloud: SyncServiceClient;
  let edge: SyncServiceClient;
  let letGo: () => Promise<void>;
  let receiver: UpdateReceiver;
  /** What was handed out, as `a v1`, and the latest of each object. */
  let handed: string[];
  const latest = new Map<string, ObjectMetadata>();

  const path = (name: string): string => join(folder, name);

  async function start(): Promise<void> {
    service = await LocalService.start({
      // Nobody else takes the place of one that is away on a socket.
      cloud: { socketPath: path('css.sock') },
      edges: [{ ...place, socketPath: path('ess.sock') }],
      intervals: { registration: 1, poll: 5 },
      folder: path('stored'),
    });
    await until('the edge has registered', () => service.cloud.registeredEdges === 1);
  }

  async function read(): Promise<void> {
    const journal = await openJournal(path('journal'));
    edge = new SyncServiceClient({ address: `unix://${path('ess.sock')}`, key, journal });
    letGo = async () => {
      await edge.close();
      await journal.close();
    };
    receiver = edge.pollForUpdates(objectType, { interval: 20, name: 'flow' });
    void (async () => {
      for await (const { object } of receiver) {
        handed.push(`${object.objectID} ${object.version}`);
        latest.set(object.objectID, object);
      }
    })();
  }

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'edge-sync-restored-'));
    handed = [];
    latest.clear();
    await start();
    cloud = new SyncServiceClient({ address: `unix://${path('css.sock')}`, organization: 'demo', key });
    await read();
  });
  afterEach(async () => {
    await letGo();
    await cloud.close();
    await service.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const publish = (objectID: string, version: string): Promise<void> =>
    cloud.publish({ objectType, objectID, version, destinationType: 'gateway' }, `${version} of ${objectID}`);

  async function consume(name: string): Promise<void> {
    await until(`${name} is handed out`, () => handed.includes(name));
    const object = latest.get(name.slice(0, 1));
    assert.ok(object);
    assert.equal(await edge.acknowledge(object), 'consumed');
  }

  for (const isRestarted of [false, true]) {
    it(`${isRestarted ? 'while Node-RED is away' : 'under a client that goes on'}: what was consumed since comes again as it was then, and newer versions as ever`, async () => {
      // What is consumed before the restore, what is updated, and what the flow holds all the time.
      for (const objectID of ['c', 'u', 'h']) await publish(objectID, 'v1');
      await until('all are handed out', () => handed.length === 3);
      await service.stop();
      await cp(path('stored'), path('backup'), { recursive: true });
      await start();
      await consume('c v1');
      await publish('u', 'v2');
      const old = latest.get('u');
      assert.ok(old);
      await until('the newer one is there', async () => (await edge.getObjectMetadata(old)).version === 'v2');
      assert.equal(await edge.acknowledge(old), 'superseded');
      await consume('u v2');
      await service.stop();
      if (isRestarted) await letGo();
      await rm(path('stored'), { recursive: true });
      await cp(path('backup'), path('stored'), { recursive: true });
      handed = [];
      await start();
      if (isRestarted) await read();
      await consume('c v1');
      await consume('u v1');
      await publish('u', 'v3');
      await consume('u v3');
      assert.deepEqual(await edge.fetchObjectData({ objectType, objectID: 'h' }), Buffer.from('v1 of h'));
      const held = latest.get('h');
      assert.ok(held);
      assert.equal(await edge.acknowledge(held), 'consumed');
      await until('nothing is left', async () => (await edge.listUpdates(objectType)).length === 0);
      const { exhausted } = receiver.state;
      assert.equal(exhausted, 0);
    });
  }
});
