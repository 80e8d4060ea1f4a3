import type { DestinationStatus, ObjectMetadata, ObjectStatus } from '../../protocol/metadata';
import type { ServiceKind } from '../connection/kind';
import type { CallOptions } from '../connection/options';
import { isSyncServiceError } from '../errors';
import type { ObjectReference } from '../objects/names';

/** What waiting for a delivery needs from a service. SyncServiceClient provides it. */
export interface DeliverySource {
  readonly kind: ServiceKind;
  getObjectMetadata(object: ObjectReference, options?: CallOptions): Promise<ObjectMetadata>;
  getObjectStatus(object: ObjectReference, options?: CallOptions): Promise<ObjectStatus>;
  getObjectDestinations(object: ObjectReference, options?: CallOptions): Promise<DestinationStatus[]>;
}

/** What one look at an object saw. */
export interface Sight {
  current: ObjectMetadata;
  /** How far it has got at each destination; an ESS can tell only whether the cloud has consumed it. */
  progress: DestinationStatus[] | { consumedByCloud: boolean };
}

/** Checks how far an object has got; undefined if it does not exist (any more). */
export async function look(
  source: DeliverySource,
  object: ObjectReference,
  signal: AbortSignal,
): Promise<Sight | undefined> {
  const progress = await ifThere<Sight['progress']>(
    source.kind === 'CSS'
      ? source.getObjectDestinations(object, { signal })
      : source
          .getObjectStatus(object, { signal })
          .then((status) => ({ consumedByCloud: status === 'consumedByDest' })),
  );
  // Read last: the progress read before is then that of the version found here, or of an older one.
  const current = await ifThere(source.getObjectMetadata(object, { signal }));
  return current && progress && { current, progress };
}

async function ifThere<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isSyncServiceError(error, 'SYNC_NOT_FOUND')) return undefined;
    throw error;
  }
}
