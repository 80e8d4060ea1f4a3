import type { NodeMessage } from 'node-red';
import type { ObjectMetadata, ObjectReference } from '../../src/client';
import { invalidInput } from './failure';
import { describe, type FieldReader } from './fields';

/**
 * Takes what a message says of an object.
 *
 * @throws NodeFailure SYNC_INVALID_ARGUMENT when it does not name an object type and an object ID.
 */
function asObjectReference(value: unknown, label: string): ObjectReference & Partial<ObjectMetadata> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidInput(`${label} must be the metadata of an object, not ${describe(value)}`);
  }
  const { objectType, objectID } = value as Partial<ObjectReference>;
  if (typeof objectType !== 'string' || objectType === '') throw invalidInput(`${label} has no objectType`);
  if (typeof objectID !== 'string' || objectID === '') throw invalidInput(`${label} has no objectID`);
  return value as ObjectReference & Partial<ObjectMetadata>;
}

/** Where a dialog says that the object is; `msg.object` unless it says otherwise. */
export interface ObjectField {
  object: string;
  objectType: string;
}

/** Reads the object that a message is about. Throws as asObjectReference. */
export async function objectOf(
  fields: FieldReader,
  { object, objectType }: ObjectField,
  message: NodeMessage,
): Promise<ObjectReference & Partial<ObjectMetadata>> {
  const field = { label: 'Object', value: object || 'object', type: objectType || 'msg' };
  return asObjectReference(await fields.any(field, message), 'The object');
}
