import { badRequest } from './response';

/** What was written here, and may be written again. */
const own = new Set(['ready', 'notReady', 'verificationFailed']);

export function refuseReceived(object: { status: string } | undefined, text: string): void {
  if (object && !isOwn(object)) throw badRequest(text);
}

export function isOwn({ status }: { status: string }): boolean {
  return own.has(status);
}

/** Marks are refused with 400, not 404. */
export function unmarkable(mark: string): ReturnType<typeof badRequest> {
  return badRequest(
    mark === 'deleted'
      ? "Failed to confirm object's deletion. Error: Failed to find object to confirm deletion"
      : `Failed to mark the object as ${mark}. Error: Failed to find object to mark as ${mark}`,
  );
}

/**
 * With two newlines, as the real service.
 *
 * @param dropped whether a policy has dropped services, of which the one that asks is none.
 */
export function wrongState(
  { status }: { status: string },
  mark: string,
  dropped = false,
): ReturnType<typeof badRequest> {
  if (mark !== 'deleted') {
    const failed = `Failed to mark the object as ${mark}. Error:`;
    return badRequest(`${failed} Invalid attempt to mark object in status ${status} as ${mark}\n`);
  }
  const why = dropped
    ? 'for service not in lastRemovedPolicyServices'
    : 'with empty lastRemovedPolicyServices list';
  const failed = "Failed to confirm object's deletion. Error:";
  return badRequest(`${failed} Invalid attempt to confirm deletion of object ${why}\n`);
}
