import { isSyncServiceError } from '../../../../src/client';

/** Refusals that the service or the connection may take back, by guarantee 3. */
const passing: ReadonlySet<number> = new Set([401, 403, 408, 429]);

/** Whether it is the service's own refusal, which no other try will change. */
export function isRefusal(error: unknown): boolean {
  return isSyncServiceError(error) && isFinal(error.statusCode ?? 0);
}

/** The same for the status of an answer. */
export function isFinal(status: number): boolean {
  return status >= 400 && status < 500 && !passing.has(status);
}
