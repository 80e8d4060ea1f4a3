import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Disk, Opening } from '../../src/storage/disk';
import { systemDisk } from '../../src/storage/system-disk';
import { failure, MemoryDisk } from '../support/memory-disk';
import { SeededRandom } from '../support/random';

async function put(disk: Disk, path: string, text: string, how: Opening = 'replace'): Promise<void> {
  const file = await disk.open(path, how);
  await file.write(Buffer.from(text), 0);
  await file.close();
}

async function textOf(disk: Disk, path: string): Promise<string> {
  const file = await disk.open(path, 'read');
  const bytes = Buffer.alloc(await file.size());
  const count = await file.read(bytes, 0);
  await file.close();
  return bytes.toString('utf8', 0, count);
}

const onWindows = process.platform === 'win32';

const disks: [name: string, disk: () => Disk][] = [
  ['the disk of the system', () => systemDisk],
  ['the disk in memory', () => new MemoryDisk(new SeededRandom(1))],
];

for (const [name, made] of disks) {
  describe(name, () => {
    let disk: Disk;
    let folder: string;
    beforeEach(async () => {
      disk = made();
      folder = await mkdtemp(join(tmpdir(), 'edge-sync-disk-'));
      await disk.makeFolder(folder);
    });
    afterEach(() => rm(folder, { recursive: true, force: true }));
    const at = (...names: string[]): string => join(folder, ...names);

    it('opens a file to read, change or create it, and to keep or replace what it held', async () => {
      await assert.rejects(disk.open(at('a'), 'read'), { code: 'ENOENT' });
      await assert.rejects(disk.open(at('a'), 'change'), { code: 'ENOENT' });
      await put(disk, at('a'), 'first', 'create');
      await assert.rejects(disk.open(at('a'), 'create'), { code: 'EEXIST' });
      await put(disk, at('a'), 'F', 'keep');
      await put(disk, at('a'), 'Fi', 'change');
      assert.equal(await textOf(disk, at('a')), 'First');
      await put(disk, at('a'), 'new', 'replace');
      assert.equal(await textOf(disk, at('a')), 'new');
      await put(disk, at('b'), 'made', 'keep');
      assert.deepEqual(await disk.list(folder), ['a', 'b']);
      await assert.rejects(disk.open(folder, 'replace'), { code: 'EISDIR' });
    });

    it('reads and writes anywhere, fills with zeros, and cuts', async () => {
      const file = await disk.open(at('a'), 'create');
      await file.write(Buffer.from('cd'), 2);
      await file.write(Buffer.from('a'), 0);
      assert.equal(await file.size(), 4);
      const bytes = Buffer.alloc(3);
      assert.deepEqual([await file.read(bytes, 2), bytes.toString()], [2, 'cd\0']);
      assert.equal(await file.read(bytes, 9), 0);
      await file.truncate(3);
      await file.truncate(5);
      await file.sync();
      await file.datasync();
      await file.close();
      assert.equal(await textOf(disk, at('a')), 'a\0c\0\0');
      await assert.rejects(file.write(Buffer.from('x'), 0), { code: 'EBADF' });
    });

    it('tells of files and folders, which are for nobody else', async () => {
      await Promise.all([disk.makeFolder(at('one', 'two')), disk.makeFolder(at('one', 'two'))]);
      await put(disk, at('one', 'a'), 'abc');
      await assert.rejects(disk.makeFolder(at('one', 'a')), { code: 'EEXIST' });
      const file = await disk.stat(at('one', 'a'));
      assert.deepEqual([file?.isFolder, file?.size], [false, 3]);
      assert.equal((await disk.stat(at('one', 'two')))?.isFolder, true);
      assert.equal(await disk.stat(at('none')), undefined);
      assert.equal(await disk.stat(at('one', 'a', 'none')), undefined);
      if (onWindows) return;
      assert.equal(file?.mode, 0o600);
      assert.equal((await disk.stat(at('one')))?.mode, 0o700);
      const other = await disk.open(at('one', 'a'), 'keep');
      await other.setMode(0o640);
      await other.close();
      assert.equal((await disk.stat(at('one', 'a')))?.mode, 0o640);
    });

    it('renames over a file, and over a folder only where that is empty', async () => {
      await put(disk, at('a'), 'a');
      await put(disk, at('b'), 'b');
      await disk.rename(at('a'), at('b'));
      await disk.syncFolder(folder);
      assert.equal(await textOf(disk, at('b')), 'a');
      await assert.rejects(disk.rename(at('a'), at('b')), { code: 'ENOENT' });
      await disk.makeFolder(at('full'));
      await disk.makeFolder(at('new'));
      await put(disk, at('full', 'x'), 'x');
      await put(disk, at('new', 'y'), 'y');
      await assert.rejects(disk.rename(at('new'), at('full')), { code: 'ENOTEMPTY' });
      await assert.rejects(disk.rename(at('new'), at('b')), { code: 'ENOTDIR' });
      await assert.rejects(disk.rename(at('b'), at('full')), { code: 'EISDIR' });
      await disk.remove(at('full', 'x'));
      if (!onWindows) await disk.rename(at('new'), at('full'));
      assert.deepEqual(await disk.list(at('full')), onWindows ? [] : ['y']);
    });

    it('removes files, and folders that are empty', async () => {
      await disk.makeFolder(at('f'));
      await put(disk, at('f', 'a'), 'a');
      await assert.rejects(disk.removeFolder(at('f')), { code: 'ENOTEMPTY' });
      await disk.remove(at('f', 'a'));
      await disk.remove(at('f', 'a'));
      await disk.removeFolder(at('f'));
      await assert.rejects(disk.removeFolder(at('f')), { code: 'ENOENT' });
      await assert.rejects(disk.list(at('f')), { code: 'ENOENT' });
    });
  });
}

describe('the disk in memory, which dies', () => {
  /** The survivors of crashes with other seeds. */
  async function survivors(prepare: (disk: MemoryDisk) => Promise<void>): Promise<MemoryDisk[]> {
    const after: MemoryDisk[] = [];
    for (let seed = 0; seed < 100; seed += 1) {
      const disk = new MemoryDisk(new SeededRandom(seed));
      await disk.makeFolder('/f');
      await prepare(disk);
      after.push(disk.crash());
    }
    return after;
  }

  it('keeps over a crash what was synced', async () => {
    const after = await survivors(async (disk) => {
      const file = await disk.open('/f/a', 'create');
      await file.write(Buffer.from('synced'), 0);
      await file.sync();
      await disk.rename('/f/a', '/f/b');
      await disk.syncFolder('/f');
    });
    for (const disk of after) {
      assert.deepEqual(await disk.list('/f'), ['b']);
      assert.equal(await textOf(disk, '/f/b'), 'synced');
    }
  });

  it('keeps of what was not synced anything: all, nothing, part, room alone', async () => {
    const after = await survivors(async (disk) => {
      const file = await disk.open('/f/a', 'create');
      await disk.syncFolder('/f');
      await file.write(Buffer.from('base'), 0);
      await file.sync();
      await file.write(Buffer.from('added'), 4);
    });
    const texts = new Set(await Promise.all(after.map((disk) => textOf(disk, '/f/a'))));
    for (const text of texts) assert.match(text, /^base(a\0*)?/);
    for (const text of ['base', 'baseadded', 'basead', 'basea\0\0\0\0']) assert.ok(texts.has(text), text);
  });

  it('keeps of names that were not synced any, and a rename whole or not at all', async () => {
    const after = await survivors(async (disk) => {
      await put(disk, '/f/old', 'x');
      await disk.syncFolder('/f');
      await disk.rename('/f/old', '/f/new');
      await put(disk, '/f/made', 'y');
    });
    const seen = new Set(await Promise.all(after.map(async (disk) => (await disk.list('/f')).join())));
    assert.deepEqual(Array.from(seen).sort(), ['made,new', 'made,old', 'new', 'old']);
  });

  it('keeps everything over a kill, and loses it at a crash after that', async () => {
    const disk = new MemoryDisk(new SeededRandom(3));
    await disk.makeFolder('/f');
    await put(disk, '/f/a', 'text');
    const after = disk.kill();
    assert.equal(await textOf(after, '/f/a'), 'text');
    let lost = 0;
    for (let seed = 0; seed < 20; seed += 1) {
      const killed = new MemoryDisk(new SeededRandom(seed));
      await killed.makeFolder('/f');
      await put(killed, '/f/a', 'text');
      if ((await killed.kill().crash().list('/f')).length === 0) lost += 1;
    }
    assert.ok(lost > 0 && lost < 20, String(lost));
  });

  it('belongs after that to a process that is gone: what it had begun never ends and does nothing', async () => {
    const disk = new MemoryDisk(new SeededRandom(1));
    let after: MemoryDisk | undefined;
    disk.before = ({ name }) => {
      if (name === 'rename') after = disk.kill();
    };
    await put(disk, '/a', 'a');
    const ended = disk.rename('/a', '/b').then(() => 'ended');
    const last = await Promise.race([ended, new Promise((resolve) => setImmediate(resolve, 'goes on'))]);
    assert.equal(last, 'goes on');
    assert.deepEqual(await after?.list('/'), ['a']);
  });

  it('can be full: what fits is written', async () => {
    const disk = new MemoryDisk(new SeededRandom(1));
    await put(disk, '/a', '1234');
    disk.capacity = 6;
    await assert.rejects(put(disk, '/b', '5678'), { code: 'ENOSPC' });
    assert.equal(await textOf(disk, '/b'), '56');
    await put(disk, '/a', '4321', 'keep');
    await disk.remove('/a');
    await put(disk, '/b', '5678');
  });

  it('has any operation fail or wait, also amid a write', async () => {
    const disk = new MemoryDisk(new SeededRandom(1));
    const seen: string[] = [];
    disk.before = ({ name, path }) => {
      seen.push(name);
      if (seen.length === 3) throw failure('EIO', name, path);
    };
    await assert.rejects(put(disk, '/a', 'some text'), { code: 'EIO' });
    assert.deepEqual(seen, ['open', 'write', 'write']);
    const text = await textOf(disk, '/a');
    assert.ok(text.length < 9 && 'some text'.startsWith(text), text);
    assert.equal(disk.openFiles, 1);
  });

  it('has lost at a crash what a sync that failed should have written, also after one that did not fail', async () => {
    const after = await survivors(async (disk) => {
      const file = await disk.open('/f/a', 'create');
      await disk.syncFolder('/f');
      await file.write(Buffer.from('lost'), 0);
      disk.before = ({ name, path }) => {
        if (name === 'datasync') throw failure('EIO', name, path);
      };
      await assert.rejects(file.datasync(), { code: 'EIO' });
      disk.before = () => undefined;
      await file.write(Buffer.from('kept'), 4);
      await file.datasync();
      assert.equal(await textOf(disk, '/f/a'), 'lostkept');
    });
    for (const disk of after) assert.equal(await textOf(disk, '/f/a'), '\0\0\0\0kept');
  });

  it('does the same for the same seed', async () => {
    const states = await Promise.all(
      [7, 7].map(async (seed) => {
        const disk = new MemoryDisk(new SeededRandom(seed));
        for (const name of ['/a', '/b', '/c', '/d']) await put(disk, name, `text of ${name}`);
        const after = disk.crash();
        return Promise.all((await after.list('/')).map((name) => textOf(after, `/${name}`)));
      }),
    );
    assert.deepEqual(states[0], states[1]);
  });
});
