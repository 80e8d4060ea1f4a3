import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Outbox, openJournal, SyncServiceClient } from '../../../src/client';
import { ChunkStore } from '../../support/chunk-store';
import { rsa } from '../../support/keys';
import { Ground } from './ground';
import { down, failure } from './scripted-service';

const object = { objectType: 't', objectID: 'o' };

describe('what an outbox sends only when it has changed', () => {
  const small = 'data';
  const large = Buffer.alloc(300_000);

  for (const [name, data] of Object.entries({ small, large })) {
    it(`is compared when its turn comes, also after a restart: ${name} data`, async () => {
      const ground = new Ground();
      ground.service.answer = down;
      const before = await ground.open();
      const entry = await before.put(object, data, { onlyWhenChanged: true });
      // It is tried meanwhile.
      await ground.pass(10_000);
      ground.crash();
      ground.service.asked.length = 0;
      ground.service.answer = () => undefined;
      ground.service.isUnchanged = true;
      const outbox = await ground.open();
      await ground.pass(5_000);
      assert.deepEqual(ground.service.asked, ['compare t/o']);
      assert.deepEqual(ground.told, [`sent ${entry.id}`]);
      assert.equal(ground.ends[0]?.unchanged, true);
      ground.service.isUnchanged = false;
      await outbox.put(object, data, { onlyWhenChanged: true });
      await ground.pass(5_000);
      assert.equal(ground.service.asked.length, 3);
      assert.equal(ground.ends[1]?.unchanged, undefined);
      await ground.close(outbox);
    });
  }

  it('is sent all the same where an upload of it may have been cut', async () => {
    const ground = new Ground();
    let isCut = true;
    ground.service.answer = (asked) => {
      if (isCut && asked.startsWith('publish')) throw failure('SYNC_UNREACHABLE');
    };
    const outbox = await ground.open();
    await outbox.put(object, large, { onlyWhenChanged: true });
    await ground.pass(100);
    isCut = false;
    ground.service.isUnchanged = true;
    ground.service.asked.length = 0;
    await ground.pass(60_000);
    assert.deepEqual(ground.service.asked, ['publish t/o 300000 bytes']);
    await ground.close(outbox);
  });

  it('has data', async () => {
    const ground = new Ground();
    const outbox = await ground.open();
    await assert.rejects(outbox.put(object, undefined, { onlyWhenChanged: true }), {
      code: 'SYNC_INVALID_ARGUMENT',
    });
    await ground.close(outbox);
  });

  it('is the same though it is signed anew, and is compared with what the service has by now', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'edge-sync-test-'));
    const store = await ChunkStore.start();
    const sign = { privateKey: String(rsa.privateKey.export({ type: 'pkcs8', format: 'pem' })) };
    const life = async (): Promise<boolean> => {
      const journal = await openJournal(join(folder, 'journal'));
      const client = new SyncServiceClient({ address: store.address, organization: 'demo', journal });
      const outbox = await Outbox.open({ folder: join(folder, 'outbox'), client });
      try {
        const entry = await outbox.put(object, small, { sign, onlyWhenChanged: true });
        return (await outbox.whenEnded(entry)).unchanged ?? false;
      } finally {
        await outbox.close();
        await client.close();
        await journal.close();
      }
    };
    assert.deepEqual([await life(), await life()], [false, true]);
    const other = new SyncServiceClient({ address: store.address, organization: 'demo' });
    await other.publish(object, small);
    await other.close();
    assert.deepEqual([await life(), await life()], [false, true]);
    await store.close();
    await rm(folder, { recursive: true });
  });
});
