import type { ObjectMetadata } from '../../src/client';

/** What the dialog of a sync-in lets in. */
export interface Wanted {
  /** The one object that is wanted; empty for all of the type. */
  objectID: string;
  /** Also objects past their expiration. */
  expired: boolean;
  /** These are acknowledged, and not handed out. */
  acknowledgeExpired: boolean;
}

/** Whether an object is for the node: to be handed out, or acknowledged without that. An edge goes on listing what has expired, which its cloud forgets. */
export function isWanted(object: ObjectMetadata, wanted: Wanted, now: number): boolean {
  const { acknowledgeExpired, expired, objectID } = wanted;
  if (objectID && object.objectID !== objectID) return false;
  return expired || acknowledgeExpired || !isExpired(object, now);
}

/** Whether an object is acknowledged instead of being handed out. */
export function isDone(object: ObjectMetadata, wanted: Wanted, now: number): boolean {
  return !wanted.expired && wanted.acknowledgeExpired && isExpired(object, now);
}

function isExpired({ deleted, expiration }: ObjectMetadata, now: number): boolean {
  return !deleted && expiration !== '' && Date.parse(expiration) <= now;
}
