import assert from 'node:assert/strict';
import { frameOf } from '../../src/storage/frames';
import { JournalComputer } from '../support/journal-computer';
import { failure } from '../support/memory-disk';

describe('the journal after damage', () => {
  let computer = new JournalComputer();
  beforeEach(() => {
    computer = new JournalComputer();
  });

  /** Three frames with a key each behind the first, and where they end. */
  async function three(): Promise<number[]> {
    const journal = await computer.open();
    const ends = [journal.size];
    for (const key of ['a', 'b', 'c']) {
      journal.map('objects').set(key, `value of ${key}`);
      await journal.written();
      ends.push(journal.size);
    }
    await journal.close();
    return ends;
  }

  it('leaves out what was being written, wherever it was cut, and goes on where that began', async () => {
    const [, , whole = 0] = await three();
    const all = await computer.bytes();
    for (let cut = whole; cut < all.length; cut += 1) {
      await computer.put(all.subarray(0, cut));
      const journal = await computer.open();
      assert.deepEqual(journal.damage, []);
      assert.equal((await computer.disk.stat('/f/journal'))?.size, whole, `cut at ${cut}`);
      journal.map('objects').set('d', 1);
      await journal.close();
      assert.deepEqual(Object.keys(await computer.kept('objects')), ['a', 'b', 'd'], `cut at ${cut}`);
    }
  });

  it('keeps aside what is damaged in the middle, says so, and loses nothing behind it', async () => {
    const [, start = 0, end = 0] = await three();
    const all = await computer.bytes();
    all.fill('damage', end - 5, end);
    await computer.put(all);
    const journal = await computer.open();
    assert.deepEqual(journal.damage, [{ bytes: end - start, keptIn: '/f/damaged-1' }]);
    assert.deepEqual(await computer.bytes('/f/damaged-1'), all.subarray(start, end));
    assert.deepEqual(Object.fromEntries(journal.map('objects')), { a: 'value of a', c: 'value of c' });
    journal.map('objects').set('d', 1);
    await journal.close();
    const next = await computer.open();
    assert.deepEqual(next.damage, []);
    assert.deepEqual(Object.keys(Object.fromEntries(next.map('objects'))), ['a', 'c', 'd']);
  });

  it('keeps aside a file in which nothing can be read', async () => {
    await computer.disk.makeFolder('/f');
    await computer.put(Buffer.from('of another program'));
    const journal = await computer.open();
    assert.deepEqual(journal.damage, [{ bytes: 18, keptIn: '/f/damaged-1' }]);
    assert.equal(String(await computer.bytes('/f/damaged-1')), 'of another program');
  });

  it('keeps aside no more than the last sixteen', async () => {
    const whole = await three().then(() => computer.bytes());
    for (let turn = 1; turn <= 20; turn += 1) {
      await computer.put(Buffer.concat([Buffer.from(`damage ${turn}`), whole]));
      await (await computer.open()).close();
    }
    const aside = (await computer.disk.list('/f')).filter((name) => name !== 'journal');
    assert.equal(aside.length, 16);
    assert.equal(String(await computer.bytes('/f/damaged-20')), 'damage 20');
  });

  it('leaves what cannot be kept aside where it is', async () => {
    const ends = await three();
    const all = await computer.bytes();
    all.fill('damage', ends[1], (ends[1] ?? 0) + 5);
    await computer.put(all);
    computer.disk.before = ({ name, path }) => {
      if (name === 'write' && path.includes('damaged')) throw failure('ENOSPC', name, path);
    };
    const journal = await computer.open();
    assert.deepEqual(journal.damage, [{ bytes: (ends[2] ?? 0) - (ends[1] ?? 0), keptIn: undefined }]);
    journal.map('objects').set('d', 1);
    await journal.close();
    computer.disk.before = () => undefined;
    const next = await computer.open();
    assert.equal(next.damage[0]?.keptIn, '/f/damaged-1');
    assert.deepEqual(Object.keys(Object.fromEntries(next.map('objects'))), ['a', 'c', 'd']);
    assert.deepEqual(
      (await computer.disk.list('/f')).filter((name) => name !== 'lock'),
      ['damaged-1', 'journal'],
    );
  });

  it('leaves alone what a newer version has written', async () => {
    await three();
    const all = Buffer.concat([
      await computer.bytes(),
      frameOf([Buffer.from([3, 0, 0, 0, 0xff, 0xff, 0xff])]),
    ]);
    await computer.put(all);
    await assert.rejects(computer.open(), {
      code: 'STORAGE_UNREADABLE',
      message: '/f/journal was written by a newer version of this package, or of Node.js',
    });
    assert.deepEqual(await computer.bytes(), all);
    assert.deepEqual(await computer.disk.list('/f'), ['journal']);
  });
});
