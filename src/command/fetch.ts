import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { ObjectReference, SyncServiceClient } from '../client';
import { exit } from './exit';
import type { Output } from './output';
import { nameOf } from './reference';
import { withTemporaryFile } from './temporary-file';

export interface Fetch {
  object: ObjectReference;
  /** A file; - is standard output. */
  to: string;
  /** If given, only data that one of these keys has signed is accepted. */
  trustedKeys: readonly string[] | undefined;
}

/** Fetches the data of an object, and acknowledges nothing. */
export async function fetchTo(
  client: SyncServiceClient,
  { object, to, trustedKeys }: Fetch,
  output: Output,
  signal: AbortSignal,
): Promise<number> {
  const version = await client.getObjectMetadata(object, { signal });
  const onProgress = output.progress(nameOf(object));
  const into = (file: string): Promise<void> =>
    client.fetchObjectDataToFile(version, file, { signal, trustedKeys, onProgress });
  if (to === '-') {
    await withTemporaryFile(async (file) => {
      await into(file);
      await pipeline(createReadStream(file), process.stdout, { end: false, signal });
    });
    return exit.done;
  }
  await into(to);
  const { instanceID, objectSize } = version;
  const record = { ...object, version: version.version, instanceID, bytes: objectSize, file: to };
  output.result(record, `${nameOf(object)} fetched, ${objectSize} bytes: ${to}`);
  return exit.done;
}
