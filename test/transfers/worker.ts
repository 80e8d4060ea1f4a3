import { openJournal, SyncServiceClient } from '../../src/client';

const object = { objectType: 't', objectID: 'o' };

/**
 * A process that transfers one object and ends, or is killed: `download address file`, or
 * `upload address file journal chunkSize`.
 */
async function run(what: string, address: string, file: string, rest: readonly string[]): Promise<void> {
  const connection = { address, organization: 'demo', key: 'admin@demo' };
  if (what === 'download') {
    const client = new SyncServiceClient(connection);
    await client.fetchObjectDataToFile(object, file);
    await client.close();
    return;
  }
  const [folder = '', chunkSize] = rest;
  const journal = await openJournal(folder);
  const client = new SyncServiceClient({ ...connection, journal });
  await client.publish(object, { file }, { chunkSize: Number(chunkSize) });
  await client.close();
  await journal.close();
}

const [what = '', address = '', file = '', ...rest] = process.argv.slice(2);
run(what, address, file, rest).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
