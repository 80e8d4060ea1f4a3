import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Outbox, type SyncServiceError } from '../../../src/client';
import { isStorageError, type StorageErrorCode } from '../../../src/storage/errors';
import { frameOf } from '../../../src/storage/frames';
import type { DiskOperation } from '../../support/memory-disk';
import { failure as failureOfDisk } from '../../support/memory-disk';
import { MadeUpProcesses } from '../../support/processes';
import { folder, Ground } from './ground';
import { down, ScriptedService } from './scripted-service';

const first = `${folder}/00000001.log`;

/** What a disk that has turned read-only refuses. */
const changing: ReadonlySet<DiskOperation['name']> = new Set([
  'write',
  'truncate',
  'rename',
  'remove',
  'removeFolder',
  'makeFolder',
]);

function object(objectID: string): { objectType: string; objectID: string } {
  return { objectType: 't', objectID };
}

/** Tells an error of the outbox that has this one of the disk as its cause. */
function because(code: StorageErrorCode): (error: SyncServiceError) => boolean {
  return (error) => error.code === 'SYNC_STORAGE' && isStorageError(error.cause, code);
}

describe('an outbox and its disk', () => {
  function away(): Ground {
    const ground = new Ground();
    ground.service.answer = down;
    return ground;
  }

  const names = (outbox: Outbox): string[] => outbox.entries().map(({ objectID }) => objectID);

  it('has what it confirmed after a power cut, whatever of the unsynced that takes away', async () => {
    for (let round = 0; round < 40; round += 1) {
      const ground = away();
      for (let draw = 0; draw < round; draw += 1) ground.random.next();
      const outbox = await ground.open();
      await outbox.put(object('a'), 'x');
      await outbox.put(object('b'), Buffer.alloc(100_000));
      ground.crash();
      const after = await ground.open();
      assert.deepEqual(names(after), ['a', 'b'], `round ${round}`);
      assert.deepEqual(await ground.disk.list(`${folder}/data`), [
        createHash('sha256').update(Buffer.alloc(100_000)).digest('hex'),
      ]);
    }
  });

  it('writes together what comes while the disk is busy, with one sync', async () => {
    const ground = away();
    const outbox = await ground.open();
    let syncs = 0;
    ground.disk.before = ({ name }: DiskOperation) => {
      if (name === 'datasync') syncs += 1;
    };
    await Promise.all(Array.from({ length: 500 }, (_, count) => outbox.put(object(`o${count}`), 'x')));
    assert.ok(syncs <= 2, `${syncs} syncs`);
    await ground.close(outbox);
  });

  it('is closed for whoever waits, and says so, also where the disk fails meanwhile', async () => {
    const ground = away();
    const outbox = await ground.open();
    const waiting = assert.rejects(outbox.whenEnded(await outbox.put(object('a'), 'x')), {
      code: 'SYNC_CLOSED',
    });
    const phases: string[] = [];
    outbox.onState(({ phase }) => phases.push(phase));
    ground.disk.before = ({ name, path }: DiskOperation) => {
      throw failureOfDisk('EIO', name, path);
    };
    await assert.rejects(ground.close(outbox), { code: 'SYNC_STORAGE' });
    await waiting;
    assert.equal(phases.at(-1), 'closed');
  });

  it('cuts off what was being written when the power went', async () => {
    const ground = away();
    const outbox = await ground.open();
    await outbox.put(object('a'), 'x');
    await outbox.put(object('b'), 'x');
    const file = await ground.disk.open(first, 'change');
    await file.truncate((await file.size()) - 5);
    await file.close();
    ground.kill();
    const after = await ground.open();
    assert.deepEqual([names(after), after.damage], [['a'], []]);
    await after.put(object('c'), 'x');
    ground.kill();
    assert.deepEqual(names(await ground.open()), ['a', 'c']);
  });

  it('keeps aside what is damaged in the middle, says so once, and loses nothing behind it', async () => {
    const ground = away();
    const outbox = await ground.open();
    const entries = [];
    for (const name of ['a', 'b', 'c']) entries.push(await outbox.put(object(name), `data of ${name}`));
    const file = await ground.disk.open(first, 'change');
    const bytes = Buffer.alloc(await file.size());
    await file.read(bytes, 0);
    await file.write(Buffer.from('!'), bytes.indexOf('data of b'));
    await file.close();
    ground.kill();
    const after = await ground.open();
    assert.deepEqual(names(after), ['a', 'c']);
    assert.equal(after.damage.length, 1);
    const kept = await ground.disk.open(String(after.damage[0]?.keptIn), 'read');
    const aside = Buffer.alloc(await kept.size());
    await kept.read(aside, 0);
    await kept.close();
    assert.ok(aside.includes('ata of b'));
    ground.kill();
    const last = await ground.open();
    assert.deepEqual([names(last), last.damage], [['a', 'c'], []]);
  });

  it('has a dead letter of what the disk does not give any more when it is to be sent', async () => {
    const ground = away();
    const outbox = await ground.open();
    await outbox.put(object('a'), 'data of a');
    await outbox.put(object('b'), 'data of b');
    const file = await ground.disk.open(first, 'change');
    const bytes = Buffer.alloc(await file.size());
    await file.read(bytes, 0);
    await file.write(Buffer.from('!'), bytes.indexOf('data of a'));
    await file.close();
    ground.service.answer = () => undefined;
    ground.client.showLife();
    await ground.pass(1_000);
    assert.deepEqual(ground.told.toSorted(), ['refused 1', 'sent 2']);
    assert.equal(outbox.deadLetters()[0]?.reason?.code, 'SYNC_CHANGED_DATA');
    await ground.close(outbox);
  });

  for (const [what, size] of [
    ['record', 10],
    ['file', 100_000],
  ] as const) {
    it(`sends an entry whose ${what} the disk does not give for a while once it does, and has a dead letter where it never does`, async () => {
      for (const isPassing of [true, false]) {
        const ground = away();
        const outbox = await ground.open();
        await outbox.put(object('a'), Buffer.alloc(size));
        await ground.pass(100);
        ground.disk.before = ({ name, path }) => {
          if (name === 'read') throw failureOfDisk('EIO', name, path);
        };
        ground.service.answer = () => undefined;
        ground.client.showLife();
        await ground.pass(10_000);
        assert.deepEqual([ground.told, outbox.entries()[0]?.reason?.code], [[], 'SYNC_STORAGE']);
        if (isPassing) ground.disk.before = () => undefined;
        await ground.pass(12 * 3_600_000);
        assert.deepEqual(ground.told, [isPassing ? 'sent 1' : 'refused 1']);
        assert.equal(outbox.deadLetters()[0]?.reason?.code, isPassing ? undefined : 'SYNC_STORAGE');
        await ground.close(outbox);
      }
    });
  }

  it('leaves alone what a newer version has written', async () => {
    const ground = away();
    const outbox = await ground.open();
    await ground.close(outbox);
    const file = await ground.disk.open(first, 'replace');
    await file.write(frameOf([Buffer.from([13, 0, 0, 0]), Buffer.from('{"future":{}}')]), 0);
    await file.close();
    await assert.rejects(ground.open(), because('STORAGE_UNREADABLE'));
    assert.equal(ground.disk.openFiles, 0);
    assert.deepEqual((await ground.disk.list(folder)).includes('lock'), false);
  });

  it('says that the disk is full, keeps what it had, and takes more once there is space', async () => {
    const ground = away();
    const outbox = await ground.open();
    await outbox.put(object('a'), 'x');
    ground.disk.capacity = 2_000;
    await assert.rejects(outbox.put(object('b'), Buffer.alloc(3_000)), because('STORAGE_FULL'));
    await assert.rejects(outbox.put(object('b'), Buffer.alloc(100_000)), because('STORAGE_FULL'));
    assert.deepEqual(names(outbox), ['a']);
    await outbox.put(object('c'), 'x');
    ground.disk.capacity = Number.POSITIVE_INFINITY;
    await outbox.put(object('d'), Buffer.alloc(3_000));
    ground.crash();
    assert.deepEqual(names(await ground.open()), ['a', 'c', 'd']);
  });

  it('goes on where the disk has turned read-only: what it has is sent, what comes is refused, until it is mended', async () => {
    const ground = away();
    const outbox = await ground.open();
    for (const name of ['a', 'b']) await outbox.put(object(name), 'x');
    let isReadOnly = true;
    ground.disk.before = ({ name, path }: DiskOperation) => {
      if (isReadOnly && changing.has(name)) throw failureOfDisk('EROFS', name, path);
    };
    await assert.rejects(outbox.put(object('c'), 'x'), because('STORAGE_DENIED'));
    ground.service.asked.length = 0;
    ground.service.answer = () => undefined;
    await ground.pass(60_000);
    assert.deepEqual(ground.service.asked, ['publish t/a x', 'publish t/b x']);
    assert.deepEqual(ground.told, ['sent 1', 'sent 2']);
    isReadOnly = false;
    await outbox.put(object('d'), 'x');
    await ground.pass(60_000);
    assert.deepEqual(ground.service.asked.slice(2), ['publish t/d x']);
    await ground.close(outbox);
    assert.deepEqual(names(await ground.open()), []);
  });

  it('has nothing of what it refused after a sync that failed', async () => {
    const ground = away();
    const outbox = await ground.open();
    await outbox.put(object('a'), 'x');
    let fails = true;
    ground.disk.before = ({ name, path }: DiskOperation) => {
      if (fails && name === 'datasync') throw failureOfDisk('EIO', name, path);
    };
    await assert.rejects(outbox.put(object('b'), 'x'), { code: 'SYNC_STORAGE' });
    fails = false;
    await outbox.put(object('c'), 'x');
    assert.deepEqual(names(outbox), ['a', 'c']);
    ground.crash();
    assert.deepEqual(names(await ground.open()), ['a', 'c']);
  });

  it('has nothing of what it refused after a write that failed in its middle, also after a power cut', async () => {
    for (let round = 0; round < 40; round += 1) {
      const ground = away();
      for (let draw = 0; draw < round; draw += 1) ground.random.next();
      const outbox = await ground.open();
      let writes = 0;
      ground.disk.before = ({ name, path }: DiskOperation) => {
        if (name !== 'write') return;
        writes += 1;
        if (writes === 2) throw failureOfDisk('EIO', name, path);
      };
      const puts = ['a', 'b', 'c', 'd'].map((name) => outbox.put(object(name), Buffer.alloc(1_000)));
      for (const put of puts) await assert.rejects(put, { code: 'SYNC_STORAGE' });
      ground.crash();
      assert.deepEqual(names(await ground.open()), [], `round ${round}`);
    }
  });

  it('forgets what ends while it is written anew', async () => {
    const ground = away();
    const outbox = await ground.open({ bytes: 1_048_576 });
    const entry = await outbox.put(object('cold'), 'x');
    await ground.pass();
    let dropping: Promise<void> | undefined;
    ground.disk.before = ({ name, path }: DiskOperation) => {
      // What the first segment holds is read to be written to another.
      if (name === 'read' && path.includes('00000001.log')) dropping ??= outbox.drop(entry);
    };
    for (let count = 0; !dropping && count < 5_000; count += 1) {
      // Some that stay stand among those that go, so that something has to be done for room.
      if (count % 30 === 0) await outbox.put(object(`cold-${count}`), 'x');
      await outbox.put(object('hot'), Buffer.alloc(1_000, `${count} `));
    }
    await dropping;
    await ground.pass();
    const kept = names(outbox);
    assert.ok(dropping && !kept.includes('cold') && kept.includes('cold-0'));
    ground.crash();
    assert.deepEqual(names(await ground.open()), kept);
  });

  it('sends nothing again that it has told as sent where a file that is of no use any more cannot be removed', async () => {
    const ground = new Ground();
    ground.service.answer = down;
    const limits = { bytes: 1_048_576 };
    const outbox = await ground.open(limits);
    for (const objectID of ['a', 'b', 'c', 'd']) {
      await outbox.put({ objectType: 't', objectID }, Buffer.alloc(30_000, objectID));
    }
    ground.disk.before = ({ name, path }) => {
      if (name === 'remove') throw failureOfDisk('EACCES', name, path);
    };
    ground.service.answer = () => undefined;
    await ground.pass(120_000);
    assert.deepEqual([outbox.state.waiting, outbox.state.ended.sent], [0, 4]);
    ground.kill();
    ground.service.asked.length = 0;
    const after = await ground.open(limits);
    await ground.pass(5_000);
    assert.deepEqual(ground.service.asked, []);
    await ground.close(after);
    assert.equal(ground.disk.openFiles, 0);
  });

  it('keeps what is being put when it is closed', async () => {
    const ground = away();
    const outbox = await ground.open();
    const putting = outbox.put(object('a'), Buffer.alloc(1_000_000));
    await ground.close(outbox);
    assert.equal((await putting).id, 1);
    assert.deepEqual(names(await ground.open()), ['a']);
  });

  it("is nobody else's before all that is not needed any more is gone from it", async () => {
    const ground = new Ground();
    const outbox = await ground.open();
    let goOn: (value?: unknown) => void = () => undefined;
    const gone = new Promise((resolve) => {
      goOn = resolve;
    });
    let isGoing = false;
    ground.disk.before = async ({ name, path }: DiskOperation) => {
      if (name !== 'remove' || !path?.startsWith(`${folder}/data/`)) return;
      isGoing = true;
      await gone;
    };
    await ground.inTime(outbox.put(object('a'), Buffer.alloc(1_000_000)));
    for (let passed = 0; !isGoing && passed < 1_000; passed += 1) await ground.pass(100);
    assert.ok(isGoing, 'it is sent, and its data goes');
    let isClosed = false;
    const closing = outbox.close().then(() => {
      isClosed = true;
    });
    for (let passed = 0; passed < 100; passed += 1) await ground.pass(1_000);
    assert.ok(!isClosed);
    goOn();
    await ground.inTime(closing);
    assert.deepEqual(await ground.disk.list(`${folder}/data`), []);
  });

  it('is of one process: the second says so', async () => {
    const ground = away();
    const outbox = await ground.open();
    const { client, clock, disk, random } = ground;
    const others = new MadeUpProcesses();
    const processes = { ...others.start(), stateOf: async () => 'runs' as const };
    const second = Outbox.open({ folder, client }, { clock, disk, random, processes });
    await assert.rejects(second, { code: 'SYNC_STORAGE', message: /is in use by process \d+ on gateway/ });
    await outbox.put(object('a'), 'x');
    await ground.close(outbox);
  });

  it('writes all anew after one that counts as dead since it was silent: that may write on to what it has open', async () => {
    const ground = away();
    const outbox = await ground.open();
    await outbox.put(object('a'), 'x');
    const { client, clock, random } = ground;
    ground.disk = ground.disk.kill();
    const processes = { ...new MadeUpProcesses().start(), stateOf: async () => 'unknown' as const };
    const began = clock.elapsed();
    const after = await ground.inTime(
      Outbox.open({ folder, client }, { clock, disk: ground.disk, random, processes }),
    );
    assert.ok(clock.elapsed() - began >= 8_000);
    assert.deepEqual(names(after), ['a']);
    const logs = (await ground.disk.list(folder)).filter((name) => name.endsWith('.log'));
    assert.deepEqual(logs, ['00000002.log']);
    await ground.close(after);
  });

  it('is an error where there is no space for that', async () => {
    const ground = away();
    const outbox = await ground.open();
    await outbox.put(object('a'), Buffer.alloc(5_000));
    const { client, clock, random } = ground;
    ground.disk = ground.disk.kill();
    ground.disk.capacity = 8_000;
    const processes = { ...new MadeUpProcesses().start(), stateOf: async () => 'unknown' as const };
    const opening = Outbox.open({ folder, client }, { clock, disk: ground.disk, random, processes });
    await assert.rejects(ground.inTime(opening), because('STORAGE_FULL'));
    // One that has died writes no more: it can stay as it is.
    ground.kill();
    ground.disk.capacity = 8_000;
    assert.deepEqual(names(await ground.open()), ['a']);
  });

  it('stays as it is where it was closed, and is written anew where its process has died', async () => {
    const ground = away();
    const outbox = await ground.open();
    await outbox.put(object('a'), 'x');
    await ground.close(outbox);
    const logs = async (): Promise<string[]> =>
      (await ground.disk.list(folder)).filter((name) => name.endsWith('.log'));
    await ground.open();
    assert.deepEqual(await logs(), ['00000001.log', '00000002.log']);
    ground.kill();
    assert.deepEqual(names(await ground.open()), ['a']);
    assert.deepEqual(await logs(), ['00000003.log']);
  });

  describe('of the system', () => {
    let home: string;

    beforeEach(async () => {
      home = await mkdtemp(join(tmpdir(), 'outbox-'));
    });
    afterEach(() => rm(home, { recursive: true, force: true }));

    it('is for nobody else, and holds nothing any more once all is sent', async () => {
      const service = new ScriptedService();
      service.answer = down;
      const path = join(home, 'a', 'outbox');
      const outbox = await Outbox.open({ folder: path, client: service.client() });
      await outbox.put(object('a'), 'x');
      await outbox.put(object('b'), Buffer.alloc(100_000));
      const files = (await readdir(path, { recursive: true, withFileTypes: true })).filter((entry) =>
        entry.isFile(),
      );
      assert.equal(files.length, 3);
      for (const { name, parentPath } of files) {
        assert.equal((await stat(join(parentPath, name))).mode & 0o777, 0o600, name);
      }
      for (const each of [path, join(path, 'data')])
        assert.equal((await stat(each)).mode & 0o777, 0o700, each);
      await outbox.close();
      const client = service.client();
      const after = await Outbox.open({ folder: path, client });
      service.answer = () => undefined;
      client.showLife();
      await Promise.all([1, 2].map((id) => after.whenEnded({ id })));
      await after.close();
      assert.deepEqual(await readdir(join(path, 'data')), []);
      assert.deepEqual((await readdir(path)).toSorted(), ['00000002.log', 'data']);
    });

    it('is an error when it is opened where it cannot be written', async () => {
      const path = join(home, 'file');
      await writeFile(path, '');
      const client = new ScriptedService().client();
      await assert.rejects(Outbox.open({ folder: path, client }), { code: 'SYNC_STORAGE' });
      if (process.getuid?.() === 0) return;
      await chmod(home, 0o500);
      await assert.rejects(Outbox.open({ folder: join(home, 'x'), client }), { code: 'SYNC_STORAGE' });
    });
  });
});
