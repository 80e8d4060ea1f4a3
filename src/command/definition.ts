import type { ObjectMetadataInput, ObjectReference } from '../client';
import { UsageError } from './exit';
import { textIn } from './text-file';

/**
 * The metadata in a file, as `hzn mms object publish` reads it: JSON in the spelling of the service. What is empty or null
 * there says nothing.
 *
 * @throws UsageError where it cannot be read, is no such thing, or is of another object.
 */
export async function definitionIn(
  path: string,
  object: ObjectReference,
): Promise<Partial<ObjectMetadataInput>> {
  const definition = Object.fromEntries(
    Object.entries(parsed(path, await textIn(path, '--meta'))).filter(
      ([, value]) => value !== null && value !== '',
    ),
  );
  for (const field of ['objectType', 'objectID'] as const) {
    const named = definition[field];
    if (named !== undefined && named !== object[field])
      throw new UsageError(`${path} has another ${field}: ${String(named)}`);
  }
  return definition;
}

function parsed(path: string, text: string): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UsageError(`${path} is not JSON`);
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new UsageError(`${path} is no JSON object`);
}
