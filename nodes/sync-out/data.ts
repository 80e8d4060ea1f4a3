import type { NodeMessage } from 'node-red';
import type { DataSource } from '../../src/client';
import { invalidInput, textOf } from '../common/failure';
import { describe } from '../common/fields';
import type { TypedFields } from '../common/typed';

/**
 * The data to send: Buffers and text as they are, anything else as JSON, or the file whose path the value is.
 *
 * @throws NodeFailure SYNC_INVALID_ARGUMENT.
 */
export async function dataOf(
  source: 'value' | 'file',
  fields: TypedFields,
  message: NodeMessage,
): Promise<DataSource> {
  const value = await fields.any('data', message);
  if (source === 'file') {
    if (typeof value === 'string' && value !== '') return { file: fields.locate(value) };
    throw invalidInput(`The file must be a path, not ${describe(value)}`);
  }
  if (value === undefined || value === null) {
    throw invalidInput(`There is no data to send: it is ${describe(value)}`);
  }
  if (typeof value === 'string' || value instanceof Uint8Array) return value;
  return asJson(value);
}

function asJson(value: unknown): string {
  let text: string | undefined;
  try {
    text = JSON.stringify(value);
  } catch (error) {
    const reason = error instanceof RangeError ? 'it is nested too deep' : textOf(error);
    throw invalidInput(`The data cannot be written as JSON: ${reason}`);
  }
  if (text === undefined) throw invalidInput(`${describe(value)} cannot be written as JSON`);
  return text;
}
