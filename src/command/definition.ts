import type { ObjectMetadataInput, ObjectReference } from '../client';
import type { Environment } from './environment';
import { UsageError } from './exit';
import { textIn } from './text-file';

/** A JSON string, in which nothing counts as a comment, or a comment. */
const textOrComment = /"(?:[^"\\]|\\.)*"|\/\*[\s\S]*?\*\//g;
const variable = /\$(?:\{(\w+)\}|([A-Za-z_]\w*))/g;

/**
 * The metadata in a file, as `hzn mms object publish` reads it: JSON with the service's field names, which may contain
 * comments, as `hzn mms object new` writes them, and environment variables. Fields that are empty or null are ignored.
 *
 * @throws UsageError if it cannot be read, is no JSON object, is for another object, or names a variable that is not
 *   set.
 */
export async function definitionIn(
  path: string,
  object: ObjectReference,
  environment: Environment,
): Promise<Partial<ObjectMetadataInput>> {
  // The organization is the one that the service is addressed with, whatever the file says.
  const { destinationOrgID: _, ...given } = parsed(path, await textIn(path, '--meta'));
  const definition = withVariables(given, path, environment);
  for (const field of ['objectType', 'objectID'] as const) {
    const named = definition[field];
    if (named !== undefined && named !== object[field])
      throw new UsageError(`${path} has another ${field}: ${String(named)}`);
  }
  return definition;
}

type Fields = Record<string, unknown>;

function parsed(path: string, text: string): Fields {
  const json = text.replace(textOrComment, (found) => (found.startsWith('"') ? found : ' '));
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    throw new UsageError(`${path} is not JSON`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw new UsageError(`${path} is no JSON object`);
}

function withVariables(fields: Fields, path: string, environment: Environment): Fields {
  const told = (name: string): string => {
    // Our own secrets are among these, and everybody who gets the object can read its metadata.
    if (name.startsWith('EDGE_SYNC_'))
      throw new UsageError(`${path} names ${name}, which is not for metadata`);
    const value = environment[name];
    if (value === undefined) throw new UsageError(`${path} names the variable ${name}, which is not set`);
    return value;
  };
  const filled = (value: unknown): unknown => {
    if (typeof value === 'string')
      return value.replace(variable, (_, braced?: string, bare?: string) => told(braced ?? bare ?? ''));
    if (Array.isArray(value)) return value.map(filled);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, filled(inner)]));
  };
  const said = Object.entries(fields).map(([name, value]) => [name, filled(value)] as const);
  return Object.fromEntries(said.filter(([, value]) => value !== null && value !== ''));
}
