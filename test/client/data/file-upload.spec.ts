import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SyncServiceClient } from '../../../src/client';
import { chunks, piecesOf, replayable } from '../../../src/client/data/source';
import { serve } from '../../support/server';

const object = { objectType: 't', objectID: 'o' };
const bytes = randomBytes(5_500_000);
const digest = (data: Buffer): string => createHash('sha256').update(data).digest('hex');

describe('the data of a file', () => {
  let folder: string;
  let file: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'edge-sync-test-'));
    file = join(folder, 'data');
    await writeFile(file, bytes);
  });
  afterEach(() => rm(folder, { recursive: true }));

  const joined = async (pieces: AsyncIterable<Uint8Array>): Promise<Buffer> => {
    const copies: Buffer[] = [];
    for await (const piece of pieces) copies.push(Buffer.from(piece));
    return Buffer.concat(copies);
  };

  it('is read whole, whatever its size and that of the chunks, though its memory is used again', async () => {
    for (const size of [1, 1_048_576, 1_048_577, 5_500_000]) {
      await writeFile(file, bytes.subarray(0, size));
      const body = await replayable({ file });
      assert.equal(digest(await joined(piecesOf(body))), digest(bytes.subarray(0, size)), `${size}`);
      for (const chunk of [400_000, 1_048_576, 3_000_000]) {
        const sizes: number[] = [];
        const kept: Buffer[] = [];
        for await (const each of chunks(body, chunk)) {
          sizes.push(each.length);
          kept.push(Buffer.from(each));
        }
        assert.equal(digest(Buffer.concat(kept)), digest(bytes.subarray(0, size)), `${size} by ${chunk}`);
        assert.ok(sizes.slice(0, -1).every((length) => length === chunk));
      }
    }
  });

  it('is sent as it is', async () => {
    const seen: string[] = [];
    const server = await serve((request, response) => {
      const hash = createHash('sha256');
      request.on('data', (piece: Buffer) => hash.update(piece));
      request.on('end', () => {
        seen.push(hash.digest('hex'));
        response.writeHead(204).end();
      });
    });
    const client = new SyncServiceClient({ address: server.address, organization: 'demo' });
    const told: number[] = [];
    await client.updateObjectData(object, { file });
    await client.updateObjectData(object, { file }, { onProgress: (sent) => told.push(sent) });
    await client.updateObjectData(object, bytes);
    await client.close();
    await server.close();
    assert.deepEqual(new Set(seen), new Set([digest(bytes)]));
    assert.equal(told.at(-1), bytes.length);
  });

  it('is sent although a listener to its progress throws', async () => {
    const server = await serve((request, response) => {
      request.resume();
      request.on('end', () => response.writeHead(204).end());
    });
    const client = new SyncServiceClient({ address: server.address, organization: 'demo' });
    let told = 0;
    const onProgress = (): void => {
      told += 1;
      throw new Error('of the application');
    };
    await client.updateObjectData(object, { file }, { onProgress });
    await client.publish(object, 'small', { onProgress });
    assert.ok(told > 2);
    await client.close();
    await server.close();
  });

  it('that is gone, or shorter, by the time it is sent is an error of its own', async () => {
    const server = await serve((request, response) => {
      request.resume();
      request.on('error', () => undefined);
      request.on('end', () => response.writeHead(204).end());
    });
    const client = new SyncServiceClient({ address: server.address, organization: 'demo' });
    const gone = await replayable({ file });
    await rm(file);
    await assert.rejects(joined(piecesOf(gone)), { code: 'SYNC_INVALID_ARGUMENT', message: /ENOENT/ });
    await writeFile(file, bytes);
    let shortened = false;
    const onProgress = (): void => {
      if (shortened) return;
      shortened = true;
      void truncate(file, 2_000_000);
    };
    await assert.rejects(client.updateObjectData(object, { file }, { onProgress }), {
      code: 'SYNC_INCOMPLETE_DATA',
      message: /has not the 5500000 bytes/,
    });
    await client.close();
    await server.close();
  });

  it('is refused where it is none: a folder, a device', async () => {
    const client = new SyncServiceClient({ address: 'http://127.0.0.1:1', organization: 'demo' });
    for (const none of [folder, '/dev/zero']) {
      await assert.rejects(client.publish(object, { file: none }), {
        code: 'SYNC_INVALID_ARGUMENT',
        message: /cannot be read/,
      });
    }
    await client.close();
  });
});
