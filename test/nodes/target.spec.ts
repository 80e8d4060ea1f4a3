import assert from 'node:assert/strict';
import { mkdtemp, realpath, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { targetFolder, targetPath } from '../../nodes/sync-fetch/target';

describe('where a fetched file goes', () => {
  let folder: string;

  before(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), 'edge-sync-target-')));
  });
  after(() => rm(folder, { recursive: true }));

  it('is the name that was given, in the folder where its links lead', async () => {
    const link = join(folder, 'link');
    await symlink(folder, link);
    assert.equal(await targetPath(await targetFolder(link), 'name.bin'), join(folder, 'name.bin'));
  });

  it('is never outside the folder, nor in one that is not there', async () => {
    for (const name of ['..', '../x', '/x', '.', 'no/such']) {
      await assert.rejects(targetPath(folder, name), { code: 'SYNC_INVALID_ARGUMENT' }, name);
    }
  });
});
