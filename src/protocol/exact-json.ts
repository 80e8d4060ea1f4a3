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
  return parsePlain(text) ?? parseWithCare(text);
}

/**
 * Writes a value as JSON; the same given as decimal strings are written as bare numbers.
 *
 * @param indent spaces per level; none puts everything on one line.
 */
export function stringifyExactJson(value: unknown, indent?: number): string {
  const text = JSON.stringify(value, null, indent) ?? 'null';
  // Looking for the names is cheap. The expression would walk through all of the data that is sent with metadata.
  return exactNames.some((name) => text.includes(name)) ? text.replace(exactProperty, '$1$2') : text;
}

const exactNames = Array.from(exactProperties, (name) => `"${name}"`);

/** A property that is to be a bare number: within a string, no quote has one of these characters before it. */
const exactProperty = /((?<=[{,\s])"(?:instanceID|dataID|timestamp)": ?)"(-?\d+)"/g;

/** The integer of an exact property. */
const exactInteger = /("(?:instanceID|dataID|timestamp)"\s*:\s*)(-?(?:0|[1-9]\d*))/g;
/** A number that may be too large to be one; it may also stand in a string. */
const longNumber = /[:[,\s]-?\d{16}/;
/** The end of a name that only ends as that of an exact property does, or a name that is spelt otherwise. */
const otherName = /\\"(?:instanceID|dataID|timestamp)"|\\u00[4-7]/i;

/**
 * Reads the text as the service writes it, where all integers that need care stand in exact properties: in half the
 * time. Undefined where there may be more to it.
 */
function parsePlain(text: string): unknown {
  if (text.includes('\\') && otherName.test(text)) return undefined;
  const quoted = text.replace(exactInteger, '$1"$2"');
  if (quoted === text || quoted.includes('"-0"') || longNumber.test(quoted)) return undefined;
  try {
    return JSON.parse(quoted);
  } catch {
    // A fraction or an exponent follows such an integer, or it is no JSON at all.
    return undefined;
  }
}

function parseWithCare(text: string): unknown {
  const value: unknown = JSON.parse(withLongIntegersQuoted(text));
  exactPropertiesToStrings(value);
  return value;
}

/** An integer that may be too large for a number, and no part of another number; a colon would make a name of it. */
const longInteger = /(?<![\w.+-])-?[1-9]\d{15,}(?![\w.+-]|\s*:)/g;

/** JSON.parse is many times faster than a parser in JavaScript, but rounds: so it is given long integers as strings. */
function withLongIntegersQuoted(text: string): string {
  const strings = new Strings(text);
  let quoted = '';
  let end = 0;
  for (const { 0: digits, index } of text.matchAll(longInteger)) {
    if (strings.holds(index) || Number.isSafeInteger(Number(digits))) continue;
    quoted += `${text.slice(end, index)}"${digits}"`;
    end = index + digits.length;
  }
  return quoted + text.slice(end);
}

/** The strings of a JSON text, from the first to the last. */
class Strings {
  #open: number;
  #close: number;

  constructor(private readonly text: string) {
    this.#open = text.indexOf('"');
    this.#close = this.#closing();
  }

  /** Whether a place is in a string; places are asked for in their order. */
  holds(index: number): boolean {
    while (this.#open >= 0 && this.#close < index) {
      this.#open = this.text.indexOf('"', this.#close + 1);
      this.#close = this.#closing();
    }
    return this.#open >= 0 && this.#open < index;
  }

  /** The quote that ends the string; a string that does not end reaches to the end of the text. */
  #closing(): number {
    let close = this.text.indexOf('"', this.#open + 1);
    while (close >= 0 && this.#isEscaped(close)) close = this.text.indexOf('"', close + 1);
    return close < 0 ? this.text.length : close;
  }

  #isEscaped(index: number): boolean {
    let before = index;
    while (this.text[before - 1] === '\\') before -= 1;
    return (index - before) % 2 === 1;
  }
}

/** Makes strings of the numbers that are to be strings, however deep they stand. */
function exactPropertiesToStrings(value: unknown): void {
  const open: unknown[] = [value];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next !== 'object' || next === null) continue;
    for (const [name, each] of Object.entries(next)) {
      if (typeof each === 'object' && each !== null) open.push(each);
      else if (typeof each === 'number' && exactProperties.has(name))
        Object.assign(next, { [name]: String(each) });
    }
  }
}
