import { parseExactJson } from '../../protocol/exact-json';
import { badRequest } from '../responses/response';

/**
 * JSON as the real service reads it: the first value counts and what follows is ignored, names of fields match in any
 * case, unknown ones are skipped, and a value of another type is refused in the words of Go's decoder.
 */

/** How a field of a structure is read: a basic type, a list of one, or a structure by its name. */
export type GoType = 'string' | 'int' | 'int64' | 'bool' | 'bytes' | 'any' | GoList | GoStruct;

export interface GoList {
  list: GoType;
}

export interface GoStruct {
  /** As Go names it, with its package. */
  name: string;
  fields: Record<string, GoType>;
}

type Value = Record<string, unknown>;

/**
 * @returns the fields that are there and not null, under the names of `type`.
 * @throws response 400 with the service's own words.
 */
export function readGoJson(body: string, type: GoStruct): Value {
  try {
    return (readStruct(firstValue(body), type, [], undefined) ?? {}) as Value;
  } catch (error) {
    if (error instanceof GoError) throw badRequest(`Invalid JSON for update. Error: ${error.message}`);
    throw error;
  }
}

class GoError extends Error {}

/** The first value; what follows it is not looked at. */
function firstValue(body: string): unknown {
  const text = body.trimStart();
  if (text === '') throw new GoError('EOF');
  const end = endOfValue(text);
  if (end === undefined) throw new GoError('unexpected EOF');
  const value = text.slice(0, end);
  try {
    return parseExactJson(value);
  } catch {
    throw new GoError(`invalid character '${firstWrong(value)}' looking for beginning of value`);
  }
}

/** Undefined where the text ends before the value does. */
function endOfValue(text: string): number | undefined {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index += 1) {
    const sign = text[index];
    if (inString) {
      if (sign === '\\') index += 1;
      else if (sign === '"') inString = false;
    } else if (sign === '"') inString = true;
    else if (sign === '{' || sign === '[') depth += 1;
    else if (sign === '}' || sign === ']') depth -= 1;
    if (depth === 0 && !inString && isEndOfValue(text, index)) return index + 1;
  }
  return undefined;
}

/** A number or a word ends before what cannot be a part of it. */
function isEndOfValue(text: string, index: number): boolean {
  if (/[\]}"]/.test(text[index] ?? '')) return true;
  return !/[\w.+-]/.test(text[index + 1] ?? '');
}

function firstWrong(value: string): string {
  return /[^\s{}[\]",:\w.+-]/.exec(value)?.[0] ?? value.slice(-1);
}

function readStruct(value: unknown, type: GoStruct, path: string[], owner: string | undefined): unknown {
  if (value === null) return undefined;
  if (typeof value !== 'object' || Array.isArray(value)) throw mismatch(value, type, path, owner);
  const names = new Map(Object.keys(type.fields).map((name) => [name.toLowerCase(), name]));
  const read: Value = {};
  for (const [key, field] of Object.entries(value)) {
    const name = names.get(key.toLowerCase());
    const fieldType = name === undefined ? undefined : type.fields[name];
    if (name === undefined || fieldType === undefined) continue;
    const got = readValue(field, fieldType, [...path, name], shortName(type));
    if (got !== undefined) read[name] = got;
  }
  return read;
}

function readValue(value: unknown, type: GoType, path: string[], owner: string): unknown {
  if (value === null) return undefined;
  if (typeof type === 'object' && 'fields' in type) return readStruct(value, type, path, owner);
  if (type === 'bytes') return readBytes(value, path, owner);
  if (typeof type === 'object') {
    if (!Array.isArray(value)) throw mismatch(value, type, path, owner);
    return value.map((entry) => readValue(entry, type.list, path, owner));
  }
  if (type === 'any' || isOfType(value, type)) return value;
  throw mismatch(value, type, path, owner);
}

function isOfType(value: unknown, type: string): boolean {
  switch (type) {
    case 'string':
      return typeof value === 'string';
    case 'bool':
      return typeof value === 'boolean';
    case 'int64':
      return typeof value === 'string' || Number.isSafeInteger(value);
    default:
      return Number.isSafeInteger(value);
  }
}

/** Bytes come as base64, or as an array of numbers. */
function readBytes(value: unknown, path: string[], owner: string): Buffer {
  if (Array.isArray(value)) return Buffer.from(value.map(Number));
  if (typeof value !== 'string') throw mismatch(value, 'bytes', path, owner);
  const wrong = wrongBase64(value);
  if (wrong !== undefined) throw new GoError(`illegal base64 data at input byte ${wrong}`);
  return Buffer.from(value, 'base64');
}

/** Where text is not standard base64 with its padding; undefined where it is. */
export function wrongBase64(text: string): number | undefined {
  const clean = text.replace(/[\r\n]/g, '');
  const signs = clean.replace(/={1,2}$/, '');
  const wrong = /[^A-Za-z0-9+/]/.exec(signs);
  if (wrong) return wrong.index;
  const isWhole = clean.length % 4 === 0 && signs.length % 4 !== 1;
  return isWhole ? undefined : clean.length - (clean.length % 4);
}

function mismatch(value: unknown, type: GoType, path: string[], owner: string | undefined): GoError {
  const into =
    owner === undefined || path.length === 0
      ? `Go value of type ${nameOf(type)}`
      : `Go struct field ${owner}.${path.join('.')} of type ${nameOf(type)}`;
  return new GoError(`json: cannot unmarshal ${kindOf(value)} into ${into}`);
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

function nameOf(type: GoType): string {
  if (typeof type === 'string') return type === 'bytes' ? '[]uint8' : type;
  return 'fields' in type ? type.name : `[]${nameOf(type.list)}`;
}

function shortName(type: GoStruct): string {
  return type.name.replace(/^.*\./, '');
}
