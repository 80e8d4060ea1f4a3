import assert from 'node:assert/strict';
import type { DiskFile } from '../../src/storage/disk';
import { frameOf, readFrames, type Stretch } from '../../src/storage/frames';
import { failure, MemoryDisk } from '../support/memory-disk';
import { SeededRandom } from '../support/random';

/** The lengths of bodies, among them one longer than what is read at once. */
const lengths = [0, 1, 30, 5_000, 1_500_000, 40];

function bodyOf(index: number): Buffer {
  return Buffer.alloc(lengths[index] ?? 0, `body ${index} `);
}

/** What is in a file: the bodies that could be read, and the lengths of what could not. */
async function read(bytes: Buffer, disk = new MemoryDisk(new SeededRandom(1))): Promise<(Buffer | string)[]> {
  return contentsOf(await stretchesOf(await fileOf(bytes, disk)));
}

async function fileOf(bytes: Buffer, disk = new MemoryDisk(new SeededRandom(1))): Promise<DiskFile> {
  const file = await disk.open('/file', 'replace');
  await file.write(bytes, 0);
  return file;
}

async function stretchesOf(file: DiskFile): Promise<Stretch[]> {
  const stretches: Stretch[] = [];
  for await (const stretch of readFrames(file)) {
    stretches.push({ ...stretch, body: stretch.body && Buffer.from(stretch.body) });
  }
  return stretches;
}

function contentsOf(stretches: readonly Stretch[]): (Buffer | string)[] {
  return stretches.map(
    ({ body, isTorn, start, end }) => body ?? `${isTorn ? 'torn' : 'damaged'} ${end - start}`,
  );
}

describe('frames', () => {
  const bodies = lengths.map((_, index) => bodyOf(index));
  const frames = bodies.map((body) => frameOf([body]));

  it('hold what was put into them, in one part or more', async () => {
    assert.deepEqual(await read(Buffer.concat(frames)), bodies);
    assert.deepEqual(await read(frameOf([Buffer.from('a'), Buffer.from('bc')])), [Buffer.from('abc')]);
    assert.deepEqual(await read(Buffer.alloc(0)), []);
  });

  it('are torn where the last was cut, at whatever byte', async () => {
    const [first, second] = [frameOf([Buffer.from('first')]), frameOf([Buffer.from('second')])];
    for (let cut = 1; cut < second.length; cut += 1) {
      const found = await read(Buffer.concat([first, second.subarray(0, cut)]));
      assert.deepEqual(found, [Buffer.from('first'), `torn ${cut}`]);
    }
    // A disk that was cut off may have made room, and not written it.
    assert.deepEqual(await read(Buffer.concat([first, Buffer.alloc(4_096)])), [
      Buffer.from('first'),
      'torn 4096',
    ]);
  });

  it('are damaged where they have their length, or nothing stands before them: nobody can tell why', async () => {
    const [first, second] = [frameOf([Buffer.from('first')]), frameOf([Buffer.from('second')])];
    const damaged = Buffer.from(second).fill(0, second.length - 3);
    assert.deepEqual(await read(Buffer.concat([first, damaged])), [
      Buffer.from('first'),
      `damaged ${second.length}`,
    ]);
    assert.deepEqual(await read(second.subarray(0, 10)), ['damaged 10']);
    assert.deepEqual(await read(Buffer.from('of another program')), ['damaged 18']);
  });

  it('are found again behind damage, whichever byte it is that differs', async () => {
    const small = [0, 1, 2].map((index) => frameOf([bodyOf(index)]));
    const [, middle] = small;
    assert.ok(middle);
    for (let at = 0; at < middle.length; at += 1) {
      const damaged = Buffer.from(middle);
      damaged.writeUInt8(damaged.readUInt8(at) ^ 0x10, at);
      const found = await read(Buffer.concat([small[0] ?? middle, damaged, small[2] ?? middle]));
      assert.deepEqual(found, [bodyOf(0), `damaged ${middle.length}`, bodyOf(2)], `byte ${at}`);
    }
  });

  it('are found again behind more damage than is read at once, and behind bytes that are missing', async () => {
    const damaged = Buffer.from(frames[4] ?? '');
    damaged.fill(7, 10);
    assert.deepEqual(await read(Buffer.concat([...frames.slice(0, 4), damaged, frames[5] ?? damaged])), [
      ...bodies.slice(0, 4),
      `damaged ${damaged.length}`,
      bodies[5],
    ]);
    const missing = Buffer.concat([frames[3]?.subarray(100) ?? damaged, frames[5] ?? damaged]);
    assert.deepEqual(await read(missing), [`damaged ${(frames[3]?.length ?? 0) - 100}`, bodies[5]]);
  });

  it('are found again where the marker stands at the edge of what is read at once', async () => {
    const behind = frameOf([Buffer.from('behind')]);
    for (let before = 1_048_576 - 12; before < 1_048_576 + 4; before += 1) {
      const found = await read(Buffer.concat([Buffer.alloc(before), behind]));
      assert.deepEqual(found, [`damaged ${before}`, Buffer.from('behind')]);
    }
  });

  it('are not taken from what stands in others, be they damaged', async () => {
    const forged = frameOf([Buffer.from('forged')]);
    const body = Buffer.concat([Buffer.from('an object: '), forged, forged]);
    const frame = frameOf([body]);
    assert.deepEqual(await read(frame), [body]);
    const behind = frameOf([Buffer.from('behind')]);
    for (let at = 0; at < 40; at += 1) {
      const damaged = Buffer.concat([Buffer.from(frame).fill(0, at, at + 1), behind]);
      if (damaged.equals(Buffer.concat([frame, behind]))) continue;
      assert.deepEqual(await read(damaged), [`damaged ${frame.length}`, Buffer.from('behind')], `byte ${at}`);
    }
  });

  it('are hidden also from bodies that provide for other masks', async () => {
    const marker = frameOf([]).subarray(0, 8);
    const masked = Array.from({ length: 256 }, (_, mask) => marker.map((byte) => byte ^ mask));
    const body = Buffer.concat(masked);
    const frame = frameOf([body]);
    assert.equal(frame.indexOf(marker, 1), -1);
    assert.deepEqual(await read(frame), [body]);
  });

  it('are read around what the disk does not give', async () => {
    const disk = new MemoryDisk(new SeededRandom(1));
    const parts = [Buffer.from('before'), Buffer.alloc(20_000, 'damaged'), Buffer.from('behind')];
    const file = await fileOf(Buffer.concat(parts.map((part) => frameOf([part]))), disk);
    const { read } = file;
    file.read = async (into, position) => {
      if (position <= 10_000 && 10_000 < position + into.length) throw failure('EIO', 'read', '/file');
      return read.call(file, into, position);
    };
    assert.deepEqual(contentsOf(await stretchesOf(file)), [parts[0], 'damaged 20024', parts[2]]);
    file.read = read;
    disk.before = ({ name, path }) => {
      if (name === 'read') throw failure('EACCES', name, path);
    };
    await assert.rejects(stretchesOf(file), { code: 'EACCES' });
  });
});
