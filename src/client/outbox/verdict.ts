import { isStorageError } from '../../storage/errors';
import { isFromIntermediary } from '../connection/failures';
import type { ServiceKind } from '../connection/kind';
import { isSyncServiceError, type SyncServiceError } from '../errors';
import type { Entry, OutboxAction, OutboxReason } from './entry';

/**
 * What a failure means for an entry: it is `done` after all; it is `refused` for good; it `rests` while others go on; the
 * service is `away` for all; access is `forbidden`, to this object or to all; it was `superseded` by another call of this
 * process; or it was `ended` from our side.
 */
export type Verdict = 'done' | 'refused' | 'rests' | 'away' | 'forbidden' | 'superseded' | 'ended';

/** The verdict on a 404. A publish rests: somebody may have deleted the object between its two requests. */
const ofWhatIsGone: Readonly<Record<OutboxAction, Verdict>> = {
  publish: 'rests',
  metadata: 'rests',
  data: 'refused',
  activate: 'refused',
  delete: 'done',
};

/** Statuses that a repeated request would get again. Others may pass: a proxy may have sent them. */
const refusals = new Set([400, 413]);

export function verdictOn(error: unknown, entry: Pick<Entry, 'action'>, kind: ServiceKind): Verdict {
  if (!isSyncServiceError(error)) return 'rests';
  const verdict = verdictOf(error, entry, kind);
  return isOnHealth(error) && (verdict === 'refused' || verdict === 'done') ? 'rests' : verdict;
}

function verdictOf(error: SyncServiceError, { action }: Pick<Entry, 'action'>, kind: ServiceKind): Verdict {
  switch (error.code) {
    case 'SYNC_ABORTED':
      return 'ended';
    case 'SYNC_SUPERSEDED':
      return 'superseded';
    case 'SYNC_CLOSED':
    case 'SYNC_UNREACHABLE':
    case 'SYNC_TLS':
    case 'SYNC_TIMEOUT':
    case 'SYNC_ENVIRONMENT':
    case 'SYNC_WRONG_SERVICE_KIND':
    case 'SYNC_UNEXPECTED_RESPONSE':
      return 'away';
    case 'SYNC_UNAUTHORIZED':
      return 'forbidden';
    case 'SYNC_NOT_FOUND':
      return ofWhatIsGone[action];
    case 'SYNC_INVALID_ARGUMENT':
    case 'SYNC_SIGNATURE_INVALID':
    case 'SYNC_CHANGED_DATA':
      return 'refused';
    case 'SYNC_BUSY':
      return error.statusCode === 429 ? 'away' : 'rests';
    case 'SYNC_REJECTED':
      return isRefusal(error, kind) ? 'refused' : 'rests';
    default:
      return 'rests';
  }
}

/** Whether a refusal is final: not that of a proxy, nor of a CSS while a deletion of the object is on its way to edges. */
function isRefusal(error: SyncServiceError, kind: ServiceKind): boolean {
  const { response = '', statusCode = 0 } = error;
  const passes = kind === 'CSS' && statusCode === 400 && response.includes('receiving side');
  return refusals.has(statusCode) && !isFromIntermediary(error) && !passes;
}

/** Whether it was refused without a reason: the service always gives one for requests that it knows. */
export function isWithoutWord(error: unknown): boolean {
  if (!isSyncServiceError(error, 'SYNC_REJECTED')) return false;
  return error.statusCode === 400 && (error.response ?? '').trim() === '';
}

/** Whether the service, or a proxy in front of it, failed, whatever the request. */
export function isFailureOfService(error: unknown): boolean {
  return isSyncServiceError(error) && (error.statusCode ?? 0) >= 500;
}

/** Whether the request for the service's kind failed, which precedes others: that says nothing about the object. */
function isOnHealth({ url = '' }: SyncServiceError): boolean {
  return url.endsWith('/health');
}

/** Whether the service itself forbids it, with 403 and plain text. A 401, or an HTML page, comes from an ingress. */
export function isForbiddenByService(error: unknown): boolean {
  if (!isSyncServiceError(error)) return false;
  return error.statusCode === 403 && !isFromIntermediary(error) && !isOnHealth(error);
}

/** Whether the disk failed to deliver what was to be sent. */
export function isOfStorage(error: unknown): boolean {
  return isStorageError(error) || isSyncServiceError(error, 'SYNC_STORAGE');
}

/** How much of a message is kept. */
const told = 1_000;

export function reasonOf(error: unknown): OutboxReason {
  const message = (error instanceof Error ? error.message : String(error)).slice(0, told);
  if (isStorageError(error)) return { code: 'SYNC_STORAGE', message };
  if (!isSyncServiceError(error)) return { code: 'SYNC_OUTBOX_ERROR', message };
  const { code, statusCode } = error;
  return { code, message, ...(statusCode !== undefined && { statusCode }) };
}
