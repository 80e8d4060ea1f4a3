import type { DestinationStatus, ObjectMetadata, ObjectStatus } from '../../protocol/metadata';
import type { ServiceKind } from '../connection/kind';
import type { CallOptions } from '../connection/options';
import { isSyncServiceError } from '../errors';
import type { ObjectReference } from '../objects/names';

/** What waiting for a delivery asks of a service. SyncServiceClient is one. */
export interface DeliverySource {
  readonly kind: ServiceKind;
  getObjectMetadata(object: ObjectReference, options?: CallOptions): Promise<ObjectMetadata>;
  getObjectStatus(object: ObjectReference, options?: CallOptions): Promise<ObjectStatus>;
  getObjectDestinations(object: ObjectReference, options?: CallOptions): Promise<DestinationStatus[]>;
}

/** What one look at an object has seen. */
export interface Sight {
  current: ObjectMetadata;
  /** How far it is at each destination; all that an ESS can tell is whether the cloud consumed it. */
  progress: DestinationStatus[] | { consumedByCloud: boolean };
}

/** Looks how far an object has come; undefined where there is none (any more). */
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
  // Looked at last: if a version is current now, what was seen before was of this version as well, or of an older one.
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
