import type { NodeMessage } from 'node-red';
import type { ObjectMetadataInput, ObjectReference, ServiceKind } from '../../src/client';
import { describe } from '../common/fields';
import type { TypedFields } from '../common/typed';
import { destinationOf } from './destinations';
import { type OutSettings, table } from './fields';
import { timeOf } from './time';

/** What the metadata of an object is made for. */
export interface Purpose {
  kind: ServiceKind;
  destination: OutSettings['destination'];
  withData: boolean;
}

/**
 * The metadata that the fields of the dialog say. Nothing comes from the message unless a field says so; what is empty
 * is not sent.
 *
 * @throws NodeFailure SYNC_INVALID_ARGUMENT.
 */
export async function metadataOf(
  object: ObjectReference,
  purpose: Purpose,
  fields: TypedFields,
  message: NodeMessage,
  now: number,
): Promise<ObjectMetadataInput> {
  const link = await fields.text('link', message);
  const given: Partial<Record<keyof ObjectMetadataInput, unknown>> = {
    ...object,
    ...(await destinationOf(purpose.destination, purpose.kind, fields, message)),
    version: await fields.text('version', message),
    description: await fields.text('description', message),
    expiration: await time(fields, 'expiration', message, now),
    ...(await activation(fields, message, now)),
    consumers: await fields.number('consumers', message),
    autodelete: (await fields.flag('autodelete', message)) || undefined,
    link,
    ...(purpose.withData ? {} : await withoutData(fields, message, link)),
  };
  if (purpose.kind === 'ESS') refuseOnEdge(given, fields);
  const said = Object.entries(given).filter(([, value]) => value !== undefined);
  return Object.fromEntries(said) as ObjectMetadataInput;
}

async function activation(
  fields: TypedFields,
  message: NodeMessage,
  now: number,
): Promise<Partial<ObjectMetadataInput>> {
  if (!(await fields.flag('inactive', message))) return {};
  const activationTime = await time(fields, 'activationTime', message, now);
  return { inactive: true, ...(activationTime !== undefined && { activationTime }) };
}

/** Metadata alone is that of an object which keeps its data, has it elsewhere, has none, or waits for it. */
async function withoutData(
  fields: TypedFields,
  message: NodeMessage,
  link: string | undefined,
): Promise<Partial<ObjectMetadataInput>> {
  if (await fields.flag('metaOnly', message)) return { metaOnly: true };
  const noData = (await fields.flag('noData', message)) ?? link === undefined;
  return noData ? { noData: true } : {};
}

/** The service would refuse it, for autodelete with a reason that helps nobody. */
function refuseOnEdge(given: Readonly<Record<string, unknown>>, fields: TypedFields): void {
  for (const [name, field] of Object.entries(table.fields)) {
    if (field.kind === 'typed' && field.only === 'CSS' && given[name] !== undefined) {
      throw fields.invalid(name, `${fields.label(name)} can be used on a cloud (CSS) only`);
    }
  }
}

async function time(
  fields: TypedFields,
  name: 'expiration' | 'activationTime',
  message: NodeMessage,
  now: number,
): Promise<string | undefined> {
  const value = await fields.any(name, message);
  if (value === undefined || value === null || value === '') return undefined;
  const found = timeOf(value, now);
  if (found !== undefined) return found;
  const what = typeof value === 'string' || typeof value === 'number' ? `"${value}"` : describe(value);
  throw fields.invalid(
    name,
    `${fields.label(name)} must be a time such as 2031-01-31T12:00:00Z or "in 24 h", not ${what}`,
  );
}
