import { isSyncServiceError } from '../../../../src/client';

/** What the service or the line may take back, by guarantee 3. */
const passing: ReadonlySet<number> = new Set([401, 403, 408, 429]);

/** Whether it is the service's own word, which no other try will change. */
export function isRefusal(error: unknown): boolean {
  return isSyncServiceError(error) && isFinal(error.statusCode ?? 0);
}

/** The same of the status of an answer. */
export function isFinal(status: number): boolean {
  return status >= 400 && status < 500 && !passing.has(status);
}
