import { SyncServiceClient } from '../../src/client';

/** A process that transfers one object and ends, or is killed: `download address file`. */
async function run(what: string, address: string, file: string): Promise<void> {
  const client = new SyncServiceClient({ address, organization: 'demo', key: 'admin@demo' });
  const object = { objectType: 't', objectID: 'o' };
  if (what === 'download') await client.fetchObjectDataToFile(object, file);
  await client.close();
}

const [what = '', address = '', file = ''] = process.argv.slice(2);
run(what, address, file).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
