import type { Random } from '../../system/random';
import { isSyncServiceError } from '../errors';

/** What a policy has to know of a request that failed. */
export interface FailedAttempt {
  error: unknown;
  /** Counted from 1. */
  attempt: number;
  /** Seconds that the service asked to wait, from Retry-After. */
  retryAfter?: number | undefined;
}

const maxAttempts = 4;
const firstPause = 200;
const longestRetryAfter = 30_000;

/**
 * How long to wait before a request is repeated, in ms; undefined when it must not be. Only for requests that may be
 * repeated: reads, and PUTs whose body can be sent again. Acknowledgements are not among them: each one counts.
 *
 * A 500 is not repeated: the service answers so for what will fail again, such as a wrong signature.
 */
export function pauseBeforeRetry(failed: FailedAttempt, random: Random): number | undefined {
  if (failed.attempt >= maxAttempts || !isPassing(failed.error)) return undefined;
  if (failed.retryAfter !== undefined) return Math.min(failed.retryAfter * 1_000, longestRetryAfter);
  return random.next() * firstPause * 2 ** failed.attempt;
}

function isPassing(error: unknown): boolean {
  if (!isSyncServiceError(error)) return false;
  if (error.code === 'SYNC_BUSY') return true;
  if (error.code === 'SYNC_UNREACHABLE') return isBrokenConnection(error.cause);
  return error.statusCode === 502 || error.statusCode === 504;
}

/** A connection that broke, or a name server that did not answer; not a port where nobody listens. */
function isBrokenConnection(cause: unknown): boolean {
  const code = (cause as { code?: unknown } | undefined)?.code;
  return code === 'ECONNRESET' || code === 'EPIPE' || code === 'UND_ERR_SOCKET' || code === 'EAI_AGAIN';
}
