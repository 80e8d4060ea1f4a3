import assert from 'node:assert/strict';
import { FrameFile } from '../../src/storage/frame-file';
import { MemoryDisk } from '../support/memory-disk';
import { SeededRandom } from '../support/random';

describe('a file of frames', () => {
  const bodies = ['one', 'two, which is longer', ''].map((text) => Buffer.from(text));

  async function filled(): Promise<{ disk: MemoryDisk; file: FrameFile }> {
    const disk = new MemoryDisk(new SeededRandom(1));
    const file = await FrameFile.create(disk, '/frames');
    await file.append([Buffer.from('first')]);
    return { disk, file };
  }

  async function contents(disk: MemoryDisk): Promise<string[]> {
    const found: string[] = [];
    const file = await FrameFile.open(disk, '/frames', async ({ body }) => {
      found.push(body ? String(body) : 'damaged');
    });
    await file.close();
    return found;
  }

  it('takes several with one write, and says where they stand', async () => {
    const { disk, file } = await filled();
    let writes = 0;
    disk.before = ({ name }) => {
      if (name === 'write') writes += 1;
    };
    const extents = await file.appendAll(bodies.map((body) => [body]));
    // The disk is asked amid each write, too.
    assert.equal(writes, 2);
    assert.equal(extents.at(-1)?.end, file.size);
    for (const [index, extent] of extents.entries()) {
      assert.deepEqual(await file.read(extent), bodies[index]);
    }
    assert.deepEqual(await contents(disk), ['first', ...bodies.map(String)]);
  });

  it('says of a frame that is damaged that it cannot be read', async () => {
    const { disk, file } = await filled();
    const [extent] = await file.appendAll([[Buffer.alloc(100, 'x')]]);
    assert.ok(extent);
    const other = await disk.open('/frames', 'change');
    await other.write(Buffer.from('y'), extent.end - 1);
    assert.equal(await file.read(extent), undefined);
    await other.truncate(extent.end - 50);
    assert.equal(await file.read(extent), undefined);
  });

  it('is cut where it was', async () => {
    const { disk, file } = await filled();
    const { size } = file;
    await file.appendAll(bodies.map((body) => [body]));
    await file.cut(size);
    await file.append([Buffer.from('other')]);
    assert.deepEqual(await contents(disk), ['first', 'other']);
  });
});
