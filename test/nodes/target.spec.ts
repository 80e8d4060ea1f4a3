import assert from 'node:assert/strict';
import { mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { targetPath } from '../../nodes/sync-fetch/target';

describe('where a fetched file goes', () => {
  let folder: string;

  before(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'edge-sync-target-')));
  });
  after(() => rm(folder, { recursive: true }));

  it('is the name that was given, or the ID of the object', async () => {
    assert.equal(await targetPath(folder, 'name.bin', 'model.tflite'), join(folder, 'name.bin'));
    assert.equal(await targetPath(folder, undefined, 'model.tflite'), join(folder, 'model.tflite'));
  });

  it('is another file for another ID, inside the folder whatever the ID is', async () => {
    const ids = ['model', 'model.', 'model ', 'con', 'nul', '_', '.', '..', '../x', '/x', 'a/b', 'ab', 'a:b'];
    const paths = await Promise.all(ids.map((id) => targetPath(folder, undefined, id)));
    assert.equal(new Set(paths).size, ids.length);
    for (const path of paths) assert.match(path.slice(folder.length), /^\/[^/]+$/);
  });
});
