import assert from 'node:assert/strict';
import {
  appendFile,
  type FileHandle,
  mkdir,
  mkdtemp,
  open,
  readFile,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileJournal } from '../../src/storage/file-journal';

describe('the journal', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'edge-sync-journal-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const path = (): string => join(folder, 'journal');

  /** What is kept, as the next process reads it. */
  async function kept(name: string): Promise<Record<string, unknown>> {
    const journal = await FileJournal.open(folder);
    const entries = Object.fromEntries(journal.map(name));
    await journal.close();
    return entries;
  }

  it('keeps the last value of each key, of each map', async () => {
    const journal = await FileJournal.open(folder);
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
  });

  it('has kept a change only once the disk has it', async () => {
    const journal = await FileJournal.open(folder);
    const probe = await open(path());
    const prototype = Object.getPrototypeOf(probe) as FileHandle;
    await probe.close();
    const { datasync } = prototype;
    let finish = (): void => undefined;
    const disk = new Promise<void>((resolve) => {
      finish = resolve;
    });
    let synced = false;
    prototype.datasync = async function (this: FileHandle) {
      await disk;
      await datasync.call(this);
      synced = true;
    };
    try {
      journal.map('objects').set('a', 1);
      const syncedWhenWritten = journal.written().then(() => synced);
      finish();
      assert.equal(await syncedWhenWritten, true);
    } finally {
      prototype.datasync = datasync;
    }
    await journal.close();
  });

  it('leaves out what was being written when the process ended, wherever it was cut', async () => {
    const journal = await FileJournal.open(folder);
    const map = journal.map('objects');
    map.set('whole', 'x'.repeat(50));
    await journal.written();
    const { size: whole } = await stat(path());
    map.set('data', 'new');
    map.set('metadata', 'new');
    await journal.close();
    const all = await readFile(path());
    assert.ok(all.length > whole);
    for (let cut = whole; cut < all.length; cut += 1) {
      await writeFile(path(), all.subarray(0, cut));
      assert.deepEqual(Object.keys(await kept('objects')), ['whole'], `cut at ${cut}`);
    }
    all.writeUInt8(all.readUInt8(all.length - 1) ^ 1, all.length - 1);
    await writeFile(path(), all);
    assert.deepEqual(Object.keys(await kept('objects')), ['whole'], 'another byte');
    // A disk that was cut off may have made room, and not written it.
    await writeFile(path(), Buffer.concat([all.subarray(0, whole), Buffer.alloc(4_096)]));
    assert.deepEqual(Object.keys(await kept('objects')), ['whole']);
  });

  it('goes on behind what it left out', async () => {
    const journal = await FileJournal.open(folder);
    journal.map('objects').set('a', 1);
    await journal.close();
    await appendFile(path(), 'torn');
    const next = await FileJournal.open(folder);
    next.map('objects').set('b', 2);
    await next.close();
    assert.deepEqual(await kept('objects'), { a: 1, b: 2 });
  });

  it('is written anew without what is past, and keeps what changes meanwhile', async () => {
    const journal = await FileJournal.open(folder, { rewriteAt: 10_000 });
    const map = journal.map<string | number>('objects');
    map.set('stays', 'here');
    for (let turn = 0; turn < 200; turn += 1) {
      map.set('changes', `${turn} ${'x'.repeat(1_000)}`);
      map.set('counts', turn);
      if (turn % 3 === 0) await journal.written();
    }
    await journal.written();
    const { size } = await stat(path());
    assert.ok(size < 30_000, `${size} bytes`);
    await journal.close();
    const { stays, changes, counts } = await kept('objects');
    assert.deepEqual([stays, String(changes).split(' ')[0], counts], ['here', '199', 199]);
  });

  it('says that something could not be kept, then and from then on', async () => {
    const journal = await FileJournal.open(folder);
    const map = journal.map('objects');
    map.set('a', () => 'what cannot be copied');
    await assert.rejects(journal.written(), /could not be cloned/);
    map.set('a', 1);
    await assert.rejects(journal.written(), /could not be cloned/);
    await assert.rejects(journal.close(), /could not be cloned/);
  });

  it('is used by one process at a time', async () => {
    const journal = await FileJournal.open(folder);
    await assert.rejects(FileJournal.open(folder), new RegExp(`is in use by process ${process.pid}`));
    await journal.close();
    await writeFile(join(folder, 'lock'), String(process.ppid));
    await assert.rejects(FileJournal.open(folder), new RegExp(`is in use by process ${process.ppid}`));
    // A process that has ended, and one that had our number before us.
    for (const past of ['999999999', String(process.pid), '']) {
      await writeFile(join(folder, 'lock'), past);
      await (await FileJournal.open(folder)).close();
    }
  });

  it('lets go of a folder that it cannot read', async () => {
    await mkdir(path());
    await assert.rejects(FileJournal.open(folder), { code: 'EISDIR' });
    await rm(path(), { recursive: true });
    await (await FileJournal.open(folder)).close();
  });
});
