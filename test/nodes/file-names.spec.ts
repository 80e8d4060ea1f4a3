import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileNames, type Named, type NamedFile } from '../../nodes/sync-fetch/file-names';
import { isCaseless } from '../../src/storage/caseless';
import { until } from '../support/until';

const of = (objectType: string, objectID: string, orgID?: string): Named => ({ orgID, objectType, objectID });

describe('the name of a fetched file', () => {
  let folder: string;
  let kept: Map<string, NamedFile[]>;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'edge-sync-names-'));
    kept = new Map();
  });
  afterEach(() => rm(folder, { recursive: true }));

  /** Those of a process that begins now. */
  const names = (caseless = false): FileNames => new FileNames(kept, () => Promise.resolve(caseless));
  const write = async (object: Named, using = names()): Promise<string> =>
    using.use(folder, object, async (name) => {
      await writeFile(join(folder, name), JSON.stringify(object));
      return name;
    });

  it('is the ID, again and again, and after a restart', async () => {
    for (let time = 0; time < 3; time += 1) assert.equal(await write(of('t', 'model')), 'model');
  });

  it('has the type before it where an object of another type has its file there', async () => {
    assert.equal(await write(of('t', 'model.onnx')), 'model.onnx');
    assert.equal(await write(of('u', 'model.onnx')), 'u%2Fmodel.onnx');
    assert.equal(await write(of('t', 'model.onnx')), 'model.onnx');
    assert.equal((await readdir(folder)).length, 2);
  });

  it('has the organization before it where only that is another; a message need not name it', async () => {
    assert.equal(await write(of('t', 'model', 'one')), 'model');
    assert.equal(await write(of('t', 'model', 'two')), 't%2Fmodel');
    assert.equal(await write(of('t', 'model', 'three')), 'three%2Ft%2Fmodel');
    assert.equal(await write(of('t', 'model', 'one')), 'model', 'each has the one that it had');
    assert.equal(await write(of('t', 'model', 'two')), 't%2Fmodel');
    assert.equal(await write(of('t', 'model')), 'model');
  });

  it('is of an object as long as its file is there, and the other one keeps its own', async () => {
    await write(of('t', 'model'));
    await write(of('u', 'model'));
    await rm(join(folder, 'model'));
    assert.equal(await write(of('u', 'model')), 'u%2Fmodel');
    assert.equal(await write(of('v', 'model')), 'model');
    assert.equal(await write(of('t', 'model')), 't%2Fmodel');
  });

  it('is not shared while both are being written', async () => {
    const using = names();
    const found: string[] = [];
    let end = (): void => undefined;
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    const writing = ['t', 'u', 'v'].map((type) =>
      using.use(folder, of(type, 'model'), (name) => {
        found.push(name);
        return ended;
      }),
    );
    await until('all have a name', () => found.length === 3);
    end();
    await Promise.all(writing);
    assert.deepEqual(found, ['model', 'u%2Fmodel', 'v%2Fmodel']);
  });

  it('heeds capitals only where the disk does', async () => {
    assert.equal(await write(of('t', 'Model'), names()), 'Model');
    assert.equal(await write(of('t', 'model'), names()), 'model');
    await rm(folder, { recursive: true });
    folder = await mkdtemp(join(tmpdir(), 'edge-sync-names-'));
    assert.equal(await write(of('t', 'Model'), names(true)), 'Model');
    assert.equal(await write(of('t', 'model'), names(true)), 't%2Fmodel');
    assert.equal(await write(of('t', 'MODEL'), names(true)), 't%2F%4D%4F%44%45%4C');
    assert.equal(await write(of('t', 'Model'), names(true)), 'Model');
    const upper = join(folder, 'A');
    await writeFile(upper, '');
    const isThere = (await readdir(folder)).includes('a');
    assert.equal(await isCaseless(folder), isThere);
    assert.ok(!(await readdir(folder)).some((name) => name.startsWith('.edge-sync-')), 'a trace of the look');
  });

  it('is forgotten with its file, so that what is kept does not grow with what was fetched', async () => {
    const using = names();
    const objects = Array.from({ length: 3_000 }, (_each, index) => of('t', `object-${index}`));
    for (const object of objects) await using.use(folder, object, async () => undefined);
    assert.ok(kept.size <= 1_024, `${kept.size} names are kept`);
  });
});
