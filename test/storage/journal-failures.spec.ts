import assert from 'node:assert/strict';
import { JournalComputer } from '../support/journal-computer';
import { settle } from '../support/manual-clock';
import { failure } from '../support/memory-disk';
import { SeededRandom } from '../support/random';

describe('the journal on a disk that fails', () => {
  let computer = new JournalComputer();
  beforeEach(() => {
    computer = new JournalComputer();
  });

  it('says that the disk is full, and has kept all of it once there is space again', async () => {
    const journal = await computer.open();
    const map = journal.map<unknown>('objects');
    map.set('before', 1);
    await journal.written();
    const { size } = journal;
    const [token] = await computer.disk.list('/f/lock');
    computer.disk.capacity = size + ((await computer.disk.stat(`/f/lock/${token}`))?.size ?? 0) + 500;
    map.set('large', Buffer.alloc(1_000));
    await assert.rejects(journal.written(), {
      code: 'STORAGE_FULL',
      message: 'The disk is full (ENOSPC): /f/journal cannot be written',
    });
    assert.equal(journal.size, size);
    map.set('small', 2);
    await assert.rejects(journal.written(), { code: 'STORAGE_FULL' });
    // Who was refused may take it back, which needs next to nothing.
    map.delete('large');
    await journal.written();
    computer.disk.capacity = Number.POSITIVE_INFINITY;
    map.set('after', 3);
    await journal.written();
    computer.crash();
    assert.deepEqual(await computer.kept('objects'), { before: 1, small: 2, after: 3 });
  });

  it('tries again without a further change', async () => {
    const journal = await computer.open();
    journal.map('objects').set('a', 1);
    computer.fail('ENOSPC', 'write');
    await assert.rejects(journal.written(), { code: 'STORAGE_FULL' });
    computer.fail(undefined);
    await journal.written();
    await journal.close();
    assert.deepEqual(await computer.kept('objects'), { a: 1 });
  });

  it('keeps the newer value where the write of an older one fails', async () => {
    const journal = await computer.open();
    const map = journal.map('objects');
    let release = (): void => undefined;
    computer.disk.before = ({ name, path }) => {
      if (name !== 'write') return undefined;
      return new Promise((_, reject) => {
        release = () => reject(failure('EIO', name, path));
      });
    };
    map.set('a', 'older');
    const refused = assert.rejects(journal.written(), { code: 'STORAGE_FAILED', message: /EIO/ });
    await settle();
    map.set('a', 'newer');
    computer.disk.before = () => undefined;
    release();
    await refused;
    await journal.close();
    assert.deepEqual(await computer.kept('objects'), { a: 'newer' });
  });

  it('writes all of it anew after a sync that failed, since nobody knows what the disk has', async () => {
    for (const syncEvery of [undefined, 1_000]) {
      computer.replaceDisk();
      const journal = await computer.open(syncEvery ? { syncEvery } : {});
      const map = journal.map('objects');
      map.set('a', 1);
      computer.fail('EIO', 'datasync');
      if (syncEvery) {
        await journal.written();
        await computer.clock.advance(syncEvery);
        await assert.rejects(journal.written(), { code: 'STORAGE_FAILED' });
      } else {
        await assert.rejects(journal.written(), { code: 'STORAGE_FAILED' });
      }
      computer.fail(undefined);
      map.set('b', 2);
      await journal.written();
      await computer.clock.advance(1_000);
      computer.crash();
      assert.deepEqual(await computer.kept('objects'), { a: 1, b: 2 });
    }
  });

  it('syncs by itself after a sync in the background failed', async () => {
    const journal = await computer.open({ syncEvery: 1_000 });
    journal.map('objects').set('a', 1);
    await journal.written();
    computer.fail('EIO', 'datasync');
    await computer.clock.advance(10_000);
    computer.fail(undefined);
    await computer.clock.advance(2_000);
    computer.crash();
    assert.deepEqual(await computer.kept('objects'), { a: 1 });
  });

  it('goes on in its old file where it cannot be written anew', async () => {
    const journal = await computer.open({ rewriteAt: 1_000 });
    const map = journal.map('objects');
    let created = 0;
    computer.disk.before = ({ name, path }) => {
      if (name !== 'open' || !path.endsWith('.part')) return;
      created += 1;
      throw failure('ENOSPC', name, path);
    };
    for (let turn = 0; turn < 100; turn += 1) {
      map.set('a', `${turn} ${'x'.repeat(100)}`);
      await journal.written();
    }
    assert.ok(created > 2 && created < 60, `tried ${created} times`);
    computer.disk.before = () => undefined;
    for (let turn = 0; turn < 10; turn += 1) {
      map.set('b', turn);
      await journal.written();
    }
    assert.ok(journal.size < 2_000, `${journal.size} bytes`);
    await journal.close();
    const { a, b } = await computer.kept('objects');
    assert.deepEqual([String(a).split(' ')[0], b], ['99', 9]);
  });

  it('has what it confirmed where the name of its new file was not synced', async () => {
    for (let seed = 0; seed < 20; seed += 1) {
      computer.replaceDisk(new SeededRandom(seed));
      let journal = await computer.open({ rewriteAt: 500 });
      const map = journal.map('objects');
      computer.fail('EIO', 'syncFolder');
      map.set('a', 'x'.repeat(600));
      await journal.written();
      await settle();
      if (seed % 2 === 0) {
        await assert.rejects(journal.written(), { code: 'STORAGE_FAILED' });
        computer.fail(undefined);
        map.set('a', seed);
      } else {
        await assert.rejects(journal.close(), { code: 'STORAGE_FAILED' });
        computer.fail(undefined);
        journal = await computer.open();
        journal.map('objects').set('a', seed);
      }
      await journal.written();
      computer.crash();
      assert.deepEqual(await computer.kept('objects'), { a: seed });
    }
  });

  it('closes what it has, and lets go of its folder, where nothing can be written any more', async () => {
    const journal = await computer.open();
    journal.map('objects').set('a', 1);
    computer.fail('EIO', 'write');
    await assert.rejects(journal.close(), { code: 'STORAGE_FAILED' });
    assert.deepEqual([computer.disk.openFiles, computer.clock.waiting], [0, 0]);
    computer.fail(undefined);
    await (await computer.open()).close();
  });
});
