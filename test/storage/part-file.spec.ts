import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { Machine } from '../../src/storage/machine';
import { thisMachine } from '../../src/storage/machine';
import { PartFile } from '../../src/storage/part-file';
import { PartFiles } from '../../src/storage/part-files';
import { partFor, temporaryFor } from '../../src/storage/temporary';
import { ManualClock, settle } from '../support/manual-clock';
import { failure, MemoryDisk } from '../support/memory-disk';
import { MadeUpProcesses } from '../support/processes';
import { SeededRandom } from '../support/random';

/** `EDGE_SYNC_SEED` has that one alone run. */
const seeds = process.env.EDGE_SYNC_SEED
  ? [Number(process.env.EDGE_SYNC_SEED)]
  : Array.from({ length: 300 }, (_, seed) => seed);
const path = '/f/model';
const folder = '/f/.model.part';
const largest = 200;

async function joined(pieces: AsyncIterable<Buffer>): Promise<Buffer> {
  const kept: Buffer[] = [];
  for await (const piece of pieces) kept.push(piece);
  return Buffer.concat(kept);
}

async function bytesOf(disk: MemoryDisk, of: string): Promise<Buffer | undefined> {
  if (!(await disk.stat(of))) return undefined;
  const file = await disk.open(of, 'read');
  const bytes = Buffer.alloc(await file.size());
  await file.read(bytes, 0);
  await file.close();
  return bytes;
}

/** Processes that make the same file one after the other and die at any operation of the disk. */
class History {
  readonly counts = { deaths: 0, wentOn: 0, damaged: 0 };
  readonly #random: SeededRandom;
  readonly #content: Buffer;
  readonly #world = new MadeUpProcesses();
  #disk: MemoryDisk;

  constructor(seed: number) {
    this.#random = new SeededRandom(seed);
    this.#content = Buffer.from(
      Array.from({ length: 1_000 + this.#random.below(1_000) }, () => this.#random.below(256)),
    );
    this.#disk = new MemoryDisk(this.#random);
  }

  async run(): Promise<void> {
    await this.#disk.makeFolder('/f');
    while (!(await this.#live()));
    assert.deepEqual(await bytesOf(this.#disk, path), this.#content);
  }

  /** @returns whether the file has its name. */
  async #live(): Promise<boolean> {
    const processes = this.#world.start();
    const disk = this.#disk;
    const death = disk.steps + 1 + this.#random.below(60 + 10 * this.counts.deaths);
    const died = new Promise<'died'>((resolve) => {
      disk.before = ({ step }) => {
        if (step !== death) return;
        this.#disk = this.#random.next() < 0.5 ? disk.crash() : disk.kill();
        resolve('died');
      };
    });
    const clock = new ManualClock();
    let end: 'whole' | 'died' | undefined;
    const ended = Promise.race([this.#make({ disk, clock, random: this.#random, processes }), died]);
    ended.then(
      (how) => {
        end = how;
      },
      () => undefined,
    );
    // Who finds the lock of a dead one, torn, waits for its answer.
    while (end === undefined) {
      await Promise.race([ended, settle()]);
      await clock.advance(1_000);
    }
    processes.end();
    disk.before = () => undefined;
    if (end === 'whole') return true;
    this.counts.deaths += 1;
    const found = await bytesOf(this.#disk, path);
    if (found) assert.deepEqual(found, this.#content);
    if (this.#random.next() < 0.3) await this.#damage();
    return found !== undefined;
  }

  async #make(machine: Machine): Promise<'whole'> {
    const part = await PartFile.open(folder, 0o600, machine);
    const kept = await joined(part.kept());
    assert.deepEqual(kept, this.#content.subarray(0, kept.length));
    if (kept.length > 0) this.counts.wentOn += 1;
    for (let at = kept.length; at < this.#content.length; ) {
      const piece = this.#content.subarray(at, at + 1 + this.#random.below(largest));
      await part.write(piece);
      at += piece.length;
    }
    assert.equal(part.checksum, crc32(this.#content));
    await part.commit(path);
    return 'whole';
  }

  /** Torn, longer than it was, or with other bytes. */
  async #damage(): Promise<void> {
    const of = join(folder, this.#random.pick(['data', 'record']));
    if (!(await this.#disk.stat(of))) return;
    this.counts.damaged += 1;
    const file = await this.#disk.open(of, 'change');
    const size = await file.size();
    const at = this.#random.below(size + 1);
    const how = this.#random.next();
    if (how < 0.3) await file.truncate(at);
    else
      await file.write(
        Buffer.from(Array.from({ length: 1 + this.#random.below(20) }, () => this.#random.below(256))),
        how < 0.6 ? size : at,
      );
    await file.close();
  }
}

describe('a part file', () => {
  it('holds the beginning of the file and nothing else, wherever a process dies, the power goes, or somebody writes to it', async () => {
    const counts = { deaths: 0, wentOn: 0, damaged: 0 };
    for (const seed of seeds) {
      const history = new History(seed);
      await history.run().catch((error: unknown) => {
        throw new Error(`Seed ${seed}: EDGE_SYNC_SEED=${seed} repeats it`, { cause: error });
      });
      for (const each of ['deaths', 'wentOn', 'damaged'] as const) counts[each] += history.counts[each];
    }
    if (seeds.length === 1) return;
    assert.ok(counts.deaths > 300 && counts.wentOn > 100 && counts.damaged > 50, JSON.stringify(counts));
  });

  it('does not vouch for its last piece, since that may be an error text; nor for anything after a restart', async () => {
    const random = new SeededRandom(1);
    const disk = new MemoryDisk(random);
    const world = new MadeUpProcesses();
    await disk.makeFolder('/f');
    const open = (): Promise<PartFile> =>
      PartFile.open(folder, 0o600, { disk, clock: new ManualClock(), random, processes: world.start() });
    const part = await open();
    for (const piece of ['one ', 'two ', 'Failed to read']) await part.write(Buffer.from(piece));
    await part.leave();
    const again = await open();
    assert.equal(String(await joined(again.kept())), 'one two ');
    await again.restart();
    assert.equal(again.checksum, 0);
    await again.leave();
    const last = await open();
    assert.equal(String(await joined(last.kept())), '');
    await last.write(Buffer.from('whole'));
    await last.commit(path);
    assert.equal(String(await bytesOf(disk, path)), 'whole');
    assert.deepEqual(await disk.list('/f'), ['model']);
    assert.equal(disk.openFiles, 0);
  });

  it('ends where the disk cannot be read any more', async () => {
    const random = new SeededRandom(1);
    const disk = new MemoryDisk(random);
    await disk.makeFolder('/f');
    const world = new MadeUpProcesses();
    const open = (): Promise<PartFile> =>
      PartFile.open(folder, 0o600, { disk, clock: new ManualClock(), random, processes: world.start() });
    const part = await open();
    for (const piece of ['one ', 'two ', 'three ']) await part.write(Buffer.from(piece));
    await part.leave();
    const failAtSecond = (code: string): void => {
      let reads = 0;
      disk.before = ({ name, path: read }) => {
        if (name !== 'read' || basename(read) !== 'data') return;
        reads += 1;
        if (reads > 1) throw failure(code, name, read);
      };
    };
    failAtSecond('ENOMEM');
    const refused = await open();
    await assert.rejects(joined(refused.kept()), { code: 'STORAGE_FAILED' }, 'it says nothing of the disk');
    await refused.leave();
    failAtSecond('EIO');
    const again = await open();
    assert.equal(String(await joined(again.kept())), 'one ');
    await again.discard();
    assert.deepEqual(await disk.list('/f'), []);
  });

  it('can be taken again by the same process, wherever a disk failed while it was opened, left, discarded or committed', async () => {
    const random = new SeededRandom(1);
    const clock = new ManualClock();
    const ends = {
      open: async () => undefined,
      leave: (part: PartFile) => part.leave(),
      discard: (part: PartFile) => part.discard(),
      // As whoever downloads does.
      commit: (part: PartFile) => part.commit(path).catch(() => part.leave()),
    };
    for (const [name, end] of Object.entries(ends)) {
      let failures = 0;
      for (let step = 1, isOver = false; !isOver; step += 1) {
        const disk = new MemoryDisk(random);
        await disk.makeFolder('/f');
        const machine = { disk, clock, random, processes: new MadeUpProcesses().start() };
        const open = (): Promise<PartFile> => PartFile.open(folder, 0o666, machine);
        const held = name === 'open' ? undefined : await open();
        const last = disk.steps + step;
        let hasFailed = false;
        disk.before = (operation) => {
          if (operation.step < last) return;
          hasFailed = true;
          throw failure('EIO', operation.name, operation.path);
        };
        await (held ? end(held) : open().then((part) => part.leave())).catch(() => undefined);
        disk.before = () => undefined;
        isOver = !hasFailed;
        failures += hasFailed ? 1 : 0;
        await (await open()).discard();
        assert.deepEqual(
          (await disk.list('/f')).filter((each) => each !== 'model'),
          [],
        );
        assert.equal(clock.waiting, 0, `${name}, step ${step}: nobody holds it`);
      }
      assert.ok(failures > 2, name);
    }
  });
});

describe('part files beside the files that they become', () => {
  let root: string;
  let target: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'edge-sync-test-'));
    target = join(root, 'model');
  });
  afterEach(() => rm(root, { recursive: true }));

  const take = (of: string, version: string, at = target): Promise<PartFile | undefined> =>
    new PartFiles(thisMachine).take(at, { of, version }, 0o640);

  it('are of one at a time, and of those who make the same of the same for the same name', async () => {
    const first = await take('a', '1');
    assert.ok(first);
    assert.equal(await take('a', '1'), undefined);
    for (const piece of ['one ', 'two ']) await first.write(Buffer.from(piece));
    await first.leave();
    for (const [of, at] of [
      ['b', target],
      ['a', join(root, 'other')],
    ] as const) {
      const other = await take(of, '1', at);
      assert.equal(other && String(await joined(other.kept())), '');
      await other?.discard();
    }
    const again = await take('a', '1');
    assert.equal(again && String(await joined(again.kept())), 'one ');
    await again?.commit(target);
    assert.deepEqual(await readdir(root), ['model']);
    assert.equal(await readFile(target, 'utf8'), 'one ');
    assert.equal((await stat(target)).mode & 0o777, 0o640 & ~process.umask());
  });

  it('go when another version is made of the same, unless somebody is at them', async () => {
    const [old, used, other] = [await take('a', '1'), await take('a', '2'), await take('b', '1')];
    await old?.leave();
    await other?.leave();
    const current = await take('a', '3');
    const left = [
      partFor(target, { of: 'a', version: '2' }),
      partFor(target, { of: 'a', version: '3' }),
      partFor(target, { of: 'b', version: '1' }),
    ];
    assert.deepEqual((await readdir(root)).sort(), left.map((each) => basename(each)).sort());
    await used?.leave();
    await current?.leave();
  });

  it('of another version that is not ours to remove stand in no way', async () => {
    const old = partFor(target, { of: 'a', version: '1' });
    await (await take('a', '1'))?.leave();
    const { disk } = thisMachine;
    const denied = Object.assign(new Error('denied'), { code: 'EACCES', syscall: 'scandir' });
    const foreign = {
      ...disk,
      list: (at: string) => (at === old ? Promise.reject(denied) : disk.list(at)),
      // Slower than what is refused.
      async stat(at: string) {
        if (at === target) await settle();
        return disk.stat(at);
      },
    };
    const died: unknown[] = [];
    const onDeath = (error: unknown): void => void died.push(error);
    process.on('unhandledRejection', onDeath);
    const part = await new PartFiles({ ...thisMachine, disk: foreign })
      .take(target, { of: 'a', version: '2' }, 0o640)
      .finally(() => process.off('unhandledRejection', onDeath));
    assert.deepEqual(died, []);
    await part?.write(Buffer.from('two'));
    await part?.commit(target);
    assert.deepEqual((await readdir(root)).sort(), [basename(old), 'model']);
    const own = new PartFiles({ ...thisMachine, disk: foreign });
    assert.equal(await own.take(target, { of: 'a', version: '1' }, 0o640), undefined);
  });

  it('go after a week; temporary files of dead processes after a day; what others have there stays', async () => {
    const old = new Date(Date.now() - 8 * 86_400_000);
    const yesterday = new Date(Date.now() - 26 * 3_600_000);
    const [abandoned, recent, used] = [
      partFor(target, { of: 'a', version: '1' }),
      partFor(target, { of: 'b', version: '1' }),
      partFor(target, { of: 'c', version: '1' }),
    ];
    await (await take('a', '1'))?.leave();
    await (await take('b', '1'))?.leave();
    const part = await take('c', '1');
    for (const each of [abandoned, used]) await utimes(join(each, 'data'), old, old);
    await utimes(join(recent, 'data'), yesterday, yesterday);
    const killed = temporaryFor(target, thisMachine.random);
    const running = temporaryFor(target, thisMachine.random);
    const foreign = [join(root, '.of-another-program.part'), join(root, 'film.part')];
    for (const each of [killed, running, ...foreign]) await writeFile(each, 'x');
    for (const each of [killed, ...foreign]) await utimes(each, yesterday, yesterday);
    const named = temporaryFor(join(root, 'folder'), thisMachine.random);
    await mkdir(named);
    await utimes(named, yesterday, yesterday);
    const clock = new ManualClock(Date.now());
    const files = new PartFiles({ ...thisMachine, clock });
    await files.tidy(root);
    const left = [recent, used, running, named, ...foreign].map((each) => basename(each)).sort();
    assert.deepEqual((await readdir(root)).sort(), left);
    await utimes(running, yesterday, yesterday);
    await files.tidy(root);
    assert.deepEqual((await readdir(root)).sort(), left, 'not looked at again at once');
    await clock.advance(3_600_000);
    await files.tidy(root);
    assert.ok(!(await readdir(root)).includes(basename(running)));
    await part?.leave();
  });
});
