import type { ObjectMetadata } from '../../protocol/metadata';
import type { ObjectReference } from '../objects/names';

interface Options {
  signal?: AbortSignal;
}

/** What receiving updates asks of a service. SyncServiceClient is one. */
export interface UpdateSource {
  listUpdates(objectType: string, options?: Options & { received?: boolean }): Promise<ObjectMetadata[]>;
  getObjectMetadata(object: ObjectReference, options?: Options): Promise<ObjectMetadata>;
  markObjectConsumed(object: ObjectReference, options?: Options): Promise<void>;
  markObjectReceived(object: ObjectReference, options?: Options): Promise<void>;
  markObjectDeleted(object: ObjectReference, options?: Options): Promise<void>;
}

/** A version of an object: its deletion is one too. */
export function versionOf(object: Pick<ObjectMetadata, 'instanceID' | 'deleted'>): string {
  return `${object.instanceID}${object.deleted ? ' deleted' : ''}`;
}
