import { isSyncServiceError } from '../client';

/** What a command says to the shell that called it. */
export const exit = {
  done: 0,
  failed: 1,
  wronglyCalled: 2,
  nothingThere: 3,
} as const;

/** The command was called in a way that it does not know. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** How a command ends that fails so. */
export function exitOf(error: unknown): number {
  if (error instanceof UsageError || isSyncServiceError(error, 'SYNC_INVALID_ARGUMENT'))
    return exit.wronglyCalled;
  return isSyncServiceError(error, 'SYNC_NOT_FOUND') ? exit.nothingThere : exit.failed;
}
