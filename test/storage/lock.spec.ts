import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { holderIn } from '../../src/storage/holder';
import { FolderLock } from '../../src/storage/lock';
import { type Machine, thisMachine } from '../../src/storage/machine';
import type { ProcessIdentity } from '../../src/storage/processes';
import type { Clock } from '../../src/system/clock';
import { FrozenClock } from '../support/frozen-clock';
import { ManualClock, settle } from '../support/manual-clock';
import { failure, MemoryDisk } from '../support/memory-disk';
import { MadeUpProcesses } from '../support/processes';
import { program } from '../support/program';
import { SeededRandom } from '../support/random';

describe('the lock of a folder', () => {
  let disk: MemoryDisk;
  let clock: ManualClock;
  let world: MadeUpProcesses;
  const random = new SeededRandom(1);

  beforeEach(async () => {
    disk = new MemoryDisk(random);
    await disk.makeFolder('/f');
    clock = new ManualClock();
    world = new MadeUpProcesses();
  });

  interface Program {
    machine: Machine;
    take(): Promise<FolderLock>;
    end(): void;
  }

  function program(fields: Partial<ProcessIdentity> = {}, ownClock: Clock = clock): Program {
    const processes = world.start(fields);
    const machine = { disk, clock: ownClock, random, processes };
    return { machine, take: () => FolderLock.take('/f', machine), end: processes.end };
  }

  const container = (namespace: string): Partial<ProcessIdentity> => ({
    host: namespace,
    namespace,
    pid: 1,
    started: 'at the same time',
  });

  /** Has time pass until it ended. */
  async function inTime<T>(work: Promise<T>): Promise<T> {
    let ended = false;
    const mark = (): void => {
      ended = true;
    };
    work.then(mark, mark);
    for (let turn = 0; turn < 100 && !ended; turn += 1) await clock.advance(500);
    return work;
  }

  it('is held by one, who is named to the others, until it lets go', async () => {
    const [one, other] = [program({ host: 'gateway-7' }), program()];
    const lock = await one.take();
    await assert.rejects(other.take(), {
      code: 'STORAGE_IN_USE',
      message: '/f is in use by process 1 on gateway-7',
    });
    await assert.rejects(one.take(), { code: 'STORAGE_IN_USE' });
    await lock.release();
    const next = await other.take();
    assert.equal(next.wasSilent, false);
    await next.release();
    assert.deepEqual(await disk.list('/f'), []);
    assert.equal(clock.waiting, 0);
    assert.equal(disk.openFiles, 0);
  });

  it('is nobody’s any more when its process has ended, at once', async () => {
    const one = program({ pid: 7 });
    await one.take();
    one.end();
    // Somebody else has its number now.
    program({ pid: 7 });
    const lock = await program().take();
    assert.equal(lock.wasSilent, false);
    assert.equal(clock.elapsed(), 0);
  });

  it('answers where two containers have pid 1, and the other lives', async () => {
    await program(container('one')).take();
    const message = '/f is in use by process 1 on one';
    // What it answers names it still.
    for (const other of ['two', 'three']) {
      const before = clock.elapsed();
      await assert.rejects(inTime(program(container(other)).take()), { code: 'STORAGE_IN_USE', message });
      assert.ok(clock.elapsed() - before <= 3_000, 'as soon as it answered');
    }
  });

  it('is free where the other container stood still for long enough', async () => {
    await program(container('one'), new FrozenClock(clock)).take();
    const lock = await inTime(program(container('two')).take());
    assert.equal(lock.wasSilent, true);
    assert.ok(clock.elapsed() >= 8_000 && clock.elapsed() <= 9_000, String(clock.elapsed()));
  });

  it('is asked itself after a boot, and where the system tells nothing', async () => {
    for (const [before, after] of [
      [{ boot: 'one' }, { boot: 'two' }],
      [{ boot: undefined }, { boot: undefined }],
      [{ namespace: undefined }, { namespace: undefined }],
    ]) {
      await program(before, new FrozenClock(clock)).take();
      const alive = await inTime(program(after).take());
      assert.equal(alive.wasSilent, true);
      await assert.rejects(inTime(program(before).take()), { code: 'STORAGE_IN_USE' });
      await alive.release();
    }
  });

  it('is lost by who was frozen, which learns of it before it says of anything that it is kept', async () => {
    const ownClock = new FrozenClock(clock);
    const frozen = await program(container('one'), ownClock).take();
    await frozen.confirm();
    const lock = await inTime(program(container('two')).take());
    await assert.rejects(frozen.confirm(), {
      code: 'STORAGE_LOST',
      message: '/f was taken over by another process, or removed, while this one stood still',
    });
    ownClock.thaw();
    await clock.advance(20_000);
    await assert.rejects(frozen.confirm(), { code: 'STORAGE_LOST' });
    await frozen.release();
    await lock.confirm();
    assert.equal((await disk.list('/f/lock')).length, 1);
  });

  it('is kept by who was frozen when nobody else came', async () => {
    const ownClock = new FrozenClock(clock);
    const frozen = await program(container('one'), ownClock).take();
    await clock.advance(60_000);
    const other = program(container('two')).take();
    const refused = assert.rejects(other, { code: 'STORAGE_IN_USE' });
    await clock.advance(3_000);
    await frozen.confirm();
    await clock.advance(3_000);
    await refused;
  });

  it('names machines in any script, and is asked for them', async () => {
    const message = '/f is in use by process 1 on küche-机器🙂';
    await program({ ...container('one'), host: 'küche-机器🙂' }).take();
    await assert.rejects(inTime(program(container('two')).take()), { message });
    assert.ok(clock.elapsed() <= 3_000, 'it answered');
  });

  it('is free at once where it is let go while somebody asks', async () => {
    const lock = await program(container('one')).take();
    const taken = program(container('two')).take();
    await settle();
    await lock.release();
    assert.equal((await inTime(taken)).wasSilent, false);
    assert.ok(clock.elapsed() <= 1_500, String(clock.elapsed()));
  });

  it('writes nothing while nobody asks', async () => {
    await program().take();
    const written: string[] = [];
    disk.before = ({ name, path }) => {
      if (name === 'write') written.push(path);
    };
    await clock.advance(60_000);
    assert.deepEqual(written, []);
  });

  it('asks the disk only when it is in doubt, and says what the disk says then', async () => {
    const lock = await program().take();
    await clock.advance(60_000);
    const { steps } = disk;
    await lock.confirm();
    assert.equal(disk.steps, steps);
    disk.before = ({ name, path }) => {
      throw failure('EIO', name, path);
    };
    await clock.advance(3_000);
    await lock.confirm();
    await clock.advance(3_000);
    await assert.rejects(lock.confirm(), { code: 'STORAGE_FAILED', message: /EIO/ });
    disk.before = () => undefined;
    await lock.confirm();
    await clock.advance(60_000);
    const later = disk.steps;
    await lock.confirm();
    assert.equal(disk.steps, later);
  });

  it('is let go also while it looks', async () => {
    const lock = await program().take();
    let goOn = (): void => undefined;
    disk.before = ({ name }) => {
      if (name !== 'read') return undefined;
      return new Promise((resolve) => {
        goOn = resolve;
      });
    };
    await clock.advance(2_000);
    const released = lock.release();
    goOn();
    await released;
    assert.deepEqual([clock.waiting, disk.openFiles, await disk.list('/f')], [0, 0, []]);
  });

  it('answers also who asks while it is at an answer', async () => {
    await program(container('one')).take();
    let writes = 0;
    let late: Promise<unknown> | undefined;
    disk.before = async ({ name }) => {
      if (name !== 'write') return;
      writes += 1;
      // A question is written in two steps, as all is here; the fourth is the second of the answer.
      if (writes !== 4) return;
      disk.before = () => undefined;
      late = assert.rejects(program(container('three')).take(), { code: 'STORAGE_IN_USE' });
      await settle();
    };
    await assert.rejects(inTime(program(container('two')).take()), { code: 'STORAGE_IN_USE' });
    assert.ok(late);
    await inTime(late);
  });

  it('is free where a power cut left nothing of it that can be read, or version 0.1.0 its own', async () => {
    await disk.makeFolder('/f/lock');
    await (await program().take()).release();
    await disk.makeFolder('/f/lock');
    for (const sign of ['', '{"host":"gate', 'null', '{"host":"gateway","pid":-1}']) {
      const file = await disk.open('/f/lock/token', 'keep');
      await file.write(Buffer.from(sign), 0);
      await file.close();
      await (await inTime(program().take())).release();
      await disk.makeFolder('/f/lock');
    }
    await disk.removeFolder('/f/lock');
    const file = await disk.open('/f/lock', 'create');
    await file.write(Buffer.from('1'), 0);
    await file.close();
    await (await program().take()).release();
  });

  it('is nobody’s whose number would mean groups of processes', () => {
    const told = { host: 'gateway', pid: 1 };
    assert.equal(holderIn(JSON.stringify(told))?.pid, 1);
    for (const pid of [0, -1, 1.5, '1']) assert.equal(holderIn(JSON.stringify({ ...told, pid })), undefined);
    for (const sign of ['null', '{"pid":1}', '{"pid"']) assert.equal(holderIn(sign), undefined);
  });

  it('leaves nothing behind of those who died while they took it', async () => {
    let left: string[] = [];
    for (let step = 1; ; step += 1) {
      disk = new MemoryDisk(random);
      await disk.makeFolder('/f');
      const first = disk.steps;
      let after: MemoryDisk | undefined;
      disk.before = (operation) => {
        if (operation.step === first + step) after = disk.kill();
      };
      const dying = program();
      const taken = dying.take().then(() => 'taken');
      const ended = await Promise.race([taken, new Promise((resolve) => setImmediate(resolve))]);
      if (ended === 'taken') break;
      assert.ok(after);
      dying.end();
      disk = after;
      left.push(...(await disk.list('/f')));
      const lock = await inTime(program().take());
      assert.deepEqual(await disk.list('/f'), ['lock'], `killed at step ${step}`);
      await lock.release();
    }
    left = left.filter((name) => name !== 'lock');
    assert.ok(left.length > 0);
  });

  it('is not had by one whose preparation somebody has tidied up before it was renamed', async () => {
    let tidied: string | undefined;
    disk.before = async ({ name, path }) => {
      if (name !== 'rename' || tidied) return;
      tidied = `${path}/${path.slice('/f/lock.'.length)}`;
      await disk.remove(tidied);
    };
    await program().take();
    assert.ok(tidied);
    assert.equal((await disk.list('/f/lock')).length, 1);
    await assert.rejects(program().take(), { code: 'STORAGE_IN_USE' });
  });

  it('is lost also by who answers while it is removed', async () => {
    const lock = await program().take();
    const path = `/f/lock/${(await disk.list('/f/lock'))[0]}`;
    const file = await disk.open(path, 'change');
    await file.write(Buffer.from('?'), 1_024);
    disk.before = async ({ name }) => {
      if (name === 'write') await disk.remove(path);
    };
    await clock.advance(2_000);
    await assert.rejects(lock.confirm(), { code: 'STORAGE_LOST' });
  });

  it('is free also where nothing can be renamed over a folder', async () => {
    const dead = program();
    await dead.take();
    dead.end();
    disk.before = async ({ name, path }) => {
      if (name === 'rename' && (await disk.stat('/f/lock'))) throw failure('EPERM', name, path);
    };
    await (await program().take()).release();
  });

  it('says what the disk says', async () => {
    for (const [code, told] of [
      ['EACCES', 'STORAGE_DENIED'],
      ['ENOSPC', 'STORAGE_FULL'],
      ['EIO', 'STORAGE_FAILED'],
    ] as const) {
      let tries = 0;
      disk.before = ({ name, path }) => {
        if (name !== 'makeFolder') return;
        tries += 1;
        throw failure(code, name, path);
      };
      await assert.rejects(program().take(), { code: told });
      // Some systems say so, too, where another was faster.
      assert.equal(tries > 1, code === 'EACCES');
    }
    assert.equal(clock.waiting, 0);
  });

  it('is free for the process itself, wherever a disk failed while it was given back or taken', async () => {
    let failures = 0;
    for (const during of ['take', 'release'] as const) {
      for (let step = 1, isOver = false; !isOver; step += 1) {
        disk = new MemoryDisk(random);
        await disk.makeFolder('/f');
        const one = program();
        const held = during === 'release' ? await one.take() : undefined;
        const last = disk.steps + step;
        disk.before = (operation) => {
          if (operation.step >= last) throw failure('EIO', operation.name, operation.path);
        };
        const error: unknown = await (held ? held.release() : one.take()).then(
          () => undefined,
          (reason: unknown) => reason,
        );
        isOver = error === undefined;
        disk.before = () => undefined;
        if (isOver && !held) break;
        failures += isOver ? 0 : 1;
        const lock = await one.take();
        await assert.rejects(one.take(), { code: 'STORAGE_IN_USE' }, 'it is held again');
        await assert.rejects(program().take(), { code: 'STORAGE_IN_USE' });
        await lock.release();
        assert.deepEqual(await disk.list('/f'), [], `${during}, step ${step}`);
      }
    }
    assert.ok(failures > 5, String(failures));
  });

  it('is one’s of all who try at once', async () => {
    for (let seed = 0; seed < 50; seed += 1) {
      const order = new SeededRandom(seed);
      const shared = new MemoryDisk(order);
      await shared.makeFolder('/f');
      const dead = world.start();
      await FolderLock.take('/f', { disk: shared, clock, random: order, processes: dead });
      dead.end();
      // Each operation takes another number of turns, so that they cut in on each other.
      shared.before = async () => {
        for (let turns = order.below(4); turns > 0; turns -= 1) await Promise.resolve();
      };
      const tries = Array.from({ length: 5 }, () =>
        FolderLock.take('/f', { disk: shared, clock, random: order, processes: world.start() }),
      );
      const results = await Promise.allSettled(tries);
      const held = results.filter(({ status }) => status === 'fulfilled');
      const errors = results.flatMap((each) => (each.status === 'rejected' ? [each.reason.code] : []));
      assert.equal(held.length, 1, `seed ${seed}: ${errors.join()}`);
      assert.deepEqual(new Set(errors), new Set(['STORAGE_IN_USE']), `seed ${seed}`);
    }
  });
});

describe('the lock of a folder, between processes', () => {
  let folder: string;
  let children: ChildProcess[];
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'edge-sync-lock-'));
    children = [];
  });
  afterEach(async () => {
    for (const child of children) child.kill('SIGKILL');
    await rm(folder, { recursive: true, force: true });
  });

  /** A process that takes the lock, and what it says of that. */
  async function holder(): Promise<{ child: ChildProcess; said: string }> {
    const child = spawn(process.execPath, [program(join(__dirname, 'lock-holder.ts')), folder]);
    children.push(child);
    const [piece] = (await once(child.stdout, 'data')) as [Buffer];
    return { child, said: piece.toString().trim() };
  }

  it('names the process that has it, and is free when that was killed', async () => {
    const { child, said } = await holder();
    assert.equal(said, 'taken');
    const message = `${folder} is in use by process ${child.pid} on ${hostname()}`;
    await assert.rejects(FolderLock.take(folder, thisMachine), { code: 'STORAGE_IN_USE', message });
    assert.equal((await holder()).said, message);
    child.kill('SIGKILL');
    await once(child, 'close');
    const lock = await FolderLock.take(folder, thisMachine);
    assert.equal(lock.wasSilent, false);
    await lock.release();
    assert.deepEqual(await readdir(folder), []);
  });
});
