import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { AtomicFile, replaceFile } from '../../src/storage/atomic-file';
import { systemDisk } from '../../src/storage/system-disk';
import { isTemporaryFor, temporaryFor } from '../../src/storage/temporary';
import { systemRandom } from '../../src/system/random';
import { failure, MemoryDisk } from '../support/memory-disk';
import { SeededRandom } from '../support/random';

const path = '/f/file';

async function textOf(disk: MemoryDisk, of = path): Promise<string | undefined> {
  if (!(await disk.stat(of))) return undefined;
  const file = await disk.open(of, 'read');
  const bytes = Buffer.alloc(await file.size());
  await file.read(bytes, 0);
  await file.close();
  return bytes.toString();
}

/** A disk with a file in a folder, all of it synced. */
async function diskWith(text: string | undefined, random = new SeededRandom(1)): Promise<MemoryDisk> {
  const disk = new MemoryDisk(random);
  await disk.makeFolder('/f');
  if (text !== undefined) await write(disk, random, text);
  return disk;
}

function write(disk: MemoryDisk, random: SeededRandom, ...pieces: string[]): Promise<void> {
  return replaceFile(path, { disk, random }, async (file) => {
    for (const piece of pieces) await file.write(Buffer.from(piece));
  });
}

describe('an atomic file', () => {
  it('is synced before it has its name, and its folder after that', async () => {
    const random = new SeededRandom(1);
    const disk = await diskWith(undefined);
    const operations: string[] = [];
    disk.before = ({ name }) => {
      if (operations.at(-1) !== name) operations.push(name);
    };
    await write(disk, random, 'one ', 'two');
    assert.deepEqual(operations, ['stat', 'open', 'write', 'stat', 'sync', 'close', 'rename', 'syncFolder']);
    assert.equal(await textOf(disk), 'one two');
    assert.equal(disk.openFiles, 0);
  });

  it('is the old one or the new one, whole, at whatever step the power goes or the process is killed', async () => {
    const found = new Set<string | undefined>();
    for (const old of [undefined, 'the old text']) {
      for (const how of ['crash', 'kill'] as const) {
        for (let step = 1; ; step += 1) {
          const random = new SeededRandom(step);
          const disk = await diskWith(old, random);
          const first = disk.steps;
          let after: MemoryDisk | undefined;
          disk.before = (operation) => {
            if (operation.step === first + step) after = disk[how]();
          };
          const ended = write(disk, random, 'the new ', 'text').then(() => 'ended');
          await Promise.race([ended, new Promise((resolve) => setImmediate(resolve))]);
          const text = await textOf(after ?? disk.crash());
          found.add(text);
          assert.ok(text === 'the new text' || (after && text === old), `${how} at step ${step}: ${text}`);
          if (!after) break;
        }
      }
    }
    assert.deepEqual(found, new Set([undefined, 'the old text', 'the new text']));
  });

  it('leaves all as it was where its writing fails, or the disk', async () => {
    const random = new SeededRandom(1);
    const steps = await diskWith('old').then(async (disk) => {
      const before = disk.steps;
      await write(disk, random, 'new');
      return disk.steps - before;
    });
    for (let step = 1; step < steps; step += 1) {
      const disk = await diskWith('old');
      const first = disk.steps;
      disk.before = ({ step: now, name, path: where }) => {
        if (now === first + step) throw failure('EIO', name, where);
      };
      await assert.rejects(write(disk, random, 'new'), {
        code: 'STORAGE_FAILED',
        message: /^\/f\/file: EIO/,
      });
      assert.deepEqual([await textOf(disk), await disk.list('/f')], ['old', ['file']], `step ${step}`);
      assert.equal(disk.openFiles, 0);
    }
    const disk = await diskWith('old');
    const gone = (): Promise<void> => Promise.reject(new Error('the service is gone'));
    await assert.rejects(replaceFile(path, { disk, random }, gone), /the service is gone/);
    disk.capacity = 5;
    await assert.rejects(write(disk, random, 'far too much'), {
      code: 'STORAGE_FULL',
      message: 'The disk is full (ENOSPC): /f/file cannot be written',
    });
    assert.deepEqual([await textOf(disk), await disk.list('/f')], ['old', ['file']]);
  });

  it('can be begun again, and be called by what it holds', async () => {
    const random = new SeededRandom(1);
    const disk = await diskWith('old');
    const file = await AtomicFile.create('/f/incoming', { disk, random });
    await file.write(Buffer.from('what came was damaged'));
    await file.restart();
    await file.write(Buffer.from('content'));
    assert.equal(file.size, 7);
    await file.commit('/f/by its hash');
    await file.discard();
    assert.deepEqual(await disk.list('/f'), ['by its hash', 'file']);
    assert.equal(await textOf(disk, '/f/by its hash'), 'content');
  });

  it('does not take the place of a folder', async () => {
    const disk = await diskWith(undefined);
    await disk.makeFolder(path);
    await assert.rejects(write(disk, new SeededRandom(1), 'new'), { message: '/f/file is a folder' });
    assert.deepEqual(await disk.list('/f'), ['file']);
  });
});

describe('an atomic file on the disk of the system', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'edge-sync-atomic-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const put = (to: string, text: string, mode?: number): Promise<void> =>
    replaceFile(to, { disk: systemDisk, random: systemRandom, ...(mode !== undefined && { mode }) }, (file) =>
      file.write(Buffer.from(text)),
    );

  const modeOf = async (of: string): Promise<number> => (await stat(of)).mode & 0o777;

  it('has the mode of the file that it replaces, and while it is written no more', async () => {
    const file = join(folder, 'file');
    for (const mode of [0o600, 0o640, 0o666, 0o444]) {
      await writeFile(file, 'old', { flag: 'w' });
      await chmod(file, mode);
      await replaceFile(file, { disk: systemDisk, random: systemRandom, mode: 0o666 }, async (writing) => {
        await writing.write(Buffer.from('new'));
        const [temporary = ''] = (await readdir(folder)).filter((name) => name !== 'file');
        assert.equal((await modeOf(join(folder, temporary))) & ~mode, 0);
      });
      assert.deepEqual([await modeOf(file), await readFile(file, 'utf8')], [mode, 'new']);
      await rm(file, { force: true });
    }
    await put(file, 'new');
    assert.equal(await modeOf(file), 0o600);
    await rm(file);
    await put(file, 'new', 0o666);
    assert.equal(await modeOf(file), 0o666 & ~process.umask());
  });

  it('has names of any length, in any script', async () => {
    for (const letter of ['x', 'é', '漢', '🙂']) {
      const name = letter.repeat(Math.floor(255 / Buffer.byteLength(letter)));
      await put(join(folder, name), name);
      assert.equal(await readFile(join(folder, name), 'utf8'), name);
    }
    assert.equal((await readdir(folder)).length, 4);
  });

  it('says where a folder is missing', async () => {
    const file = join(folder, 'none', 'file');
    await assert.rejects(put(file, 'x'), { code: 'STORAGE_FAILED', message: /none\/file: ENOENT/ });
    await mkdir(join(folder, 'none'));
    await put(file, 'x');
  });
});

describe('a temporary name', () => {
  it('is cut between characters, and known again', () => {
    const random = new SeededRandom(1);
    for (const letter of ['x', 'é', '漢', '🙂']) {
      const long = join('/f', `a${letter.repeat(63)}`);
      const name = basename(temporaryFor(long, random));
      assert.ok(Buffer.byteLength(name) < 140, name);
      assert.match(name, new RegExp(`^\\.a(${letter})+\\.[0-9a-z]{26}\\.part$`, 'u'));
      assert.ok(isTemporaryFor(long, name));
    }
    assert.ok(!isTemporaryFor('/f/journal', '.other.abc.part') && !isTemporaryFor('/f/journal', 'journal'));
  });
});
