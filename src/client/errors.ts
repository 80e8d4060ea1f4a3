import { shortened } from '../system/shortened';

/** The codes of errors, each with what it stands for. */
export const errorCodes = [
  /** The call itself is wrong (a missing objectID, a name that no edge can fetch): nothing was sent. */
  'SYNC_INVALID_ARGUMENT',
  /** HZN_ESS_* or the files that it names are missing or unusable. */
  'SYNC_ENVIRONMENT',
  /** Nobody answers: refused, unknown host, broken connection, missing socket. */
  'SYNC_UNREACHABLE',
  /** The server's certificate is not trusted or does not fit. */
  'SYNC_TLS',
  /** Connected, but no answer, or no further byte, in time. */
  'SYNC_TIMEOUT',
  /** 403: key, secret or organization are wrong, or the user may not do this. */
  'SYNC_UNAUTHORIZED',
  /** 400 and other refusals of what was asked. */
  'SYNC_REJECTED',
  /** 404: there is no such object, or it has no data (yet). */
  'SYNC_NOT_FOUND',
  /** 429 or 503: the service asks to come back later. */
  'SYNC_BUSY',
  /** An edge that is named as destination is not registered with the cloud (yet): nothing was stored. */
  'SYNC_UNKNOWN_DESTINATION',
  /** 5xx. */
  'SYNC_SERVER_ERROR',
  /** An answer that the service does not give: not JSON where JSON was due, or a status out of place. */
  'SYNC_UNEXPECTED_RESPONSE',
  /** An ESS where a CSS was configured, or the other way round. */
  'SYNC_WRONG_SERVICE_KIND',
  /** Fewer or more bytes of data than the metadata says. */
  'SYNC_INCOMPLETE_DATA',
  /** The data does not fit its signature. */
  'SYNC_SIGNATURE_INVALID',
  /** The data is signed with a key that is not among the trusted ones, or not signed at all. */
  'SYNC_UNTRUSTED_KEY',
  /** The object changed meanwhile: what was asked for is no longer the current version. */
  'SYNC_SUPERSEDED',
  /** The data is larger than the limit that was set. */
  'SYNC_TOO_LARGE',
  /** One of its destinations could not take a published object. */
  'SYNC_DELIVERY_FAILED',
  /** Too many deliveries are waited for already: the object is published, and its delivery is not waited for. */
  'SYNC_TOO_MANY_WAITS',
  /** The disk refuses: it is full, the folder is missing or not permitted; `cause` has a code for it (STORAGE_…). */
  'SYNC_STORAGE',
  /** The outbox has no room for more, or none for so much: nothing was kept. */
  'SYNC_OUTBOX_FULL',
  /** The data of an entry is not what it was when the outbox took it, or is gone. */
  'SYNC_CHANGED_DATA',
  /** The caller's AbortSignal ended the call. */
  'SYNC_ABORTED',
  /** The client is closed. */
  'SYNC_CLOSED',
] as const;

export type SyncServiceErrorCode = (typeof errorCodes)[number];

export interface SyncServiceErrorDetails {
  /** HTTP status, where there was an answer. */
  statusCode?: number;
  method?: string;
  /** Without user information and without query values that could be secret. */
  url?: string;
  /** The text that the service answered with, cut to a few KiB. */
  response?: string;
  /** Where `publish` needs two requests: the one that failed. After `data`, the metadata is stored and its data is not. */
  half?: 'metadata' | 'data';
  /** Of SYNC_NOT_FOUND: the object itself, or only its data. */
  missing?: 'object' | 'data';
  cause?: unknown;
}

/**
 * Whatever goes wrong between an application and the service. Its `code` tells the kind and is stable; its message names
 * status, method and path, and never a credential.
 */
export class SyncServiceError extends Error {
  override readonly name = 'SyncServiceError';
  readonly code: SyncServiceErrorCode;
  /** Of the answer, where there was one; as `response`, its text. */
  readonly statusCode: number | undefined;
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly response: string | undefined;
  /** Where `publish` needs two requests: the one that failed. */
  readonly half: 'metadata' | 'data' | undefined;
  /** Of SYNC_NOT_FOUND: the object itself, or only its data. */
  readonly missing: 'object' | 'data' | undefined;
  #isPartlySent = false;

  constructor(code: SyncServiceErrorCode, message: string, details: SyncServiceErrorDetails = {}) {
    super(shortened(message), details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.statusCode = details.statusCode;
    this.method = details.method;
    this.url = details.url;
    this.response = details.response;
    this.half = details.half;
    this.missing = details.missing;
  }

  /** The same failure, with which half of a publish it was. */
  in(half: 'metadata' | 'data'): SyncServiceError {
    if (half === 'metadata') return this.#again('', half);
    return this.#again(
      this.#isPartlySent ? ' (the metadata is stored)' : ' (the metadata is stored, the data is not)',
      half,
    );
  }

  /** The same failure, of an upload of which a part may have arrived: a store in MongoDB takes that for the whole. @internal */
  partlySent(): SyncServiceError {
    const warning =
      '. A CSS on MongoDB takes what has arrived for the whole: send it again until that succeeds, or delete the object';
    const told = this.#again(warning, this.half);
    told.#isPartlySent = true;
    return told;
  }

  #again(more: string, half: SyncServiceError['half']): SyncServiceError {
    const { statusCode, method, url, response, missing, cause } = this;
    return new SyncServiceError(this.code, `${this.message}${more}`, {
      ...(statusCode !== undefined && { statusCode }),
      ...(method !== undefined && { method }),
      ...(url !== undefined && { url }),
      ...(response !== undefined && { response }),
      ...(missing !== undefined && { missing }),
      ...(half !== undefined && { half }),
      cause,
    });
  }
}

/** Whether `value` is a SyncServiceError, and, where codes are given, of one of them. */
export function isSyncServiceError(
  value: unknown,
  ...codes: SyncServiceErrorCode[]
): value is SyncServiceError {
  return value instanceof SyncServiceError && (codes.length === 0 || codes.includes(value.code));
}

/** The failure of a call that is wrong in itself: nothing was sent. */
export function invalidArgument(message: string): SyncServiceError {
  return new SyncServiceError('SYNC_INVALID_ARGUMENT', message);
}
