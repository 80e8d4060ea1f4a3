import type { NodeMessage } from 'node-red';
import type { ObjectReference, ServiceKind } from '../../src/client';
import type { TypedFields } from '../common/typed';

/** What decides which object a message is about. */
export interface Naming {
  kind: ServiceKind;
  /** Whether the object may be one that was not there before. */
  creates: boolean;
  freshID: () => string;
}

/**
 * The object that a message is about. On an ESS a new object has a fresh ID unless the dialog says otherwise: one that
 * the cloud has consumed is refused there for good.
 *
 * @throws NodeFailure SYNC_INVALID_ARGUMENT.
 */
export async function referenceOf(
  fields: TypedFields,
  message: NodeMessage,
  naming: Naming,
): Promise<ObjectReference> {
  const objectType = await fields.required('objectType', message);
  return { objectType, objectID: await objectIDOf(fields, message, naming) };
}

async function objectIDOf(
  fields: TypedFields,
  message: NodeMessage,
  { kind, creates, freshID }: Naming,
): Promise<string> {
  const type = fields.typeOf('objectID');
  if (type === 'unique') return freshID();
  if (type !== 'auto') return fields.required('objectID', message);
  if (kind === 'ESS' && creates) return freshID();
  const source = { value: 'object.objectID', type: 'msg' };
  const objectID = await fields.textFrom('objectID', source, message);
  if (objectID === undefined) throw fields.missing('objectID', source);
  return objectID;
}
