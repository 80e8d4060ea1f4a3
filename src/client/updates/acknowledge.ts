import type { ObjectMetadata } from '../../protocol/metadata';
import { isSyncServiceError } from '../errors';
import type { ObjectReference } from '../objects/names';
import type { UpdateSource } from './source';

export type Acknowledgement = 'consumed' | 'received';

export type AcknowledgeOutcome = 'consumed' | 'received' | 'deleted' | 'superseded' | 'gone';

/** How long the service may take to answer before its list is asked instead, in ms. */
const patience = 10_000;

/**
 * Acknowledges one version of an object. The service's acknowledgements carry no version and each one counts, so the
 * version is compared first, and an acknowledgement is never sent twice: when its answer does not come (an ESS holds it
 * back while its CSS is away), the list of the type tells whether it was taken. Questions on the object itself may
 * hang with it; then the list tells the version too.
 *
 * @param object with its instanceID, as it was received; without one the current version is acknowledged.
 * @throws SyncServiceError when the service refuses, or when it cannot be known whether it took the acknowledgement.
 */
export async function acknowledgeSafely(
  source: UpdateSource,
  object: ObjectReference & Partial<ObjectMetadata>,
  how: Acknowledgement,
  options: { checkVersion?: boolean; signal?: AbortSignal | undefined } = {},
): Promise<AcknowledgeOutcome> {
  const { signal } = options;
  const current = await currentVersion(source, object, signal);
  if (!current) return 'gone';
  if ((options.checkVersion ?? true) && isOtherVersion(object, current)) return 'superseded';
  const outcome = current.deleted ? 'deleted' : how;
  try {
    await mark(source, object, outcome, withPatience(signal));
  } catch (error) {
    if (signal?.aborted || !isUnanswered(error)) throw error;
    const listed = await listedVersion(source, object, outcome !== 'received', signal);
    if (listed && listed.instanceID === current.instanceID) throw error;
  }
  return outcome;
}

async function currentVersion(
  source: UpdateSource,
  object: ObjectReference,
  signal: AbortSignal | undefined,
): Promise<ObjectMetadata | undefined> {
  try {
    return await source.getObjectMetadata(object, { signal: withPatience(signal) });
  } catch (error) {
    if (isSyncServiceError(error, 'SYNC_NOT_FOUND')) return undefined;
    if (signal?.aborted || !isSyncServiceError(error, 'SYNC_TIMEOUT')) throw error;
    return listedVersion(source, object, true, signal);
  }
}

function isOtherVersion(handed: Partial<ObjectMetadata>, current: ObjectMetadata): boolean {
  if (handed.instanceID === undefined) return false;
  return handed.instanceID !== current.instanceID || (handed.deleted ?? false) !== current.deleted;
}

function mark(
  source: UpdateSource,
  object: ObjectReference,
  how: AcknowledgeOutcome,
  signal: AbortSignal,
): Promise<void> {
  if (how === 'deleted') return source.markObjectDeleted(object, { signal });
  return how === 'received'
    ? source.markObjectReceived(object, { signal })
    : source.markObjectConsumed(object, { signal });
}

/** Sent, perhaps, and not answered. */
function isUnanswered(error: unknown): boolean {
  return isSyncServiceError(error, 'SYNC_TIMEOUT', 'SYNC_UNREACHABLE');
}

async function listedVersion(
  source: UpdateSource,
  object: ObjectReference,
  received: boolean,
  signal: AbortSignal | undefined,
): Promise<ObjectMetadata | undefined> {
  const listed = await source.listUpdates(object.objectType, { received, signal: withPatience(signal) });
  return listed.find(({ objectID }) => objectID === object.objectID);
}

function withPatience(signal: AbortSignal | undefined): AbortSignal {
  const limit = AbortSignal.timeout(patience);
  return signal ? AbortSignal.any([signal, limit]) : limit;
}
