import type { NodeMessage } from 'node-red';
import type { ObjectInFlow, ObjectReference } from '../../src/client';
import { invalidInput } from './failure';
import { describe } from './fields';
import { sharedText } from './text';
import type { TypedFields } from './typed';

/**
 * Takes what a message says of an object.
 *
 * @throws NodeFailure SYNC_INVALID_ARGUMENT when it does not name an object type and an object ID.
 */
function asObjectReference(value: unknown, label: string): ObjectInFlow {
  if (value === undefined || value === null) {
    const remedy = 'connect this node behind a sync in node, or choose where the object is';
    throw invalidInput(`${label} is missing: ${remedy}`, sharedText('wrong.noObject'));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidInput(`${label} must be the metadata of an object, not ${describe(value)}`);
  }
  const { objectType, objectID } = value as Partial<ObjectReference>;
  if (typeof objectType !== 'string' || objectType === '') throw invalidInput(`${label} has no objectType`);
  if (typeof objectID !== 'string' || objectID === '') throw invalidInput(`${label} has no objectID`);
  return value as ObjectInFlow;
}

/** Reads the object that a message is about, where the field `object` says. Throws as asObjectReference. */
export async function objectOf(fields: TypedFields, message: NodeMessage): Promise<ObjectInFlow> {
  return asObjectReference(await fields.any('object', message), fields.placeOf('object'));
}
