import type { ObjectMetadata } from '../../protocol/metadata';
import { isSyncServiceError } from '../errors';
import type { ObjectReference } from '../validation';
import type { UpdateSource } from './source';

export type Acknowledgement = 'consumed' | 'received';

export type AcknowledgeOutcome = 'consumed' | 'received' | 'deleted' | 'superseded' | 'gone';

/** How long the service may take to answer an acknowledgement before its list is asked instead, in ms. */
const patience = 10_000;

/**
 * Acknowledges one version of an object. The service's acknowledgements carry no version and each one counts, so the
 * version is compared first, and an acknowledgement is never sent twice: when its answer does not come (an ESS holds it
 * back while its CSS is away), the list of the type tells whether it was taken. Questions on the object itself would
 * hang with it.
 *
 * @param object with its instanceID, as it was received; without one the current version is acknowledged.
 * @throws SyncServiceError when the service refuses, or when it cannot be known whether it took the acknowledgement.
 */
export async function acknowledgeSafely(
  source: UpdateSource,
  object: ObjectReference & Partial<ObjectMetadata>,
  how: Acknowledgement,
  options: { checkVersion?: boolean; signal?: AbortSignal } = {},
): Promise<AcknowledgeOutcome> {
  const signal = options.signal;
  const current = await currentVersion(source, object, signal);
  if (!current) return 'gone';
  if ((options.checkVersion ?? true) && isOtherVersion(object, current)) return 'superseded';
  const outcome = current.deleted ? 'deleted' : how;
  try {
    await mark(source, object, outcome, withPatience(signal));
  } catch (error) {
    if (signal?.aborted || !isSyncServiceError(error, 'SYNC_TIMEOUT')) throw error;
    if (await isStillListed(source, current, outcome, signal)) throw error;
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
    throw error;
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

async function isStillListed(
  source: UpdateSource,
  object: ObjectMetadata,
  outcome: AcknowledgeOutcome,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  const received = outcome !== 'received';
  const listed = await source.listUpdates(object.objectType, { received, signal: withPatience(signal) });
  return listed.some(
    ({ objectID, instanceID }) => objectID === object.objectID && instanceID === object.instanceID,
  );
}

function withPatience(signal: AbortSignal | undefined): AbortSignal {
  const limit = AbortSignal.timeout(patience);
  return signal ? AbortSignal.any([signal, limit]) : limit;
}
