import { type ObjectMetadata, type ObjectMetadataInput, serviceOwnedFields } from '../protocol/metadata';
import { canReachEdge, isAcceptedByCloud } from '../protocol/names';
import { SyncServiceError } from './errors';

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
  if (typeof name !== 'string' || name === '') {
    throw new SyncServiceError('SYNC_INVALID_ARGUMENT', `The object has no ${field}`);
  }
  if (cloudOnly ? isAcceptedByCloud(name) : canReachEdge(name)) return;
  const message = `The ${field} "${name}" cannot be used: only letters, digits, "." "_" "@" "-" and no ".." reach an edge`;
  throw new SyncServiceError('SYNC_INVALID_ARGUMENT', message);
}

/** The metadata without the fields that the service decides itself, so that what was read can be published again. */
export function toPublish(metadata: ObjectMetadataInput): Record<string, unknown> {
  const owned: readonly string[] = serviceOwnedFields;
  return Object.fromEntries(
    Object.entries(metadata).filter(([field, value]) => value !== undefined && !owned.includes(field)),
  );
}
