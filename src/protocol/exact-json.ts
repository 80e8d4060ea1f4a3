import { parse, stringify } from 'lossless-json';

/**
 * JSON in which no integer is rounded. The service counts versions in nanoseconds: its instanceID and dataID
 * have 19 digits, three more than a JavaScript number can hold, and successive versions may differ by 1.
 */

/** Properties that are always decimal strings on this side of the wire, however few digits they have. */
const exactProperties = new Set(['instanceID', 'dataID', 'timestamp']);

/**
 * Parses JSON text; integers that a number cannot hold exactly, and every instanceID, dataID and timestamp,
 * become decimal strings.
 *
 * @throws SyntaxError when the text is not JSON.
 */
export function parseExactJson(text: string): unknown {
  return parse(text, exactPropertyToString, { parseNumber: parseExactNumber });
}

/**
 * Writes a value as JSON; the same given as decimal strings are written as bare numbers.
 *
 * @param indent spaces per level; none puts everything on one line.
 */
export function stringifyExactJson(value: unknown, indent?: number): string {
  return stringify(value, exactPropertyToNumber, indent) ?? 'null';
}

function parseExactNumber(digits: string): number | string {
  const isInteger = /^-?\d+$/.test(digits);
  const number = Number(digits);
  return isInteger && !Number.isSafeInteger(number) ? digits : number;
}

function exactPropertyToString(key: string, value: unknown): unknown {
  return exactProperties.has(key) && typeof value === 'number' ? String(value) : value;
}

function exactPropertyToNumber(key: string, value: unknown): unknown {
  return exactProperties.has(key) && typeof value === 'string' && /^-?\d+$/.test(value)
    ? BigInt(value)
    : value;
}
