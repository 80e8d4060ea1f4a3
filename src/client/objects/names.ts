import type { ObjectMetadata } from '../../protocol/metadata';
import { canReachEdge, isAcceptedByCloud } from '../../protocol/names';
import { shortened } from '../../system/shortened';
import { invalidArgument } from '../errors';

/** An object by its name; its metadata is one as well. */
export type ObjectReference = Pick<ObjectMetadata, 'objectType' | 'objectID'>;

/** An object as texts and keys name it: no other is called so, since no name holds a slash. */
export function nameOf({ objectType, objectID }: ObjectReference): string {
  return `${objectType}/${objectID}`;
}

/**
 * Refuses names that would fail, or vanish, later.
 *
 * @param cloudOnly accept what a CSS accepts: such an object is stored there, but no ESS can ever fetch it.
 * @throws SyncServiceError SYNC_INVALID_ARGUMENT.
 */
export function checkReference(object: ObjectReference, cloudOnly: boolean): void {
  checkNamed(object);
  checkName('objectType', object.objectType, cloudOnly);
  checkName('objectID', object.objectID, cloudOnly);
}

/** Refuses what names no object. @throws SyncServiceError SYNC_INVALID_ARGUMENT. */
export function checkNamed(object: ObjectReference): void {
  if (typeof object !== 'object' || object === null) {
    throw invalidArgument('An object is named by { objectType, objectID }');
  }
  checkPresent('objectType', object.objectType);
  checkPresent('objectID', object.objectID);
}

function checkPresent(field: string, name: unknown): asserts name is string {
  if (typeof name !== 'string' || name === '') throw invalidArgument(`The object has no ${field}`);
}

export function checkName(field: string, name: unknown, cloudOnly: boolean): void {
  checkPresent(field, name);
  checkWord(field, name);
  if (cloudOnly ? isAcceptedByCloud(name) : canReachEdge(name)) return;
  throw invalidArgument(
    `The ${field} ${quoted(name)} cannot be used: only letters, digits, "." "_" "@" "-" and no ".." reach an edge`,
  );
}

/**
 * Refuses what would be another path: the service takes `.` and `..` as steps, and a slash, however it is encoded, as
 * the end of a name, so that what was said of one thing would be done to another.
 *
 * @throws SyncServiceError SYNC_INVALID_ARGUMENT.
 */
export function checkWord(field: string, word: unknown): asserts word is string {
  if (typeof word !== 'string' || word === '')
    throw invalidArgument(`The ${field} must be a text, and not empty`);
  if (word === '.' || word === '..' || word.includes('/')) {
    throw invalidArgument(
      `The ${field} ${quoted(word)} cannot be used: it must not contain "/", nor be "." or ".."`,
    );
  }
  if (/\p{Surrogate}/u.test(word))
    throw invalidArgument(`The ${field} ${quoted(word)} holds half a character`);
}

/** A name as an error repeats it. */
export function quoted(name: string): string {
  return JSON.stringify(shortened(name));
}
