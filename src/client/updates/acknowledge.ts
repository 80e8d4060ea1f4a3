import type { Clock } from '../../system/clock';
import { endedWithin } from '../../system/deadline';
import type { EndSignal } from '../../system/ending';
import { isFromIntermediary, mayHaveArrived, wasNotSent } from '../connection/failures';
import { isSyncServiceError, type SyncServiceError } from '../errors';
import type { ObjectReference } from '../objects/names';
import type { Acknowledgement, Taken } from './acknowledgement';
import type { ObjectVersion, UpdateSource } from './source';
import { versionOf } from './version';

/** The result of one try. */
export type Try = { result: Taken | 'superseded' } | FailedTry;

export type FailedTry =
  /** The service does not know the object, or refuses the acknowledgement: its list decides. */
  | { result: 'absent' | 'refused'; error: SyncServiceError }
  /** Unknown: the list will tell. `sent` if the acknowledgement itself may have reached the service. */
  | { result: 'unanswered'; sent: boolean; error: SyncServiceError };

export interface TryOptions {
  /** The version to acknowledge; undefined for whichever is current. */
  version: string | undefined;
  how: Acknowledgement;
  /** Whether that version is a deletion, if known. */
  deleted: boolean | undefined;
  /** Whether to ask for the current version first. */
  check: boolean;
  signal: EndSignal;
}

/** How long the service may take to answer a question or an acknowledgement before its list is asked instead, in ms. */
const patience = 10_000;

/**
 * Acknowledges one version of an object, once. The service's acknowledgements carry no version, so the current one is
 * compared first; each of them counts as one consumer, so none is repeated here. While its CSS is away an ESS holds
 * back its answer to an acknowledgement, and its answers to queries about the object as well.
 *
 * @throws SyncServiceError only if the caller's signal or the end of the client ended it.
 */
export async function tryToAcknowledge(
  source: UpdateSource,
  clock: Clock,
  object: ObjectReference,
  options: TryOptions,
): Promise<Try> {
  const { how, signal, version } = options;
  let deleted = options.deleted ?? false;
  if (options.check) {
    let current: ObjectVersion;
    try {
      current = await endedWithin(clock, patience, [signal], (limited) =>
        source.getObjectVersion(object, { signal: limited }),
      );
    } catch (error) {
      return failed(error, signal, false);
    }
    if (version !== undefined && versionOf(current) !== version) return { result: 'superseded' };
    deleted = current.deleted;
  }
  const taken = deleted ? 'deleted' : how;
  try {
    await endedWithin(clock, patience, [signal], (limited) => mark(source, object, taken, limited));
  } catch (error) {
    return failed(error, signal, true);
  }
  return { result: taken };
}

function mark(source: UpdateSource, object: ObjectReference, how: Taken, signal: EndSignal): Promise<void> {
  if (how === 'deleted') return source.markObjectDeleted(object, { signal });
  return how === 'received'
    ? source.markObjectReceived(object, { signal })
    : source.markObjectConsumed(object, { signal });
}

function failed(error: unknown, signal: EndSignal, marking: boolean): Try {
  if (!isSyncServiceError(error, ...passing) || signal.aborted) throw error;
  if (error.code === 'SYNC_NOT_FOUND' && !marking) return { result: 'absent', error };
  const refusal = isSyncServiceError(error, 'SYNC_REJECTED', 'SYNC_NOT_FOUND', 'SYNC_UNAUTHORIZED');
  if (refusal && marking && !wasNotSent(error) && !isFromIntermediary(error))
    return { result: 'refused', error };
  return { result: 'unanswered', sent: marking && mayHaveArrived(error), error };
}

/** Failures that another try may overcome, or that the list can resolve. */
const passing = [
  'SYNC_REJECTED',
  'SYNC_NOT_FOUND',
  'SYNC_UNAUTHORIZED',
  'SYNC_UNREACHABLE',
  'SYNC_TLS',
  'SYNC_TIMEOUT',
  'SYNC_BUSY',
  'SYNC_SERVER_ERROR',
  'SYNC_UNEXPECTED_RESPONSE',
  'SYNC_WRONG_SERVICE_KIND',
] as const;
