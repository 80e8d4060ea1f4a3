import { constants, createSign } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { type ObjectMetadata, SyncServiceClient } from '../../src/client';
import { rsa } from '../../test/support/keys';
import { metadataOf } from '../../test/support/metadata';
import { atRest, contend } from '../contender';
import { connection, type Place } from '../place';

const mebibyte = 1_048_576;
/** It gets warm with so many bytes. */
const warmBytes = 16 * mebibyte;
/** Objects of about 100 bytes in a mebibyte of heap. */
const kept = 10_000;

/** Data from the service to a file, or from a file to the service. */
void contend(async ({ edge, bytes, file, flows = 0, signed = false, upload }: TransferTask) => {
  const client = new SyncServiceClient(connection(edge));
  const [object, warm] = [dataOf(bytes, signed), dataOf(warmBytes, signed)];
  if (upload) {
    await client.updateObjectData(object, Buffer.alloc(warmBytes));
    await atRest();
    return () => client.updateObjectData(object, { file });
  }
  const fetch = async (wanted: ObjectMetadata): Promise<void> => {
    await client.fetchObjectDataToFile(wanted, file);
    await rm(file);
  };
  // What flows keep beside it: the larger a heap is, the more garbage may lie in it before all of it is collected.
  const beside = Array.from({ length: flows * kept }, (_, index) => ({
    topic: `t${index}`,
    payload: [index],
  }));
  await fetch(warm);
  await atRest();
  return async () => {
    await fetch(object);
    return beside.length > 0 ? { flows: beside.length / kept } : undefined;
  };
});

/** As the canned service has it. */
function dataOf(bytes: number, signed: boolean): ObjectMetadata {
  const [instanceID, objectSize] = ['1795470914231361270', bytes];
  const fields = { objectType: `data-${bytes}`, objectSize, instanceID, dataID: instanceID };
  if (!signed) return metadataOf(fields);
  const slice = Buffer.alloc(mebibyte, 'x');
  const signer = createSign('sha256');
  for (let at = 0; at < bytes; at += slice.length) signer.update(slice);
  const signature = signer.sign({ key: rsa.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING }, 'base64');
  const publicKey = rsa.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');
  return metadataOf({ ...fields, hashAlgorithm: 'SHA256', publicKey, signature });
}

interface TransferTask {
  edge: Place;
  bytes: number;
  file: string;
  /** So many MiB of heap are kept beside it. */
  flows?: number;
  signed?: boolean;
  upload: boolean;
}
