import assert from 'node:assert/strict';
import { createHash, sign } from 'node:crypto';
import { mkdtemp, open, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ObjectMetadata, SyncServiceClient } from '../../../src/client';
import { contentOf, digestOfContent } from '../../support/content';
import { type DataService, dataService } from '../../support/data-service';
import { rsa } from '../../support/keys';
import { until } from '../../support/until';

const mebibyte = 1_048_576;
const size = 5 * mebibyte + 77_777;
/** How far the first attempt comes; pieces of a mebibyte are written, and the last one is not vouched for. */
const sent = 4 * mebibyte + 1_000;
const vouched = 3 * mebibyte;
const object = { objectType: 't', objectID: 'o' };

describe('a download to a file that was ended before it was whole', function () {
  this.timeout(120_000);
  let folder: string;
  let file: string;
  let service: DataService;
  let client: SyncServiceClient;
  const start = async (fields: Partial<ObjectMetadata> = {}): Promise<void> => {
    service = await dataService(size, fields);
    client = new SyncServiceClient({ address: service.address, organization: 'demo' });
  };
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'edge-sync-test-'));
    file = join(folder, 'model');
  });
  afterEach(async () => {
    await client.close();
    await service.close();
    await rm(folder, { recursive: true });
  });

  const parts = async (): Promise<string[]> => (await readdir(folder)).filter((name) => name !== 'model');
  const partOf = async (name: 'data' | 'record'): Promise<string> =>
    join(folder, String((await parts())[0]), name);

  /** Fetches a part of it, and then the caller changes its mind. */
  const begin = async (): Promise<void> => {
    service.before = (_request, response) => {
      for (const piece of contentOf(0, sent)) response.write(piece);
      return true;
    };
    const ending = new AbortController();
    const fetching = client.fetchObjectDataToFile(object, file, { signal: ending.signal });
    const aborted = assert.rejects(fetching, { code: 'SYNC_ABORTED' });
    await until(
      'most of it is noted',
      async () => {
        const [part] = await parts();
        const record = part && (await stat(join(folder, part, 'record')).catch(() => undefined));
        return record && (record.size / 8) * mebibyte >= vouched;
      },
      60_000,
    );
    ending.abort();
    await aborted;
    service.before = () => false;
    service.asked.length = 0;
  };

  const assertWhole = async (): Promise<void> => {
    assert.equal(
      createHash('sha256')
        .update(await readFile(file))
        .digest('hex'),
      digestOfContent(0, size),
    );
    assert.deepEqual(await parts(), []);
  };

  it('goes on where it stopped, and tells how far it is from there', async () => {
    await start();
    await begin();
    assert.deepEqual(await readdir(folder), await parts());
    const told: number[] = [];
    await client.fetchObjectDataToFile(object, file, { onProgress: (bytes) => told.push(bytes) });
    assert.deepEqual(service.asked, [vouched]);
    assert.ok(Number(told[0]) > vouched && told.at(-1) === size);
    await assertWhole();
  });

  it('tells that what is there is checked as what it waits for, hears its signal meanwhile, and loses nothing by that', async () => {
    await start();
    await begin();
    const told: unknown[] = [];
    const ending = new AbortController();
    const onWait = (reason: unknown): void => {
      told.push(reason);
      ending.abort();
    };
    const fetching = client.fetchObjectDataToFile(object, file, { onWait, signal: ending.signal });
    await assert.rejects(fetching, { code: 'SYNC_ABORTED' });
    assert.deepEqual([told, service.asked], [['check', undefined], []]);
    await client.fetchObjectDataToFile(object, file);
    assert.deepEqual(service.asked, [vouched]);
    await assertWhole();
  });

  it('begins anew for other data, and leaves nothing of the old', async () => {
    await start();
    await begin();
    service.metadata.dataID = String(BigInt(service.metadata.dataID) + 1n);
    await client.fetchObjectDataToFile(object, file);
    assert.deepEqual(service.asked, [undefined]);
    await assertWhole();
  });

  it('leaves nothing where the data changed, or is not what it should be', async () => {
    await start();
    await begin();
    const { metadata } = service;
    service.before = () => {
      service.metadata = { ...metadata, dataID: '5' };
      return false;
    };
    await assert.rejects(client.fetchObjectDataToFile(metadata, file), { code: 'SYNC_SUPERSEDED' });
    assert.deepEqual(await readdir(folder), []);
  });

  it('is right whatever happened to the part that was there', async () => {
    await start();
    const damages: [string, number | undefined, (data: string, record: string) => Promise<void>][] = [
      [
        'torn',
        mebibyte,
        async (data) =>
          await open(data, 'r+').then((it) => it.truncate(1.5 * mebibyte).then(() => it.close())),
      ],
      ['empty', undefined, (data) => writeFile(data, '')],
      ['longer than noted', vouched, (data) => writeFile(data, Buffer.alloc(3 * mebibyte, 1), { flag: 'a' })],
      [
        'with other bytes',
        2 * mebibyte,
        async (data) => {
          const it = await open(data, 'r+');
          await it.write(Buffer.from('other'), 0, 5, 2.5 * mebibyte);
          await it.close();
        },
      ],
      ['of another record', undefined, (_data, record) => writeFile(record, Buffer.alloc(80, 7))],
      [
        'of half a record',
        mebibyte,
        async (_data, record) =>
          await open(record, 'r+').then((it) => it.truncate(13).then(() => it.close())),
      ],
    ];
    for (const [what, from, damage] of damages) {
      await begin();
      await damage(await partOf('data'), await partOf('record'));
      await client.fetchObjectDataToFile(object, file);
      assert.deepEqual(service.asked, [from], what);
      await assertWhole();
      await rm(file);
    }
  });

  it('begins anew where the whole does not fit its signature, since what was there may be wrong', async () => {
    const signature = sign('sha256', Buffer.concat(Array.from(contentOf(0, size))), {
      key: rsa.privateKey,
      padding: 6,
    }).toString('base64');
    const publicKey = rsa.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
    await start({ hashAlgorithm: 'SHA256', publicKey, signature });
    await begin();
    // As if its checksums were right.
    const data = await readFile(await partOf('data'));
    data.write('other', 0);
    await writeFile(await partOf('data'), data);
    const { crc32 } = await import('node:zlib');
    const record = await readFile(await partOf('record'));
    for (let [at, end] = [0, 0]; at < record.length; at += 8) {
      end += record.readUInt32LE(at);
      record.writeUInt32LE(crc32(data.subarray(0, end)), at + 4);
    }
    await writeFile(await partOf('record'), record);
    await client.fetchObjectDataToFile(object, file);
    assert.deepEqual(service.asked, [vouched, undefined]);
    await assertWhole();
  });

  it('says that its folder is not there as it says all else of the disk', async () => {
    await start();
    const elsewhere = join(folder, 'nowhere', 'model');
    await assert.rejects(client.fetchObjectDataToFile(object, elsewhere), { code: 'SYNC_STORAGE' });
  });

  it('is whole also where two fetch it at once: one has the part, the other its own', async () => {
    await start();
    await begin();
    const [first, second] = [
      client.fetchObjectDataToFile(object, file),
      client.fetchObjectDataToFile(object, file),
    ];
    await Promise.all([first, second]);
    assert.deepEqual(new Set(service.asked), new Set([vouched, undefined]));
    await assertWhole();
  });
});
