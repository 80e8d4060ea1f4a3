import type { ObjectMetadata } from '../../src/client';

/** What the dialog of a sync-in lets in. */
export interface Wanted {
  /** The one object that is wanted; empty for all of the type. */
  objectID: string;
  /** Also objects past their expiration. */
  expired: boolean;
}

/** Whether an object is handed out. The cloud forgets what has expired, but an edge goes on listing it. */
export function isWanted(object: ObjectMetadata, { objectID, expired }: Wanted, now: number): boolean {
  if (objectID && object.objectID !== objectID) return false;
  return expired || object.deleted || !object.expiration || Date.parse(object.expiration) > now;
}
