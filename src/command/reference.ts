import type { ObjectReference } from '../client';
import { UsageError } from './exit';

/** An object as commands name it: TYPE/ID. */
export function referenceOf(text: string | undefined): ObjectReference {
  const [objectType, objectID, ...more] = text?.split('/') ?? [];
  if (objectType && objectID && more.length === 0) return { objectType, objectID };
  throw new UsageError(text === undefined ? 'Which object? Name it TYPE/ID' : `${text} is not TYPE/ID`);
}

export function nameOf({ objectType, objectID }: ObjectReference): string {
  return `${objectType}/${objectID}`;
}
