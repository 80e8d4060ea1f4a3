import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SyncServiceClient } from '../../src/client';
import { type Run, run, untilReady } from '../support/command';
import { until } from '../support/until';

/** How often the process is killed, and how many requests at once it then has. */
const kills = 4;
const writers = 8;

/** What was answered with 204 so far: by object the number of its last version, and what an edge has consumed of it. */
interface Answered {
  published: Map<string, number>;
  consumed: Map<string, number>;
  deleted: Set<string>;
}

describe('the command local, killed', function () {
  this.timeout(180_000);
  let folder: string;
  let local: Run;
  let cloud: SyncServiceClient;
  let edge: SyncServiceClient;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'edge-sync-crash-'));
  });
  after(async () => {
    local.process.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  async function start(): Promise<void> {
    local = run('local', '--port', '0', '--edge-port', '0', '--data', folder);
    await untilReady(local);
    const address = (kind: string): string =>
      new RegExp(`\\(${kind}\\)\\s+(http:\\S+)`).exec(local.output())?.[1] ?? '';
    cloud = new SyncServiceClient({ address: address('CSS'), organization: 'demo', key: 'admin@demo' });
    edge = new SyncServiceClient({ address: address('ESS'), key: 'admin@demo' });
  }

  async function kill(): Promise<void> {
    local.process.kill('SIGKILL');
    await local.code;
    await Promise.all([cloud.close(), edge.close()]);
  }

  it('has lost nothing that it had answered with 204', async () => {
    const answered: Answered = { published: new Map(), consumed: new Map(), deleted: new Set() };
    for (let round = 0; round < kills; round += 1) {
      await start();
      await until('the edge has registered', async () => (await cloud.getDestinations()).length > 0);
      const enough = answered.published.size + 40;
      let killed: Promise<void> | undefined;
      // Killed on an answer, so that others are on their way.
      const heard = (): void => {
        if (answered.published.size >= enough) killed ??= kill();
      };
      const write = async (writer: number): Promise<void> => {
        for (let turn = 0; ; turn += 1) {
          const objectID = `o-${round}-${writer}-${Math.floor(turn / 3)}`;
          // Larger data takes a request of its own. As an update it would drop the older data before it is there.
          const data = `${turn} ${'x'.repeat(turn % 6 === 0 ? 300_000 : 100)}`;
          await cloud.publish({ objectType: 't', objectID, destinationType: 'gateway' }, data);
          answered.published.set(objectID, turn);
          heard();
        }
      };
      const consume = async (): Promise<void> => {
        for (;;) {
          for (const object of await edge.listUpdates('t')) {
            const version = Number(String(await edge.fetchObjectData(object)).split(' ')[0]);
            if ((await edge.acknowledge(object)) !== 'consumed') continue;
            answered.consumed.set(object.objectID, version);
          }
        }
      };
      const remove = async (): Promise<void> => {
        for (let turn = 0; ; turn += 1) {
          const object = { objectType: 'd', objectID: `d-${round}-${turn}` };
          await cloud.publish(object, 'to be deleted');
          await cloud.deleteObject(object);
          answered.deleted.add(object.objectID);
        }
      };
      const work = [...Array.from({ length: writers }, (_, writer) => write(writer)), consume(), remove()];
      await Promise.allSettled(work);
      await killed;
    }
    await start();
    for (const [objectID, version] of answered.published) {
      const object = await cloud.getObjectMetadata({ objectType: 't', objectID });
      const data = String(await cloud.fetchObjectData(object));
      const found = Number(data.split(' ')[0]);
      assert.ok(found >= version, `${objectID} was answered in version ${version}, and is kept in ${found}`);
      const consumed = answered.consumed.get(objectID);
      if (consumed !== found) continue;
      const [destination] = await cloud.getObjectDestinations(object);
      assert.equal(destination?.status, 'consumed', objectID);
    }
    const listed = await cloud.listObjects({ objectType: 'd', deleted: false });
    assert.deepEqual(
      listed.filter(({ objectID }) => answered.deleted.has(objectID)),
      [],
    );
    assert.ok(answered.consumed.size > 0 && answered.deleted.size > 0);
    await until('everything is at the edge, or was consumed there', async () => {
      const there = new Set((await edge.listUpdates('t')).map(({ objectID }) => objectID));
      for (const objectID of answered.published.keys()) {
        if (there.has(objectID)) continue;
        const [destination] = await cloud.getObjectDestinations({ objectType: 't', objectID });
        if (destination?.status !== 'consumed') return false;
      }
      return true;
    });
    await kill();
  });
});
