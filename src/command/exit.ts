import { isSyncServiceError } from '../client';

/** The exit codes of commands. */
export const exit = {
  done: 0,
  failed: 1,
  wronglyCalled: 2,
  nothingThere: 3,
} as const;

/** The command was called incorrectly. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The exit code for a failure. */
export function exitOf(error: unknown): number {
  if (error instanceof UsageError || isSyncServiceError(error, 'SYNC_INVALID_ARGUMENT'))
    return exit.wronglyCalled;
  return isSyncServiceError(error, 'SYNC_NOT_FOUND') ? exit.nothingThere : exit.failed;
}
