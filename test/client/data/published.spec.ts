import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openJournal, SyncServiceClient } from '../../../src/client';
import { ChunkStore } from '../../support/chunk-store';
import { otherRsa, rsa } from '../../support/keys';
import { until } from '../../support/until';

const object = { objectType: 't', objectID: 'o', description: 'one' };
const pem = (key: typeof rsa): string => String(key.privateKey.export({ type: 'pkcs8', format: 'pem' }));

describe('publishing only what has changed', () => {
  let store: ChunkStore;
  let client: SyncServiceClient;
  const open = (): SyncServiceClient =>
    new SyncServiceClient({ address: store.address, organization: 'demo' });
  beforeEach(async () => {
    store = await ChunkStore.start();
    client = open();
  });
  afterEach(async () => {
    await client.close();
    await store.close();
  });

  it('sends nothing where the service has it still as it was published', async () => {
    assert.equal(await client.publishIfChanged(object, 'data'), 'published');
    assert.equal(await client.publishIfChanged({ ...object }, Buffer.from('data')), 'unchanged');
    assert.deepEqual(store.asked, ['PUT meta']);
    assert.equal(await client.publishIfChanged({ ...object, objectID: 'another' }, 'data'), 'published');
  });

  it('sends what is other data, other metadata, or signed otherwise', async () => {
    const sign = { privateKey: pem(rsa) };
    const ways = [
      () => client.publishIfChanged(object, 'other data'),
      () => client.publishIfChanged({ ...object, description: 'two' }, 'data'),
      () => client.publishIfChanged(object, 'data', { sign }),
      () => client.publishIfChanged(object, 'data', { sign: { privateKey: pem(otherRsa) } }),
      () => client.publishIfChanged(object, 'data', { sign: { ...sign, hashAlgorithm: 'SHA1' } }),
      () => client.publishIfChanged(object, 'data'),
    ];
    for (const [index, way] of ways.entries()) {
      assert.equal(await way(), 'published', `${index}`);
      assert.equal(await way(), 'unchanged', `${index}`);
    }
  });

  it('sends what somebody else has changed, or deleted, since', async () => {
    const publish = (): Promise<string> => client.publishIfChanged(object, 'data');
    await publish();
    const other = open();
    await other.publish(object, 'data');
    await other.close();
    assert.equal(await publish(), 'published');
    store.get('t/o').metadata.deleted = true;
    assert.equal(await publish(), 'published');
    store.objects.clear();
    assert.equal(await publish(), 'published');
    assert.equal(await publish(), 'unchanged');
  });

  it('sends it again where somebody else has published before it could be asked as which version it was', async () => {
    const theirs = { instanceID: '1795470914231999999', dataID: '1795470914231999999' };
    const sign = { privateKey: pem(rsa) };
    for (const [index, [fields, options]] of (
      [
        [{ description: 'theirs' }, {}],
        [{ version: '2' }, {}],
        [{ objectSize: 5 }, {}],
        [{ objectSize: 0, metaOnly: true }, {}],
        [{ signature: 'theirs' }, { sign }],
      ] as const
    ).entries()) {
      const each = { ...object, objectID: `o${index}` };
      const onProgress = (): void => void Object.assign(store.get(`t/o${index}`).metadata, theirs, fields);
      const what = JSON.stringify(fields);
      assert.equal(await client.publishIfChanged(each, 'data', { ...options, onProgress }), 'published');
      assert.equal(await client.publishIfChanged(each, 'data', options), 'published', what);
      assert.equal(await client.publishIfChanged(each, 'data', options), 'unchanged', what);
    }
  });

  describe('while something else is published of the same object', () => {
    let ask: (answer?: unknown) => void;
    beforeEach(() => {
      store.gates.push(
        new Promise((resolve) => {
          ask = resolve;
        }),
      );
    });

    it('sends one after the other, and knows which of them the service has', async () => {
      const first = client.publishIfChanged(object, 'data');
      await until('the first is sent', () => store.asked.length === 1);
      const second = client.publishIfChanged(object, 'atad');
      // Whoever does not wait for the first is done when another object is.
      await client.publishIfChanged({ ...object, objectID: 'another' }, 'data');
      ask();
      assert.deepEqual(await Promise.all([first, second]), ['published', 'published']);
      assert.equal(String(store.get('t/o').data), 'atad');
      assert.equal(await client.publishIfChanged(object, 'atad'), 'unchanged');
      assert.equal(await client.publishIfChanged(object, 'data'), 'published');
    });

    for (const [what, other] of [
      ['published', () => client.publish(object, 'atad')],
      ['given other data', () => client.updateObjectData(object, 'atad')],
    ] as const)
      it(`does not take it for its own where it is ${what} before it could be asked as which version it was`, async () => {
        const first = client.publishIfChanged(object, 'data');
        await until('the first is sent', () => store.asked.length === 1);
        await other();
        ask();
        assert.equal(await first, 'published');
        assert.equal(await client.publishIfChanged(object, 'data'), 'published');
        assert.equal(String(store.get('t/o').data), 'data');
      });

    it('ends the wait of whoever has changed his mind, and goes on with the next', async () => {
      const first = client.publishIfChanged(object, 'data');
      await until('the first is sent', () => store.asked.length === 1);
      const ending = new AbortController();
      const second = client.publishIfChanged(object, 'atad', { signal: ending.signal });
      const third = client.publishIfChanged(object, 'data');
      ending.abort();
      await assert.rejects(second, { code: 'SYNC_ABORTED' });
      ask();
      assert.deepEqual(await Promise.all([first, third]), ['published', 'unchanged']);
    });
  });

  it('remembers nothing of what failed, and over a restart what its journal says', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'edge-sync-test-'));
    const file = join(folder, 'data');
    await writeFile(file, 'data of a file');
    const life = async (): Promise<string> => {
      const journal = await openJournal(join(folder, 'journal'));
      const each = new SyncServiceClient({ address: store.address, organization: 'demo', journal });
      return each.publishIfChanged(object, { file }).finally(async () => {
        await each.close();
        await journal.close();
      });
    };
    store.fits = () => false;
    await assert.rejects(client.publishIfChanged(object, 'data', { sign: { privateKey: pem(rsa) } }), {
      code: 'SYNC_SERVER_ERROR',
    });
    store.fits = () => true;
    assert.equal(await life(), 'published');
    assert.equal(await life(), 'unchanged');
    await writeFile(file, 'data of a fire');
    assert.equal(await life(), 'published');
    await rm(folder, { recursive: true });
  });
});
