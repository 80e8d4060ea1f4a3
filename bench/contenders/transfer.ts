import { rm } from 'node:fs/promises';
import { SyncServiceClient } from '../../src/client';
import { metadataOf } from '../../test/support/metadata';
import { contend } from '../contender';
import { connection, type Place } from '../place';

/** It gets warm with so many bytes. */
const warmBytes = 16 * 1_048_576;

/** Data from the service to a file, or from a file to the service. */
void contend(async ({ bytes, edge, file, objectType, upload }: TransferTask) => {
  const client = new SyncServiceClient(connection(edge));
  const object = metadataOf({
    objectType,
    objectSize: bytes,
    instanceID: '1795470914231361270',
    dataID: '1795470914231361270',
  });
  const warm = metadataOf({ ...object, objectType: `data-${warmBytes}`, objectSize: warmBytes });
  if (upload) {
    await client.updateObjectData(object, Buffer.alloc(warmBytes));
    return () => client.updateObjectData(object, { file });
  }
  const fetch = async (wanted: typeof object): Promise<void> => {
    await client.fetchObjectDataToFile(wanted, file);
    await rm(file);
  };
  await fetch(warm);
  return () => fetch(object);
});

interface TransferTask {
  edge: Place;
  objectType: string;
  bytes: number;
  file: string;
  upload: boolean;
}
