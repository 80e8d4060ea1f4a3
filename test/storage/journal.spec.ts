import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileJournal, type FileJournalOptions } from '../../src/storage/file-journal';
import { frameOf } from '../../src/storage/frames';
import type { ProcessIdentity } from '../../src/storage/processes';
import type { Clock } from '../../src/system/clock';
import { FrozenClock } from '../support/frozen-clock';
import { ManualClock, settle } from '../support/manual-clock';
import { type DiskOperation, failure, MemoryDisk } from '../support/memory-disk';
import { MadeUpProcesses } from '../support/processes';
import { SeededRandom } from '../support/random';

describe('the journal', () => {
  let disk: MemoryDisk;
  let clock: ManualClock;
  let processes: MadeUpProcesses;
  const random = new SeededRandom(1);

  beforeEach(() => {
    disk = new MemoryDisk(random);
    clock = new ManualClock();
    processes = new MadeUpProcesses();
  });

  /** Has time pass where a lock is to be watched. */
  async function open(
    options: FileJournalOptions = {},
    identity: Partial<ProcessIdentity> = {},
    ownClock: Clock = clock,
  ): Promise<FileJournal> {
    const machine = { disk, clock: ownClock, random, processes: processes.start(identity) };
    const opened = FileJournal.open('/f', { ...options, machine });
    let isOver = false;
    const end = (): void => {
      isOver = true;
    };
    opened.then(end, end);
    await settle();
    while (!isOver) await clock.advance(250);
    return opened;
  }

  function crash(): void {
    disk = disk.crash();
    processes.endAll();
  }

  /** What is kept, as the next process reads it. */
  async function kept(name: string): Promise<Record<string, unknown>> {
    const journal = await open();
    const entries = Object.fromEntries(journal.map(name));
    await journal.close();
    return entries;
  }

  async function bytes(path = '/f/journal'): Promise<Buffer> {
    const file = await disk.open(path, 'read');
    const all = Buffer.alloc(await file.size());
    await file.read(all, 0);
    await file.close();
    return all;
  }

  async function put(all: Uint8Array, path = '/f/journal'): Promise<void> {
    const file = await disk.open(path, 'replace');
    await file.write(all, 0);
    await file.close();
  }

  /** Has the operations of these names fail from now on, or work again. */
  function fail(code: string | undefined, ...names: DiskOperation['name'][]): void {
    disk.before = ({ name, path }) => {
      if (code && names.includes(name) && (path === '/f' || path.includes('journal')))
        throw failure(code, name, path);
    };
  }

  describe('while all is well', () => {
    it('keeps the last value of each key, of each map', async () => {
      const journal = await open();
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
      assert.deepEqual(await kept('one'), { a: 3, c: new Map([['x', { status: 'ready' }]]) });
      assert.deepEqual(await kept('two'), { a: 'of two' });
      assert.deepEqual([disk.openFiles, clock.waiting], [0, 0]);
      assert.deepEqual(await disk.list('/f'), ['journal']);
    });

    it('has kept a change only once the disk has it', async () => {
      const journal = await open();
      let synced = (): void => undefined;
      disk.before = ({ name }) => {
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
      const journal = await open();
      const map = journal.map('objects');
      let syncs = 0;
      disk.before = async ({ name }) => {
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
      const journal = await open({ rewriteAt: 10_000 });
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
      const { stays, changes, counts } = await kept('objects');
      assert.deepEqual([stays, String(changes).split(' ')[0], counts], ['here', '199', 199]);
    });

    it('is not written anew only since it is opened, unless it has grown', async () => {
      const journal = await open();
      journal.map('objects').set('a', 'x'.repeat(5_000));
      journal.map('objects').set('a', 1);
      await journal.written();
      journal.map('objects').set('a', 'x'.repeat(5_000));
      await journal.written();
      journal.map('objects').set('a', 1);
      await journal.close();
      const { size } = journal;
      assert.equal((await open()).size, size);
      crash();
      const grown = await open({ rewriteAt: 4_000 });
      assert.ok(grown.size < 500, `${grown.size} bytes`);
      assert.equal(grown.map('objects').get('a'), 1);
    });

    it('refuses a value that cannot be kept where it is set, and goes on', async () => {
      const journal = await open();
      const map = journal.map<unknown>('objects');
      map.set('a', 1);
      assert.throws(() => map.set('a', () => 'what cannot be copied'), /could not be cloned/);
      assert.equal(map.get('a'), 1);
      await journal.close();
      assert.deepEqual(await kept('objects'), { a: 1 });
    });

    it('syncs later where it may, and at the end', async () => {
      const journal = await open({ syncEvery: 1_000 });
      const map = journal.map('counts');
      let syncs = 0;
      disk.before = ({ name }) => {
        if (name === 'datasync') syncs += 1;
      };
      for (let turn = 0; turn < 100; turn += 1) {
        map.set('a', turn);
        await journal.written();
        await clock.advance(50);
      }
      assert.ok(syncs >= 4 && syncs <= 5, `${syncs} syncs in 5 s`);
      await clock.advance(60_000);
      const before = syncs;
      assert.ok(before <= 6, `${before} syncs`);
      map.set('a', 'last');
      await journal.close();
      assert.equal(syncs, before + 1);
      crash();
      assert.deepEqual(await kept('counts'), { a: 'last' });
    });
  });

  it('has on the disk what it shows, also what one who died had not synced', async () => {
    for (let seed = 0; seed < 20; seed += 1) {
      disk = new MemoryDisk(new SeededRandom(seed));
      const journal = await open({ syncEvery: 1_000 });
      journal.map('objects').set('a', seed);
      await journal.written();
      disk = disk.kill();
      processes.endAll();
      assert.equal((await open()).map('objects').get('a'), seed);
      crash();
      assert.deepEqual(await kept('objects'), { a: seed });
    }
  });

  describe('after damage', () => {
    /** Three frames with a key each behind the first, and where they end. */
    async function three(): Promise<number[]> {
      const journal = await open();
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
      const all = await bytes();
      for (let cut = whole; cut < all.length; cut += 1) {
        await put(all.subarray(0, cut));
        const journal = await open();
        assert.deepEqual(journal.damage, []);
        assert.equal((await disk.stat('/f/journal'))?.size, whole, `cut at ${cut}`);
        journal.map('objects').set('d', 1);
        await journal.close();
        assert.deepEqual(Object.keys(await kept('objects')), ['a', 'b', 'd'], `cut at ${cut}`);
      }
    });

    it('keeps aside what is damaged in the middle, says so, and loses nothing behind it', async () => {
      const [, start = 0, end = 0] = await three();
      const all = await bytes();
      all.fill('damage', end - 5, end);
      await put(all);
      const journal = await open();
      assert.deepEqual(journal.damage, [{ bytes: end - start, keptIn: '/f/damaged-1' }]);
      assert.deepEqual(await bytes('/f/damaged-1'), all.subarray(start, end));
      assert.deepEqual(Object.fromEntries(journal.map('objects')), { a: 'value of a', c: 'value of c' });
      journal.map('objects').set('d', 1);
      await journal.close();
      const next = await open();
      assert.deepEqual(next.damage, []);
      assert.deepEqual(Object.keys(Object.fromEntries(next.map('objects'))), ['a', 'c', 'd']);
    });

    it('keeps aside a file in which nothing can be read', async () => {
      await disk.makeFolder('/f');
      await put(Buffer.from('of another program'));
      const journal = await open();
      assert.deepEqual(journal.damage, [{ bytes: 18, keptIn: '/f/damaged-1' }]);
      assert.equal(String(await bytes('/f/damaged-1')), 'of another program');
    });

    it('keeps aside no more than the last sixteen', async () => {
      const whole = await three().then(() => bytes());
      for (let turn = 1; turn <= 20; turn += 1) {
        await put(Buffer.concat([Buffer.from(`damage ${turn}`), whole]));
        await (await open()).close();
      }
      const aside = (await disk.list('/f')).filter((name) => name !== 'journal');
      assert.equal(aside.length, 16);
      assert.equal(String(await bytes('/f/damaged-20')), 'damage 20');
    });

    it('leaves what cannot be kept aside where it is', async () => {
      const ends = await three();
      const all = await bytes();
      all.fill('damage', ends[1], (ends[1] ?? 0) + 5);
      await put(all);
      disk.before = ({ name, path }) => {
        if (name === 'write' && path.includes('damaged')) throw failure('ENOSPC', name, path);
      };
      const journal = await open();
      assert.deepEqual(journal.damage, [{ bytes: (ends[2] ?? 0) - (ends[1] ?? 0), keptIn: undefined }]);
      journal.map('objects').set('d', 1);
      await journal.close();
      disk.before = () => undefined;
      const next = await open();
      assert.equal(next.damage[0]?.keptIn, '/f/damaged-1');
      assert.deepEqual(Object.keys(Object.fromEntries(next.map('objects'))), ['a', 'c', 'd']);
      assert.deepEqual(
        (await disk.list('/f')).filter((name) => name !== 'lock'),
        ['damaged-1', 'journal'],
      );
    });

    it('leaves alone what a newer version has written', async () => {
      await three();
      const all = Buffer.concat([await bytes(), frameOf([Buffer.from([3, 0, 0, 0, 0xff, 0xff, 0xff])])]);
      await put(all);
      await assert.rejects(open(), {
        code: 'STORAGE_UNREADABLE',
        message: '/f/journal was written by a newer version of this package, or of Node.js',
      });
      assert.deepEqual(await bytes(), all);
      assert.deepEqual(await disk.list('/f'), ['journal']);
    });
  });

  describe('on a disk that fails', () => {
    it('says that the disk is full, and has kept all of it once there is space again', async () => {
      const journal = await open();
      const map = journal.map<unknown>('objects');
      map.set('before', 1);
      await journal.written();
      const { size } = journal;
      const [token] = await disk.list('/f/lock');
      disk.capacity = size + ((await disk.stat(`/f/lock/${token}`))?.size ?? 0) + 500;
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
      disk.capacity = Number.POSITIVE_INFINITY;
      map.set('after', 3);
      await journal.written();
      crash();
      assert.deepEqual(await kept('objects'), { before: 1, small: 2, after: 3 });
    });

    it('tries again without a further change', async () => {
      const journal = await open();
      journal.map('objects').set('a', 1);
      fail('ENOSPC', 'write');
      await assert.rejects(journal.written(), { code: 'STORAGE_FULL' });
      fail(undefined);
      await journal.written();
      await journal.close();
      assert.deepEqual(await kept('objects'), { a: 1 });
    });

    it('keeps the newer value where the write of an older one fails', async () => {
      const journal = await open();
      const map = journal.map('objects');
      let release = (): void => undefined;
      disk.before = ({ name, path }) => {
        if (name !== 'write') return undefined;
        return new Promise((_, reject) => {
          release = () => reject(failure('EIO', name, path));
        });
      };
      map.set('a', 'older');
      const refused = assert.rejects(journal.written(), { code: 'STORAGE_FAILED', message: /EIO/ });
      await settle();
      map.set('a', 'newer');
      disk.before = () => undefined;
      release();
      await refused;
      await journal.close();
      assert.deepEqual(await kept('objects'), { a: 'newer' });
    });

    it('writes all of it anew after a sync that failed, since nobody knows what the disk has', async () => {
      for (const syncEvery of [undefined, 1_000]) {
        disk = new MemoryDisk(random);
        const journal = await open(syncEvery ? { syncEvery } : {});
        const map = journal.map('objects');
        map.set('a', 1);
        fail('EIO', 'datasync');
        if (syncEvery) {
          await journal.written();
          await clock.advance(syncEvery);
          await assert.rejects(journal.written(), { code: 'STORAGE_FAILED' });
        } else {
          await assert.rejects(journal.written(), { code: 'STORAGE_FAILED' });
        }
        fail(undefined);
        map.set('b', 2);
        await journal.written();
        await clock.advance(1_000);
        crash();
        assert.deepEqual(await kept('objects'), { a: 1, b: 2 });
      }
    });

    it('syncs by itself after a sync in the background failed', async () => {
      const journal = await open({ syncEvery: 1_000 });
      journal.map('objects').set('a', 1);
      await journal.written();
      fail('EIO', 'datasync');
      await clock.advance(10_000);
      fail(undefined);
      await clock.advance(2_000);
      crash();
      assert.deepEqual(await kept('objects'), { a: 1 });
    });

    it('goes on in its old file where it cannot be written anew', async () => {
      const journal = await open({ rewriteAt: 1_000 });
      const map = journal.map('objects');
      let created = 0;
      disk.before = ({ name, path }) => {
        if (name !== 'open' || !path.endsWith('.part')) return;
        created += 1;
        throw failure('ENOSPC', name, path);
      };
      for (let turn = 0; turn < 100; turn += 1) {
        map.set('a', `${turn} ${'x'.repeat(100)}`);
        await journal.written();
      }
      assert.ok(created > 2 && created < 60, `tried ${created} times`);
      disk.before = () => undefined;
      for (let turn = 0; turn < 10; turn += 1) {
        map.set('b', turn);
        await journal.written();
      }
      assert.ok(journal.size < 2_000, `${journal.size} bytes`);
      await journal.close();
      const { a, b } = await kept('objects');
      assert.deepEqual([String(a).split(' ')[0], b], ['99', 9]);
    });

    it('has what it confirmed where the name of its new file was not synced', async () => {
      for (let seed = 0; seed < 20; seed += 1) {
        disk = new MemoryDisk(new SeededRandom(seed));
        let journal = await open({ rewriteAt: 500 });
        const map = journal.map('objects');
        fail('EIO', 'syncFolder');
        map.set('a', 'x'.repeat(600));
        await journal.written();
        await settle();
        if (seed % 2 === 0) {
          await assert.rejects(journal.written(), { code: 'STORAGE_FAILED' });
          fail(undefined);
          map.set('a', seed);
        } else {
          await assert.rejects(journal.close(), { code: 'STORAGE_FAILED' });
          fail(undefined);
          journal = await open();
          journal.map('objects').set('a', seed);
        }
        await journal.written();
        crash();
        assert.deepEqual(await kept('objects'), { a: seed });
      }
    });

    it('closes what it has, and lets go of its folder, where nothing can be written any more', async () => {
      const journal = await open();
      journal.map('objects').set('a', 1);
      fail('EIO', 'write');
      await assert.rejects(journal.close(), { code: 'STORAGE_FAILED' });
      assert.deepEqual([disk.openFiles, clock.waiting], [0, 0]);
      fail(undefined);
      await (await open()).close();
    });
  });

  it('writes nothing once it is closed, whatever changes then, nor says that it is kept', async () => {
    for (const isInDoubt of [false, true]) {
      disk = new MemoryDisk(random);
      const journal = await open();
      const map = journal.map('objects');
      map.set('a', 1);
      await journal.written();
      if (isInDoubt) {
        fail('EIO', 'datasync');
        map.set('a', 2);
        await assert.rejects(journal.close(), { code: 'STORAGE_FAILED' });
        fail(undefined);
      } else {
        await journal.close();
      }
      const next = await open();
      next.map('objects').set('b', 1);
      await next.written();
      map.set('a', 3);
      await assert.rejects(journal.written(), { code: 'STORAGE_FAILED', message: /is closed/ });
      await next.close();
      const { a, b } = await kept('objects');
      assert.ok(a !== 3 && b === 1, `${a} ${b}`);
      assert.deepEqual([disk.openFiles, clock.waiting], [0, 0]);
    }
  });

  describe('between processes', () => {
    const container = (namespace: string): Partial<ProcessIdentity> => ({
      host: namespace,
      namespace,
      pid: 1,
      started: 'at the same time',
    });

    it('is used by one at a time', async () => {
      const journal = await open();
      await assert.rejects(open(), {
        code: 'STORAGE_IN_USE',
        message: '/f is in use by process 1 on gateway',
      });
      await journal.close();
      await (await open()).close();
    });

    it('is lost by one that was frozen and taken over: it says of nothing more that it is kept', async () => {
      const frozen = await open({}, container('one'), new FrozenClock(clock));
      const map = frozen.map('objects');
      map.set('a', 1);
      await frozen.written();
      let thaw = (): void => undefined;
      disk.before = ({ name, path }) => {
        if (name !== 'write' || !path.includes('journal')) return undefined;
        return new Promise((resolve) => {
          thaw = resolve;
        });
      };
      map.set('a', 'of the frozen one');
      const refused = assert.rejects(frozen.written(), { code: 'STORAGE_LOST' });
      await settle();
      disk.before = () => undefined;
      const journal = await open({}, container('two'));
      journal.map('objects').set('b', 2);
      await journal.written();
      thaw();
      await refused;
      map.set('a', 'of the frozen one');
      await assert.rejects(frozen.written(), { code: 'STORAGE_LOST' });
      await assert.rejects(frozen.close(), { code: 'STORAGE_LOST' });
      await journal.close();
      const next = await open();
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
