import type { ObjectReference, SyncServiceClient } from '../client';
import { exit } from './exit';
import type { Output } from './output';
import { nameOf } from './reference';

/** Deletes an object, here and wherever it was sent. */
export async function remove(
  client: SyncServiceClient,
  object: ObjectReference,
  output: Output,
  signal: AbortSignal,
): Promise<number> {
  await client.deleteObject(object, { signal });
  output.result({ ...object, outcome: 'deleted' }, `${nameOf(object)} deleted`);
  return exit.done;
}
