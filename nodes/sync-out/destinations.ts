import type { NodeMessage } from 'node-red';
import type { DestinationPolicy, ObjectMetadataInput, ServiceKind } from '../../src/client';
import { shortened } from '../../src/system/shortened';
import { invalidInput, textOf } from '../common/failure';
import { describe } from '../common/fields';
import { parseJson } from '../common/json';
import { sharedText } from '../common/text';
import type { TypedFields } from '../common/typed';
import { wordsOf } from '../common/words';
import type { OutSettings } from './fields';
import { destinationForm } from './rules';

/**
 * Where an object goes, as its metadata says it. On an ESS everything goes to the cloud; on a CSS the user has chosen,
 * since *all edges* can be many.
 *
 * @throws NodeFailure SYNC_INVALID_ARGUMENT.
 */
export async function destinationOf(
  choice: OutSettings['destination'],
  kind: ServiceKind,
  fields: TypedFields,
  message: NodeMessage,
): Promise<Partial<ObjectMetadataInput>> {
  if (kind === 'ESS') {
    if (choice === 'list') throw invalidInput('A list of edges can be used on a cloud (CSS) only');
    return {};
  }
  switch (choice) {
    case 'all':
      return {};
    case 'type':
      return { destinationType: await fields.required('destinationType', message) };
    case 'node':
      return {
        destinationType: await fields.required('destinationType', message),
        destinationID: await fields.required('destinationID', message),
      };
    case 'list':
      return { destinationsList: await read('destinationsList', listOf, fields, message) };
    case 'policy':
      return { destinationPolicy: await read('destinationPolicy', policyOf, fields, message) };
    default:
      throw invalidInput('Choose a destination in this node', sharedText('wrong.noDestination'));
  }
}

async function read<T>(
  name: string,
  parse: (value: unknown) => T,
  fields: TypedFields,
  message: NodeMessage,
): Promise<T> {
  const value = await fields.any(name, message);
  if (value === undefined || value === null || value === '') throw fields.missing(name);
  return fields.use(name, () => parse(value));
}

/** `type:id`, several separated by commas or in an array, or `{ destinationType, destinationID }`. */
function listOf(value: unknown): string[] {
  const entries = typeof value === 'string' ? wordsOf(value) : value;
  if (!Array.isArray(entries)) throw invalidInput(`Edges must be text or an array, not ${describe(value)}`);
  // The service would send it to all edges.
  if (entries.length === 0) throw invalidInput('The list of edges is empty');
  // What an array has gaps for, too.
  return Array.from(entries, (entry: unknown) => {
    if (typeof entry === 'string') {
      if (!destinationForm.test(entry))
        throw invalidInput(`Edges must be type:id, not "${shortened(entry)}"`);
      return entry;
    }
    const { destinationType, destinationID } = (entry ?? {}) as Record<string, unknown>;
    if (typeof destinationType === 'string' && typeof destinationID === 'string') {
      return `${destinationType}:${destinationID}`;
    }
    throw invalidInput('Edges must be type:id or { destinationType, destinationID }');
  });
}

function policyOf(value: unknown): DestinationPolicy {
  const policy = typeof value === 'string' ? parsed(value) : value;
  if (typeof policy !== 'object' || policy === null || Array.isArray(policy) || Buffer.isBuffer(policy)) {
    throw invalidInput(`Policy must be an object, not ${describe(policy)}`);
  }
  return policy as DestinationPolicy;
}

function parsed(text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    throw invalidInput(`Policy is not JSON: ${textOf(error)}`);
  }
}
