import type { EndSignal } from '../../system/ending';
import {
  isSyncServiceError,
  SyncServiceError,
  type SyncServiceErrorCode,
  type SyncServiceErrorDetails,
} from '../errors';
import { bodyLengthMismatch, bodyTooLarge, firstOf, NotSentError } from './http';
import type { ServiceResponse } from './request';

/** How many characters of an answer the message of an error repeats; its `response` has more. */
const inMessage = 500;

const codeOfStatus: Record<number, SyncServiceErrorCode> = {
  401: 'SYNC_UNAUTHORIZED',
  403: 'SYNC_UNAUTHORIZED',
  404: 'SYNC_NOT_FOUND',
  429: 'SYNC_BUSY',
  503: 'SYNC_BUSY',
};

/**
 * An answer with another status than the wanted one. The service's errors are plain text, often empty.
 *
 * @param request what was asked, and whether without any credentials.
 */
export function errorOfStatus(
  { status, headers }: Pick<ServiceResponse, 'status' | 'headers'>,
  text: string,
  { method, url, keyless = false }: { method: string; url: string; keyless?: boolean },
): SyncServiceError {
  const details = { statusCode: status, method, url, response: text };
  if (status === 404 && text !== '') {
    const server = headers.server === undefined ? '' : ` (${headers.server})`;
    // The service's own 404 is empty where it means that something is not there.
    const message = `${method} ${url} was answered with a 404 page${server} that is none of a sync service: the address is wrong, or an ingress or proxy in front of the service does not find it`;
    return new SyncServiceError('SYNC_UNEXPECTED_RESPONSE', message, details);
  }
  const destination = unknownDestination(status, text);
  if (destination !== undefined) {
    const message = `${method} ${url} was answered with ${status}: no edge ${destination} is registered there. A new one registers some 10 s after its start; or its type, its ID or the organization is another`;
    return new SyncServiceError('SYNC_UNKNOWN_DESTINATION', message, details);
  }
  const code = codeOfStatus[status] ?? codeOfOtherStatus(status);
  const said = text ? `: ${text.slice(0, inMessage)}` : '';
  const why = keyless && code === 'SYNC_UNAUTHORIZED' ? ' (no key was sent)' : '';
  return new SyncServiceError(code, `${method} ${url} was answered with ${status}${said}${why}`, details);
}

/**
 * How a CSS refuses a destination that is not registered: with 500, or with 400 where its store is MongoDB. An entry that
 * is no destination at all is an `Invalid destination` on both, but has another number of colons.
 */
const unknownDestinations: Record<number, RegExp> = {
  500: /^Failed to find destination ([^:\n]+:[^:\n]*)$/m,
  400: /^Invalid destination ([^:\n]+:[^:\n]+)$/m,
};

function unknownDestination(status: number, text: string): string | undefined {
  return unknownDestinations[status]?.exec(text)?.[1];
}

function codeOfOtherStatus(status: number): SyncServiceErrorCode {
  if (status >= 500) return 'SYNC_SERVER_ERROR';
  return status >= 400 ? 'SYNC_REJECTED' : 'SYNC_UNEXPECTED_RESPONSE';
}

/** Whether a text is an HTML page: the service has none, an ingress or a proxy in front of it has. */
function isPage(text: string): boolean {
  return /^\s*</.test(text);
}

/**
 * Whether an answer comes from an ingress or a proxy before the service, though the service has that status too: a 408, or
 * a refusal with a page. A 413 counts as the service's own: what is too large for an ingress will never reach the service.
 */
export function isFromIntermediary({
  response,
  statusCode,
}: {
  response?: unknown;
  statusCode?: unknown;
}): boolean {
  if (statusCode === 408) return true;
  return isRefusal(statusCode) && statusCode !== 413 && typeof response === 'string' && isPage(response);
}

function isRefusal(statusCode: unknown): boolean {
  return typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500;
}

/** Names what went wrong between here and the service. */
export function errorOfTransport(
  thrown: unknown,
  details: SyncServiceErrorDetails,
  signal: EndSignal | undefined,
): SyncServiceError {
  const request = `${details.method} ${details.url}`;
  if (signal?.aborted) {
    const timedOut = (signal.reason as { name?: unknown } | undefined)?.name === 'TimeoutError';
    const ended = { ...details, cause: thrown instanceof NotSentError ? thrown : signal.reason };
    return timedOut
      ? new SyncServiceError('SYNC_TIMEOUT', `${request} took too long`, ended)
      : new SyncServiceError('SYNC_ABORTED', `${request} was aborted`, ended);
  }
  const cause = firstOf(thrown);
  const [code, what] = transportFailure(cause, details.method);
  return new SyncServiceError(code, `${request}${what}`, { ...details, cause });
}

/** The code for a failure of the transport, and what follows the request in its message. */
function transportFailure(
  cause: Error & { code?: unknown },
  method: string | undefined,
): [SyncServiceErrorCode, string] {
  const code = String(cause.code ?? '');
  const reason = cause instanceof NotSentError ? cause.message : code || cause.message;
  if (code === bodyLengthMismatch) return ['SYNC_INCOMPLETE_DATA', `: ${cause.message}`];
  if (code === bodyTooLarge) return ['SYNC_UNEXPECTED_RESPONSE', `: ${cause.message}`];
  if (isNoHttp(code, cause))
    return ['SYNC_UNEXPECTED_RESPONSE', ` was answered with something else than HTTP (${cause.message})`];
  if (code.endsWith('_TIMEOUT') || code === 'ETIMEDOUT')
    return ['SYNC_TIMEOUT', ` was not answered in time (${reason})`];
  if (isTls(code)) {
    const said = isPlain(code) ? 'what answered is not TLS' : 'the certificate is not trusted';
    return ['SYNC_TLS', `: ${said} (${reason})`];
  }
  if (cause instanceof NotSentError || neverConnected.has(code))
    return ['SYNC_UNREACHABLE', ` did not reach the service (${reason})`];
  const known = method === 'GET' ? '' : ': whether it has arrived is not known';
  return ['SYNC_UNREACHABLE', ` was not answered, the connection broke (${reason})${known}`];
}

/** What a transport says without a NotSentError, where nobody was there to send to. */
const neverConnected = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ENOENT', 'EACCES']);

/** Not HTTP at all, or a head without end. */
function isNoHttp(code: string, { name }: Error): boolean {
  return name === 'HTTPParserError' || code.startsWith('HPE_') || code === 'UND_ERR_HEADERS_OVERFLOW';
}

/** Whether it is what OpenSSL makes of plain HTTP. */
export function isPlain(code: string): boolean {
  return /^ERR_SSL_(WRONG_VERSION|PACKET_LENGTH)/.test(code);
}

function isTls(code: string): boolean {
  return /^ERR_(TLS|SSL)_|CERT|SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)/.test(code);
}

/** Whether nothing of the request has reached the service, as far as can be known from here. */
export function wasNotSent({ cause }: SyncServiceError): boolean {
  return cause instanceof NotSentError;
}

/** The failure of a question that came before a request, as that of the request: nothing of this was sent. */
export function unsent(failure: unknown): unknown {
  if (!isSyncServiceError(failure)) return failure;
  const { cause, code, message, method, response, statusCode, url } = failure;
  const reason = (cause as { code?: unknown } | undefined)?.code;
  return new SyncServiceError(code, message, {
    ...(statusCode !== undefined && { statusCode }),
    ...(method !== undefined && { method }),
    ...(url !== undefined && { url }),
    ...(response !== undefined && { response }),
    cause: new NotSentError(typeof reason === 'string' ? reason : code, message, cause),
  });
}

/**
 * Whether the service may have done what it was asked, though that failed: 429 and 503 are said before anything is done,
 * and a page that refuses in place of it.
 */
export function mayHaveArrived(error: SyncServiceError): boolean {
  const isRefused = isFromIntermediary(error) && error.statusCode !== 408;
  return error.code !== 'SYNC_BUSY' && !wasNotSent(error) && !isRefused;
}
