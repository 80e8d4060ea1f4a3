import { isStorageError } from '../../storage/errors';
import { isFromIntermediary } from '../connection/failures';
import type { ServiceKind } from '../connection/kind';
import { isSyncServiceError, type SyncServiceError } from '../errors';
import type { Entry, OutboxAction, OutboxReason } from './entry';

/**
 * What a failure means for an entry: it is `done` after all; it is `refused` for good; it `rests`, and others go; the
 * service is `away`, for all; who asks is `forbidden` to, for this object or for all; it was `superseded` by somebody else of this
 * process; or it was `ended` from here.
 */
export type Verdict = 'done' | 'refused' | 'rests' | 'away' | 'forbidden' | 'superseded' | 'ended';

/** What is published may have been deleted by somebody between its two requests. */
const ofWhatIsGone: Readonly<Record<OutboxAction, Verdict>> = {
  publish: 'rests',
  metadata: 'rests',
  data: 'refused',
  activate: 'refused',
  delete: 'done',
};

/** The statuses that will not be another one next time. Others may pass: a proxy may have given them. */
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

/** On a CSS an object cannot be written while a deletion of it is on its way to edges. */
function isRefusal(error: SyncServiceError, kind: ServiceKind): boolean {
  const { response = '', statusCode = 0 } = error;
  const passes = kind === 'CSS' && statusCode === 400 && response.includes('receiving side');
  return refusals.has(statusCode) && !isFromIntermediary(error) && !passes;
}

/** Whether it was refused as the service refuses nothing that it knows: it gives a reason. */
export function isWithoutWord(error: unknown): boolean {
  if (!isSyncServiceError(error, 'SYNC_REJECTED')) return false;
  return error.statusCode === 400 && (error.response ?? '').trim() === '';
}

/** Whether the service, or a proxy before it, failed, on whatever it was asked. */
export function isFailureOfService(error: unknown): boolean {
  return isSyncServiceError(error) && (error.statusCode ?? 0) >= 500;
}

/** Whether the question for the service's kind failed, which comes before others: no word on any object. */
function isOnHealth({ url = '' }: SyncServiceError): boolean {
  return url.endsWith('/health');
}

/** Whether the service itself forbids it: it says so by 403 and in plain text. A 401, or a page, is that of an ingress. */
export function isForbiddenByService(error: unknown): boolean {
  if (!isSyncServiceError(error)) return false;
  return error.statusCode === 403 && !isFromIntermediary(error) && !isOnHealth(error);
}

/** Whether the disk did not give what was to be sent. */
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
