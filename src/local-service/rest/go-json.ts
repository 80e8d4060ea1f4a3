import { badRequest } from '../responses/response';
import { base64Error } from './go-base64';
import { parseInt64 } from './go-numbers';
import { GoSyntaxError, type GoValue, parseFirstValue } from './go-parser';

/**
 * JSON as the real service reads it: the first value counts and what follows is ignored, names of fields match in any
 * case, unknown ones are skipped, and of the values of another type the first is refused in the words of Go's decoder.
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

/**
 * @param failed how the error begins.
 * @returns the fields that are there and not null, under the names of `type`; undefined for null.
 * @throws RestResponse 400 with the service's own words.
 */
export function readGoJson(
  body: Buffer,
  type: GoStruct | GoList,
  failed = 'Invalid JSON for update. Error:',
): unknown {
  const decoder = new Decoder();
  const read = decoder.decode(parsed(body, failed), type);
  if (decoder.error !== undefined) throw badRequest(`${failed} ${decoder.error}`);
  return read ?? ('fields' in type ? {} : undefined);
}

function parsed(body: Buffer, failed: string): GoValue {
  try {
    return parseFirstValue(body);
  } catch (error) {
    if (error instanceof GoSyntaxError) throw badRequest(`${failed} ${error.message}`);
    throw error;
  }
}

/** Reads on after a value of another type, as Go does; the first error is the one that is told. */
class Decoder {
  error: string | undefined;
  /** The structure that is read, without its package, and the fields that lead to the value in it. */
  #owner = '';
  #path: readonly string[] = [];

  decode(value: GoValue, type: GoType): unknown {
    if (value.kind === 'null') return undefined;
    if (typeof type !== 'object') return this.#decodeBasic(value, type);
    if ('fields' in type) return this.#decodeStruct(value, type);
    if (value.kind !== 'array') return this.#mismatch(value, type);
    return value.entries.map((entry) => this.decode(entry, type.list) ?? zeroOf(type.list));
  }

  #decodeStruct(value: GoValue, type: GoStruct): unknown {
    if (value.kind !== 'object') return this.#mismatch(value, type);
    const [owner, path] = [this.#owner, this.#path];
    const read: Record<string, unknown> = {};
    for (const [name, field] of value.fields) {
      const known = fieldOf(type, name);
      if (known === undefined) continue;
      [this.#owner, this.#path] = [type.name.replace(/^.*\./, ''), [...path, known]];
      const decoded = this.decode(field, type.fields[known] ?? 'any');
      if (decoded !== undefined) read[known] = decoded;
      [this.#owner, this.#path] = [owner, path];
    }
    return read;
  }

  #decodeBasic(value: GoValue, type: Extract<GoType, string>): unknown {
    switch (type) {
      case 'any':
        return this.#decodeAny(value);
      case 'bytes':
        return this.#decodeBytes(value);
      case 'string':
        return value.kind === 'string' ? value.text : this.#mismatch(value, type);
      case 'bool':
        return value.kind === 'bool' ? value.value : this.#mismatch(value, type);
      default:
        return this.#decodeInt(value, type);
    }
  }

  /** Decimal digits where a number could not hold them. */
  #decodeInt(value: GoValue, type: GoType): unknown {
    const { value: number } = value.kind === 'number' ? parseInt64(value.text) : {};
    if (number === undefined) return this.#mismatch(value, type);
    return Number.isSafeInteger(Number(number)) ? Number(number) : String(number);
  }

  /** Bytes come as base64, or as an array of numbers. */
  #decodeBytes(value: GoValue): unknown {
    if (value.kind === 'array') return Buffer.from(value.entries.map((entry) => this.#decodeByte(entry)));
    if (value.kind !== 'string') return this.#mismatch(value, 'bytes');
    const wrong = base64Error(value.text);
    if (wrong === undefined) return Buffer.from(value.text, 'base64');
    this.error ??= wrong;
    return undefined;
  }

  #decodeByte(value: GoValue): number {
    if (value.kind === 'null') return 0;
    const isByte = value.kind === 'number' && /^\d+$/.test(value.text) && Number(value.text) < 256;
    if (!isByte) this.#mismatch(value, 'uint8');
    return isByte ? Number(value.text) : 0;
  }

  /** Fields of anything come out in the order of their names. */
  #decodeAny(value: GoValue): unknown {
    switch (value.kind) {
      case 'string':
        return value.text;
      case 'bool':
        return value.value;
      case 'null':
        return null;
      case 'number':
        return Number.isFinite(Number(value.text)) ? Number(value.text) : this.#mismatch(value, 'float64');
      case 'array':
        return value.entries.map((entry) => this.#decodeAny(entry) ?? null);
      default: {
        const fields = value.fields.map(([name, field]) => [name, this.#decodeAny(field)] as const);
        return Object.fromEntries(Array.from(new Map(fields)).sort(([a], [b]) => (a < b ? -1 : 1)));
      }
    }
  }

  #mismatch(value: GoValue, type: GoType | 'uint8' | 'float64'): undefined {
    const into =
      this.#path.length === 0
        ? `Go value of type ${nameOf(type)}`
        : `Go struct field ${this.#owner}.${this.#path.join('.')} of type ${nameOf(type)}`;
    this.error ??= `json: cannot unmarshal ${kindOf(value, type)} into ${into}`;
  }
}

/** The name under which a field is known; one in the same case goes before others. */
function fieldOf({ fields }: GoStruct, name: string): string | undefined {
  if (Object.hasOwn(fields, name)) return name;
  const folded = name.toLowerCase();
  return Object.keys(fields).find((each) => each.toLowerCase() === folded);
}

/** What stands for null in a list. */
function zeroOf(type: GoType): unknown {
  if (type === 'string') return '';
  return typeof type === 'object' && 'fields' in type ? {} : null;
}

/** Numbers are shown where a number is wanted, of another kind. */
function kindOf(value: GoValue, type: GoType | 'uint8' | 'float64'): string {
  const wantsNumber = type === 'int' || type === 'int64' || type === 'uint8' || type === 'float64';
  return value.kind === 'number' && wantsNumber ? `number ${value.text}` : value.kind;
}

function nameOf(type: GoType | 'uint8' | 'float64'): string {
  if (typeof type === 'string') return type === 'bytes' ? '[]uint8' : type;
  return 'fields' in type ? type.name : `[]${nameOf(type.list)}`;
}
