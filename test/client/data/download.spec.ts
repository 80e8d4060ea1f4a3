import assert from 'node:assert/strict';
import { constants, createSign } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ObjectMetadata, SyncServiceClient, type SyncServiceError } from '../../../src/client';
import {
  checkedPieces,
  type DownloadOptions,
  type ObjectData,
  toBuffer,
} from '../../../src/client/data/download';
import { FileDownloads } from '../../../src/client/data/file-downloads';
import type { Disk } from '../../../src/storage/disk';
import { isStorageError } from '../../../src/storage/errors';
import { inMemory } from '../../../src/storage/journal';
import { thisMachine } from '../../../src/storage/machine';
import { systemDisk } from '../../../src/storage/system-disk';
import { Ending } from '../../../src/system/ending';
import { type Random, systemRandom } from '../../../src/system/random';
import { otherRsa, rsa } from '../../support/keys';
import { settle } from '../../support/manual-clock';
import { MemoryDisk } from '../../support/memory-disk';
import { metadataOf } from '../../support/metadata';
import { SeededRandom } from '../../support/random';
import { serve } from '../../support/server';

function dataOf(
  text: string,
  fields: Partial<ObjectMetadata>,
  later: Partial<ObjectMetadata> = {},
): ObjectData {
  const metadata = metadataOf({ objectSize: text.length, ...fields });
  return {
    metadata,
    pieces: async function* () {
      yield Buffer.from(text);
    },
    current: async () => ({ ...metadata, ...later }),
    closing: new Ending(),
  };
}

async function fetch(data: ObjectData, options: DownloadOptions = {}): Promise<string> {
  let text = '';
  for await (const piece of checkedPieces(data, options)) text += piece.toString();
  return text;
}

function toFile(
  data: ObjectData,
  options: DownloadOptions,
  path: string,
  seams: { disk: Disk; random: Random },
): Promise<void> {
  return new FileDownloads('a service', inMemory(), { ...thisMachine, ...seams }).write(data, options, path);
}

describe('a download', () => {
  it('is whole', async () => {
    assert.equal(await fetch(dataOf('hello', {})), 'hello');
  });

  it('fails when bytes are missing, or an error text stands behind the data', async () => {
    await assert.rejects(fetch(dataOf('hell', { objectSize: 5 })), { code: 'SYNC_INCOMPLETE_DATA' });
    await assert.rejects(fetch(dataOf('helloFailed to read', { objectSize: 5 })), {
      code: 'SYNC_INCOMPLETE_DATA',
    });
  });

  it('is not counted after a metadata-only update, with which the service forgets the size', async () => {
    const forgotten = { metaOnly: true, objectSize: 0 };
    assert.equal(await fetch(dataOf('hello', forgotten)), 'hello');
    await assert.rejects(toBuffer(dataOf('hello', forgotten), {}, 4), { code: 'SYNC_TOO_LARGE' });
    await assert.rejects(fetch(dataOf('hello', forgotten, { dataID: '5' })), { code: 'SYNC_SUPERSEDED' });
  });

  it('is superseded when the data changed by 1 meanwhile, even at the same size', async () => {
    const later = { dataID: '1795470914231361271' };
    await assert.rejects(fetch(dataOf('hello', {}, later)), { code: 'SYNC_SUPERSEDED' });
  });

  it('asks for no version where that is not wanted, unless something is amiss or the size is unknown', async () => {
    let asked = 0;
    const later = { dataID: '1795470914231361271' };
    const counted = (text: string, fields: Partial<ObjectMetadata>): ObjectData => {
      const data = dataOf(text, fields, later);
      const current: ObjectData['current'] = () => {
        asked += 1;
        return data.current();
      };
      return { ...data, current };
    };
    const unchecked = { checkVersion: false };
    assert.equal(await fetch(counted('hello', {}), unchecked), 'hello');
    assert.equal(asked, 0);
    const doubtful = [
      counted('hell', { objectSize: 5 }),
      counted('hello', { hashAlgorithm: 'SHA256', publicKey: 'a', signature: 'b' }),
      counted('hello', { metaOnly: true, objectSize: 0 }),
    ];
    for (const data of doubtful) await assert.rejects(fetch(data, unchecked), { code: 'SYNC_SUPERSEDED' });
    assert.equal(asked, doubtful.length);
  });

  it('refuses what is larger than the limit before it fetches', async () => {
    const sizes = ['hello'.length, 2 ** 32, Number.MAX_SAFE_INTEGER];
    for (const objectSize of sizes) {
      await assert.rejects(toBuffer(dataOf('hello', { objectSize }), {}, 4), { code: 'SYNC_TOO_LARGE' });
    }
  });

  it('has a limit also where nobody says how large it is, and where one is given', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'edge-sync-test-'));
    const unknown = dataOf('hello', { metaOnly: true, objectSize: 0 });
    assert.equal(await fetch(unknown, { maxBytes: 5 }), 'hello');
    for (const data of [unknown, dataOf('hello', {})]) {
      await assert.rejects(fetch(data, { maxBytes: 4 }), { code: 'SYNC_TOO_LARGE' });
      await assert.rejects(
        toFile(data, { maxBytes: 4 }, join(folder, 'file'), { disk: systemDisk, random: systemRandom }),
        {
          code: 'SYNC_TOO_LARGE',
        },
      );
    }
    assert.deepEqual(await readdir(folder), []);
    await rm(folder, { recursive: true });
  });

  it('verifies a signature, and the key where trusted ones are given', async () => {
    const { privateKey, publicKey } = rsa;
    const padding = constants.RSA_PKCS1_PSS_PADDING;
    const signed = {
      hashAlgorithm: 'SHA256',
      publicKey: publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
      signature: createSign('sha256').update('hello').sign({ key: privateKey, padding }, 'base64'),
    };
    assert.equal(await fetch(dataOf('hello', signed), { trustedKeys: [signed.publicKey] }), 'hello');
    await assert.rejects(fetch(dataOf('jello', signed)), { code: 'SYNC_SIGNATURE_INVALID' });
    const trustedKeys = [String(otherRsa.publicKey.export({ type: 'spki', format: 'pem' }))];
    await assert.rejects(fetch(dataOf('hello', signed), { trustedKeys }), {
      code: 'SYNC_UNTRUSTED_KEY',
    });
    await assert.rejects(fetch(dataOf('hello', {}), { trustedKeys: [signed.publicKey] }), {
      code: 'SYNC_UNTRUSTED_KEY',
    });
    await assert.rejects(fetch(dataOf('hello', signed), { trustedKeys: [] }), { code: 'SYNC_UNTRUSTED_KEY' });
    for (const nothing of [[''], [' '], '', null, [signed.publicKey, '']]) {
      const options = { trustedKeys: nothing as string[] };
      await assert.rejects(fetch(dataOf('hello', signed), options), { code: 'SYNC_INVALID_ARGUMENT' });
    }
  });

  it('asks for no more of data that has changed since it was cut', async () => {
    const current = metadataOf({ objectSize: 10 });
    const asked: (string | undefined)[] = [];
    const server = await serve((request, response) => {
      if (request.url?.endsWith('/data')) {
        asked.push(request.headers.range ?? 'all');
        response.writeHead(200, { 'content-length': 10 });
        response.write('hello', () => response.destroy());
      } else response.end(JSON.stringify(current).replace(/"(\d{19})"/g, '$1'));
    });
    const client = new SyncServiceClient({ address: server.address, organization: 'demo' });
    const older = { ...current, dataID: String(BigInt(current.dataID) - 1n) };
    await assert.rejects(client.fetchObjectData(older), { code: 'SYNC_SUPERSEDED' });
    assert.deepEqual(asked, ['all']);
    await client.close();
    await server.close();
  });

  it('is not of another version than the metadata that was asked with', async () => {
    const current = metadataOf({ objectSize: 5 });
    const server = await serve((request, response) => {
      const isData = request.url?.endsWith('/data') === true;
      response.end(isData ? 'hello' : JSON.stringify(current).replace(/"(\d{19})"/g, '$1'));
    });
    const client = new SyncServiceClient({ address: server.address, organization: 'demo' });
    const older = { ...current, dataID: String(BigInt(current.dataID) - 1n) };
    await assert.rejects(client.fetchObjectData(older), { code: 'SYNC_SUPERSEDED' });
    assert.equal(String(await client.fetchObjectData(current)), 'hello');
    await client.close();
    await server.close();
  });

  it('to a file appears only when it is whole, as any program would make it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'edge-sync-test-'));
    const seams = { disk: systemDisk, random: systemRandom };
    try {
      const path = join(folder, 'file');
      await assert.rejects(toFile(dataOf('hell', { objectSize: 5 }), {}, path, seams), {
        code: 'SYNC_INCOMPLETE_DATA',
      });
      assert.deepEqual(await readdir(folder), []);
      await toFile(dataOf('hello', {}), {}, path, seams);
      assert.equal(await readFile(path, 'utf8'), 'hello');
      assert.deepEqual(await readdir(folder), ['file']);
      assert.equal((await stat(path)).mode & 0o777, 0o666 & ~process.umask());
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('to a file is fetched again where it came damaged, and then holds what came last', async () => {
    const random = new SeededRandom(1);
    const disk = new MemoryDisk(random);
    const texts = ['much too long', 'shor', 'right'];
    const data = dataOf('right', {});
    data.pieces = async function* () {
      yield Buffer.from(texts.shift() ?? '');
    };
    await toFile(data, {}, '/file', { disk, random });
    const file = await disk.open('/file', 'read');
    const bytes = Buffer.alloc(20);
    assert.equal(bytes.toString('utf8', 0, await file.read(bytes, 0)), 'right');
  });

  it('to a file is fetched again from the beginning also where some of it was written', async () => {
    const random = new SeededRandom(1);
    const disk = new MemoryDisk(random);
    const right = Buffer.alloc(1_500_000, 'right');
    const data = dataOf('', { objectSize: right.length });
    const answers = [Buffer.alloc(right.length - 1, 'wrong'), right];
    disk.before = async ({ name }) => {
      if (name === 'truncate') await settle();
    };
    data.pieces = async function* () {
      yield answers.shift() ?? Buffer.alloc(0);
    };
    await toFile(data, {}, '/file', { disk, random });
    const bytes = Buffer.alloc(2 * right.length);
    const length = await (await disk.open('/file', 'read')).read(bytes, 0);
    assert.ok(bytes.subarray(0, length).equals(right));
  });

  it('to a file says what the disk refuses, and leaves nothing there', async () => {
    const random = new SeededRandom(1);
    const disk = new MemoryDisk(random);
    disk.capacity = 4;
    await assert.rejects(
      toFile(dataOf('hello', {}), {}, '/file', { disk, random }),
      (error: SyncServiceError) =>
        error.code === 'SYNC_STORAGE' &&
        error.message === 'The disk is full (ENOSPC): /file cannot be written' &&
        isStorageError(error.cause, 'STORAGE_FULL'),
    );
    assert.deepEqual(await disk.list('/'), []);
  });
});
