import assert from 'node:assert/strict';
import { createHash, sign } from 'node:crypto';
import { appendFile, chmod, mkdtemp, open, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openJournal, SyncServiceClient } from '../../../src/client';
import { contentOf, digestOfContent } from '../../support/content';
import { type DataService, dataService } from '../../support/data-service';
import { rsa } from '../../support/keys';

const size = 3 * 1_048_576 + 77;
const object = { objectType: 't', objectID: 'o' };

/** The fields of metadata of the content, as somebody signs it. */
function signed(): Record<'hashAlgorithm' | 'publicKey' | 'signature', string> {
  const { privateKey: key, publicKey } = rsa;
  return {
    hashAlgorithm: 'SHA256',
    publicKey: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
    signature: sign('sha256', Buffer.concat([...contentOf(0, size)]), {
      key,
      padding: 6,
      saltLength: 32,
    }).toString('base64'),
  };
}

describe('data that is in its file already', function () {
  this.timeout(60_000);
  let folder: string;
  let file: string;
  let service: DataService;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'edge-sync-test-'));
    file = join(folder, 'model');
    service = await dataService(size);
  });
  afterEach(async () => {
    await service.close();
    await rm(folder, { recursive: true });
  });

  /** Fetches it as a process of its own would. @returns how often the data was asked for. */
  async function fetch(options = {}, path = file): Promise<number> {
    const journal = await openJournal(join(folder, 'journal'));
    const client = new SyncServiceClient({ address: service.address, organization: 'demo', journal });
    service.asked.length = 0;
    try {
      const { objectID, objectType } = service.metadata;
      await client.fetchObjectDataToFile({ objectID, objectType }, path, options);
    } finally {
      await client.close();
      await journal.close();
    }
    const data = await readFile(path);
    assert.equal(createHash('sha256').update(data).digest('hex'), digestOfContent(0, size));
    return service.asked.length;
  }

  it('is not fetched again, also after a restart and where only metadata has changed', async () => {
    assert.equal(await fetch(), 1);
    const { ino, mtimeMs } = await stat(file);
    service.metadata.instanceID = '1795470914231361299';
    const told: number[] = [];
    assert.equal(await fetch({ onProgress: (done: number) => told.push(done) }), 0);
    assert.deepEqual(told, [], 'it is no progress of a transfer');
    const after = await stat(file);
    assert.deepEqual([after.ino, after.mtimeMs], [ino, mtimeMs]);
  });

  it('tells that it is checked as what it waits for, and hears its signal meanwhile', async () => {
    await fetch();
    const told: (string | undefined)[] = [];
    assert.equal(await fetch({ onWait: (reason?: string) => told.push(reason) }), 0);
    assert.deepEqual(told, ['check', undefined]);
    const ending = new AbortController();
    const onWait = (reason?: string): void => {
      told.push(reason);
      ending.abort();
    };
    await assert.rejects(fetch({ onWait, signal: ending.signal }), { code: 'SYNC_ABORTED' });
    assert.deepEqual(told, ['check', undefined, 'check', undefined]);
    assert.equal(await fetch(), 0, 'nothing has changed by that');
  });

  it('is checked no more once the client is closed', async () => {
    Object.assign(service.metadata, signed());
    await fetch();
    const client = new SyncServiceClient({ address: service.address, organization: 'demo' });
    const told: (string | undefined)[] = [];
    const onWait = (reason?: string): void => {
      told.push(reason);
      void client.close();
    };
    // It fits its signature: nothing is asked behind the check, which would fail by itself.
    await assert.rejects(client.fetchObjectDataToFile(object, file, { onWait }), { code: 'SYNC_CLOSED' });
    assert.deepEqual(told, ['check', undefined]);
  });

  it('is fetched again where the file is another by now, whatever its size and time say', async () => {
    await fetch();
    const { atime, mtime } = await stat(file);
    const changes: Record<string, () => Promise<unknown>> = {
      'one byte': async () => {
        const handle = await open(file, 'r+');
        await handle.write(Buffer.from([255]), 0, 1, 1_500_000);
        await handle.close();
        await utimes(file, atime, mtime);
      },
      'its time': () => utimes(file, atime, 0),
      longer: () => appendFile(file, 'x'),
      shorter: () => writeFile(file, 'x'),
      gone: () => rm(file),
    };
    for (const [what, change] of Object.entries(changes)) {
      await change();
      assert.equal(await fetch(), 1, what);
      assert.equal(await fetch(), 0, what);
    }
    if (process.getuid?.() === 0) return;
    await chmod(file, 0o400);
    assert.equal(await fetch(), 1, 'cannot be synced');
  });

  it('is fetched again as another version, of another object or service, or where there is no such file', async () => {
    await fetch();
    service.metadata.dataID = '1795470914231361300';
    assert.equal(await fetch(), 1);
    service.metadata.objectID = 'other';
    assert.equal(await fetch(), 1);
    assert.equal(await fetch({}, join(folder, 'another')), 1);
    await service.close();
    service = await dataService(size, { objectID: 'other', dataID: '1795470914231361300' });
    assert.equal(await fetch(), 1);
  });

  it('is known by its signature, wherever the file came from; not by one that does not fit', async () => {
    Object.assign(service.metadata, signed());
    for (const piece of contentOf(0, size)) await appendFile(file, piece);
    assert.equal(await fetch(), 0);
    Object.assign(service.metadata, signed(), { dataID: '1795470914231361300' });
    assert.equal(await fetch({ trustedKeys: [service.metadata.publicKey] }), 0);
    const handle = await open(file, 'r+');
    await handle.write(Buffer.from([255]), 0, 1, 1_500_000);
    await handle.close();
    assert.equal(await fetch(), 1);
  });

  it('is refused as a download would refuse it: by a key that is not trusted, or where it is too large', async () => {
    Object.assign(service.metadata, signed());
    await fetch();
    await assert.rejects(fetch({ trustedKeys: [] }), { code: 'SYNC_UNTRUSTED_KEY' });
    await assert.rejects(fetch({ maxBytes: 1_000 }), { code: 'SYNC_TOO_LARGE' });
  });

  it('is no data of a version that the service has no more', async () => {
    await fetch();
    const journal = await openJournal(join(folder, 'journal'));
    const client = new SyncServiceClient({ address: service.address, organization: 'demo', journal });
    const before = await client.getObjectMetadata(object);
    service.metadata.dataID = '1795470914231361300';
    await assert.rejects(client.fetchObjectDataToFile(before, file), { code: 'SYNC_SUPERSEDED' });
    await client.close();
    await journal.close();
  });
});
