import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileJournal } from '../../src/storage/file-journal';
import type { ProcessIdentity } from '../../src/storage/processes';
import { FrozenClock } from '../support/frozen-clock';
import { JournalComputer } from '../support/journal-computer';
import { settle } from '../support/manual-clock';
import { SeededRandom } from '../support/random';

describe('the journal', () => {
  let computer = new JournalComputer();
  beforeEach(() => {
    computer = new JournalComputer();
  });

  describe('while all is well', () => {
    it('keeps the last value of each key, of each map', async () => {
      const journal = await computer.open();
      const [one, two] = [journal.map('one'), journal.map('two')];
      one
        .set('a', 1)
        .set('b', Buffer.from([0, 255]))
        .set('c', new Map([['x', { status: 'ready' }]]));
      two.set('a', 'of two');
      one.set('a', 3);
      one.delete('nobody');
      await journal.written();
      one.delete('b');
      await journal.close();
      assert.deepEqual(await computer.kept('one'), { a: 3, c: new Map([['x', { status: 'ready' }]]) });
      assert.deepEqual(await computer.kept('two'), { a: 'of two' });
      assert.deepEqual([computer.disk.openFiles, computer.clock.waiting], [0, 0]);
      assert.deepEqual(await computer.disk.list('/f'), ['journal']);
    });

    it('has kept a change only once the disk has it', async () => {
      const journal = await computer.open();
      let synced = (): void => undefined;
      computer.disk.before = ({ name }) => {
        if (name !== 'datasync') return undefined;
        return new Promise((resolve) => {
          synced = resolve;
        });
      };
      journal.map('objects').set('a', 1);
      let isWritten = false;
      const written = journal.written().then(() => {
        isWritten = true;
      });
      await settle();
      assert.equal(isWritten, false);
      synced();
      await written;
    });

    it('writes what changes while it writes together, with one sync', async () => {
      const journal = await computer.open();
      const map = journal.map('objects');
      let syncs = 0;
      computer.disk.before = async ({ name }) => {
        if (name !== 'datasync') return;
        syncs += 1;
        await settle();
      };
      map.set('first', 0);
      const written = [journal.written()];
      await Promise.resolve();
      for (let count = 0; count < 100; count += 1) {
        map.set(`key ${count}`, count);
        written.push(journal.written());
      }
      await Promise.all(written);
      assert.equal(syncs, 2);
      const { size } = journal;
      for (let count = 0; count < 100; count += 1) map.set('same', count);
      await journal.written();
      assert.ok(journal.size - size < 100, 'of one key the last value alone');
    });

    it('is written anew without what is past, and keeps what changes meanwhile', async () => {
      const journal = await computer.open({ rewriteAt: 10_000 });
      const map = journal.map<string | number>('objects');
      map.set('stays', 'here');
      for (let turn = 0; turn < 200; turn += 1) {
        map.set('changes', `${turn} ${'x'.repeat(1_000)}`);
        map.set('counts', turn);
        if (turn % 3 === 0) await journal.written();
      }
      await journal.written();
      assert.ok(journal.size < 30_000, `${journal.size} bytes`);
      await journal.close();
      const { stays, changes, counts } = await computer.kept('objects');
      assert.deepEqual([stays, String(changes).split(' ')[0], counts], ['here', '199', 199]);
    });

    it('is not written anew only since it is opened, unless it has grown', async () => {
      const journal = await computer.open();
      journal.map('objects').set('a', 'x'.repeat(5_000));
      journal.map('objects').set('a', 1);
      await journal.written();
      journal.map('objects').set('a', 'x'.repeat(5_000));
      await journal.written();
      journal.map('objects').set('a', 1);
      await journal.close();
      const { size } = journal;
      assert.equal((await computer.open()).size, size);
      computer.crash();
      const grown = await computer.open({ rewriteAt: 4_000 });
      assert.ok(grown.size < 500, `${grown.size} bytes`);
      assert.equal(grown.map('objects').get('a'), 1);
    });

    it('refuses a value that cannot be kept where it is set, and goes on', async () => {
      const journal = await computer.open();
      const map = journal.map<unknown>('objects');
      map.set('a', 1);
      assert.throws(() => map.set('a', () => 'what cannot be copied'), /could not be cloned/);
      assert.equal(map.get('a'), 1);
      await journal.close();
      assert.deepEqual(await computer.kept('objects'), { a: 1 });
    });

    it('syncs later where it may, and at the end', async () => {
      const journal = await computer.open({ syncEvery: 1_000 });
      const map = journal.map('counts');
      let syncs = 0;
      computer.disk.before = ({ name }) => {
        if (name === 'datasync') syncs += 1;
      };
      for (let turn = 0; turn < 100; turn += 1) {
        map.set('a', turn);
        await journal.written();
        await computer.clock.advance(50);
      }
      assert.ok(syncs >= 4 && syncs <= 5, `${syncs} syncs in 5 s`);
      await computer.clock.advance(60_000);
      const before = syncs;
      assert.ok(before <= 6, `${before} syncs`);
      map.set('a', 'last');
      await journal.close();
      assert.equal(syncs, before + 1);
      computer.crash();
      assert.deepEqual(await computer.kept('counts'), { a: 'last' });
    });
  });

  it('has on the disk what it shows, also what one who died had not synced', async () => {
    for (let seed = 0; seed < 20; seed += 1) {
      computer.replaceDisk(new SeededRandom(seed));
      const journal = await computer.open({ syncEvery: 1_000 });
      journal.map('objects').set('a', seed);
      await journal.written();
      computer.disk = computer.disk.kill();
      computer.processes.endAll();
      assert.equal((await computer.open()).map('objects').get('a'), seed);
      computer.crash();
      assert.deepEqual(await computer.kept('objects'), { a: seed });
    }
  });

  it('writes nothing once it is closed, whatever changes then, nor says that it is kept', async () => {
    for (const isInDoubt of [false, true]) {
      computer.replaceDisk();
      const journal = await computer.open();
      const map = journal.map('objects');
      map.set('a', 1);
      await journal.written();
      if (isInDoubt) {
        computer.fail('EIO', 'datasync');
        map.set('a', 2);
        await assert.rejects(journal.close(), { code: 'STORAGE_FAILED' });
        computer.fail(undefined);
      } else {
        await journal.close();
      }
      const next = await computer.open();
      next.map('objects').set('b', 1);
      await next.written();
      map.set('a', 3);
      await assert.rejects(journal.written(), { code: 'STORAGE_FAILED', message: /is closed/ });
      await next.close();
      const { a, b } = await computer.kept('objects');
      assert.ok(a !== 3 && b === 1, `${a} ${b}`);
      assert.deepEqual([computer.disk.openFiles, computer.clock.waiting], [0, 0]);
    }
  });

  it('has nothing left to do once it is closed, also where something changed while it was', async () => {
    const journal = await computer.open({ syncEvery: 1_000 });
    const map = journal.map('objects');
    const closing = journal.close();
    map.set('a', 1);
    await closing;
    assert.deepEqual([computer.disk.openFiles, computer.clock.waiting], [0, 0]);
  });

  describe('between processes', () => {
    const container = (namespace: string): Partial<ProcessIdentity> => ({
      host: namespace,
      namespace,
      pid: 1,
      started: 'at the same time',
    });

    it('is used by one at a time', async () => {
      const journal = await computer.open();
      await assert.rejects(computer.open(), {
        code: 'STORAGE_IN_USE',
        message: '/f is in use by process 1 on gateway',
      });
      await journal.close();
      await (await computer.open()).close();
    });

    it('is lost by one that was frozen and taken over: it says of nothing more that it is kept', async () => {
      const frozen = await computer.open({}, container('one'), new FrozenClock(computer.clock));
      const map = frozen.map('objects');
      map.set('a', 1);
      await frozen.written();
      let thaw = (): void => undefined;
      computer.disk.before = ({ name, path }) => {
        if (name !== 'write' || !path.includes('journal')) return undefined;
        return new Promise((resolve) => {
          thaw = resolve;
        });
      };
      map.set('a', 'of the frozen one');
      const refused = assert.rejects(frozen.written(), { code: 'STORAGE_LOST' });
      await settle();
      computer.disk.before = () => undefined;
      const journal = await computer.open({}, container('two'));
      journal.map('objects').set('b', 2);
      await journal.written();
      thaw();
      await refused;
      map.set('a', 'of the frozen one');
      await assert.rejects(frozen.written(), { code: 'STORAGE_LOST' });
      await assert.rejects(frozen.close(), { code: 'STORAGE_LOST' });
      await journal.close();
      const next = await computer.open();
      assert.deepEqual(Object.fromEntries(next.map('objects')), { a: 1, b: 2 });
      assert.deepEqual(next.damage, []);
    });
  });

  describe('on the disk of the system', () => {
    let folder: string;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'edge-sync-journal-'));
    });
    afterEach(() => rm(folder, { recursive: true, force: true }));

    it('makes its folder, for nobody else, and leaves nothing but itself there', async () => {
      const path = join(folder, 'new', 'one');
      const journal = await FileJournal.open(path);
      journal.map('objects').set('a', Buffer.alloc(3_000_000, 'x'));
      await journal.close();
      assert.deepEqual(await readdir(path), ['journal']);
      const modes = [(await stat(path)).mode & 0o777, (await stat(join(path, 'journal'))).mode & 0o777];
      assert.deepEqual(modes, [0o700, 0o600]);
      const next = await FileJournal.open(path);
      assert.deepEqual(next.map('objects').get('a'), Buffer.alloc(3_000_000, 'x'));
      await next.close();
    });

    it('lets go of a folder that it cannot read', async () => {
      await mkdir(join(folder, 'journal'));
      await assert.rejects(FileJournal.open(folder), { code: 'STORAGE_FAILED', message: /EISDIR/ });
      await rm(join(folder, 'journal'), { recursive: true });
      await (await FileJournal.open(folder)).close();
    });
  });
});
