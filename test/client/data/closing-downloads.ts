import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SyncServiceClient } from '../../../src/client';
import { metadataOf } from '../../support/metadata';

/**
 * Downloads an object again and again to a file, in a process of its own: `address count bytes`. What it does not
 * survive must not take the tests with it.
 */
async function run(address: string, count: number, bytes: number): Promise<void> {
  const client = new SyncServiceClient({ address, organization: 'demo' });
  const file = join(tmpdir(), `edge-sync-closing-${process.pid}`);
  const object = metadataOf({ objectSize: bytes });
  for (let done = 0; done < count; done += 1) await client.fetchObjectDataToFile(object, file);
  await rm(file);
  await client.close();
}

const [address = '', count, bytes] = process.argv.slice(2);
void run(address, Number(count), Number(bytes));
