import type { Acknowledgement, ObjectReference, SyncServiceClient } from '../client';
import { exit } from './exit';
import type { Output } from './output';
import { nameOf } from './reference';

export interface Done {
  /** The version that an application is done with; defaults to the current one. */
  instanceID: string | undefined;
  mark: Acknowledgement;
}

/** Tells the service that an application is done with an object, or with its deletion. */
export async function consume(
  client: SyncServiceClient,
  object: ObjectReference,
  { instanceID, mark }: Done,
  output: Output,
  signal: AbortSignal,
): Promise<number> {
  const there = await client.getObjectMetadata(object, { signal });
  const version = instanceID === undefined ? there : { ...there, instanceID };
  const outcome = await client.acknowledge(version, mark, { signal });
  output.result({ ...object, instanceID: version.instanceID, outcome }, `${nameOf(object)} ${outcome}`);
  if (outcome === 'superseded') return exit.failed;
  return outcome === 'gone' ? exit.nothingThere : exit.done;
}
