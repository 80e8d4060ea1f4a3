import { badRequest } from './response';

/** What was written here, and may be written again. */
const own = new Set(['ready', 'notReady', 'verificationFailed']);

export function refuseReceived(object: { status: string } | undefined, text: string): void {
  if (object && !own.has(object.status)) throw badRequest(text);
}

/** Marks are refused with 400, not 404. */
export function unmarkable(mark: string): ReturnType<typeof badRequest> {
  return badRequest(
    mark === 'deleted'
      ? "Failed to confirm object's deletion. Error: Failed to find object to confirm deletion"
      : `Failed to mark the object as ${mark}. Error: Failed to find object to mark as ${mark}`,
  );
}

/** With two newlines, as the real service. */
export function wrongState({ status }: { status: string }, mark: string): ReturnType<typeof badRequest> {
  return badRequest(
    mark === 'deleted'
      ? "Failed to confirm object's deletion. Error: Invalid attempt to confirm deletion of object with empty lastRemovedPolicyServices list\n"
      : `Failed to mark the object as ${mark}. Error: Invalid attempt to mark object in status ${status} as ${mark}\n`,
  );
}
