import { types } from 'node:util';
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
    if (value === undefined || value === null || value === '') throw fields.missing('data');
    if (typeof value === 'string') return { file: fields.locate(value) };
    throw invalidInput(`The file must be a path, not ${describe(value)}`);
  }
  if (value === undefined || value === null) throw fields.missing('data');
  if (typeof value === 'string') return value;
  const bytes = bytesIn(value);
  if (bytes) return bytes;
  const kind = kindOfNoData(value);
  if (kind) throw invalidInput(`The data cannot be ${kind}`);
  return asJson(value);
}

/** How many bytes the data has in memory; undefined for a file. */
export function bytesOf(data: DataSource): number | undefined {
  if (typeof data === 'string') return Buffer.byteLength(data);
  return data instanceof Uint8Array ? data.byteLength : undefined;
}

/** The bytes of what is nothing else. A function node makes them in a realm of its own: they are no instances of ours. */
function bytesIn(value: unknown): Uint8Array | undefined {
  if (types.isAnyArrayBuffer(value)) return new Uint8Array(value);
  if (!types.isUint8Array(value) && !types.isDataView(value)) return undefined;
  return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
}

/** What JSON would make an empty object of, or nothing. */
function kindOfNoData(value: unknown): string | undefined {
  if (types.isMap(value) || types.isWeakMap(value)) return 'a Map';
  if (types.isSet(value) || types.isWeakSet(value)) return 'a Set';
  if (types.isRegExp(value)) return 'a RegExp: send its text';
  if (types.isNativeError(value)) return 'an Error: send its message';
  if (ArrayBuffer.isView(value)) return 'an array of numbers of one size: send an array, or a Buffer of it';
  if (typeof value === 'object' && value !== null && 'pipe' in value && typeof value.pipe === 'function') {
    return 'a stream: write it to a file first';
  }
  return undefined;
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
