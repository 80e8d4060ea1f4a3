import type { ObjectMetadata } from '../../protocol/metadata';
import { canReachEdge, isAcceptedByCloud } from '../../protocol/names';
import { invalidArgument } from '../errors';

/** An object by its name; its metadata is one as well. */
export type ObjectReference = Pick<ObjectMetadata, 'objectType' | 'objectID'>;

/**
 * Refuses names that would fail, or vanish, later.
 *
 * @param cloudOnly accept what a CSS accepts: such an object is stored there, but no ESS can ever fetch it.
 * @throws SyncServiceError SYNC_INVALID_ARGUMENT.
 */
export function checkReference({ objectType, objectID }: ObjectReference, cloudOnly: boolean): void {
  checkName('objectType', objectType, cloudOnly);
  checkName('objectID', objectID, cloudOnly);
}

export function checkName(field: string, name: unknown, cloudOnly: boolean): void {
  if (typeof name !== 'string' || name === '') throw invalidArgument(`The object has no ${field}`);
  if (cloudOnly ? isAcceptedByCloud(name) : canReachEdge(name)) return;
  throw invalidArgument(
    `The ${field} "${name}" cannot be used: only letters, digits, "." "_" "@" "-" and no ".." reach an edge`,
  );
}
