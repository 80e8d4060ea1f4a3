import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SyncServiceClient } from '../../../src/client';
import { digestOfContent } from '../../support/content';
import { type DataService, dataService } from '../../support/data-service';
import { movingMemory } from '../../support/moving-memory';
import { until } from '../../support/until';

const size = 3 * 1_048_576 + 77_777;
const object = { objectType: 't', objectID: 'o' };

describe('the memory of a large download', () => {
  const given = movingMemory();
  let service: DataService;
  let client: SyncServiceClient;
  beforeEach(async () => {
    service = await dataService(size);
    client = new SyncServiceClient({ address: service.address, organization: 'demo' });
  });
  afterEach(async () => {
    await client.close();
    await service.close();
  });

  const isWhole = (data: Buffer): void => {
    assert.equal(createHash('sha256').update(data).digest('hex'), digestOfContent(0, size));
  };

  it('is given back behind a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'edge-sync-test-'));
    const file = join(folder, 'model');
    await client.fetchObjectDataToFile(object, file);
    isWhole(await readFile(file));
    assert.ok(given.bytes > size / 2, `${given.bytes} of ${size}`);
    await rm(folder, { recursive: true });
  });

  it('is given back where it has been put together', async () => {
    isWhole(await client.fetchObjectData(object));
    assert.ok(given.bytes > size / 2, `${given.bytes} of ${size}`);
  });

  it('is left to who reads it as a stream', async () => {
    const pieces: Buffer[] = [];
    for await (const piece of client.fetchObjectDataAsStream(object)) pieces.push(piece);
    isWhole(Buffer.concat(pieces));
    assert.equal(given.bytes, 0);
  });

  it('is not taken while a fetch waits for its turn', async () => {
    service.before = () => true;
    const before = process.memoryUsage().arrayBuffers;
    const fetching = Array.from({ length: 30 }, () => client.fetchObjectData(object));
    const ended = Promise.allSettled(fetching);
    await until('as many are asked for as may be at once', () => service.asked.length === 16, 30_000);
    assert.ok(process.memoryUsage().arrayBuffers - before < 30 * size * 0.5);
    await client.close();
    await ended;
  });
});
