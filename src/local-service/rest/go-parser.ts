/** A value as it is written: names may come twice, and numbers keep their digits. */
export type GoValue =
  | { kind: 'object'; fields: [name: string, value: GoValue][] }
  | { kind: 'array'; entries: GoValue[] }
  | { kind: 'string'; text: string }
  | { kind: 'number'; text: string }
  | { kind: 'bool'; value: boolean }
  | { kind: 'null' };

/** What Go says of a text that is no JSON. */
export class GoSyntaxError extends Error {}

type Container = Extract<GoValue, { kind: 'object' | 'array' }>;

const deepest = 10_000;
const space = /[ \t\r\n]*/y;
const digits = /\d*/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they may not stand in a string.
const plain = /[^"\\\x00-\x1f]*/y;
const literals: Readonly<Record<string, GoValue>> = {
  true: { kind: 'bool', value: true },
  false: { kind: 'bool', value: false },
  null: { kind: 'null' },
};

/**
 * Reads the first value of a body as Go's decoder does, which does not look at what follows.
 *
 * @throws GoSyntaxError in Go's own words.
 */
export function parseFirstValue(body: Buffer): GoValue {
  return new Parser(body).read();
}

class Parser {
  #at = 0;
  /** What is open, and in an object the name that the next value is for. */
  readonly #open: { container: Container; name: string }[] = [];

  /** A character for each byte. */
  readonly #text: string;

  constructor(private readonly body: Buffer) {
    this.#text = body.toString('latin1');
  }

  read(): GoValue {
    this.#skipSpace();
    if (this.#peek() === '') throw new GoSyntaxError('EOF');
    for (;;) {
      let value = this.#begin();
      // A value that is whole may end what it stands in, and that in turn what it stands in.
      while (value) {
        const around = this.#open.at(-1);
        if (!around) return value;
        this.#put(around, value);
        value = this.#next(around.container);
      }
    }
  }

  /** Begins a value; undefined where it is one with others in it. */
  #begin(): GoValue | undefined {
    this.#skipSpace();
    switch (this.#sign()) {
      case '{':
        return this.#enter({ kind: 'object', fields: [] });
      case '[':
        return this.#enter({ kind: 'array', entries: [] });
      case '"':
        return { kind: 'string', text: this.#string() };
      case 't':
        return this.#literal('true');
      case 'f':
        return this.#literal('false');
      case 'n':
        return this.#literal('null');
      default:
        return this.#number();
    }
  }

  #enter(container: Container): GoValue | undefined {
    this.#at += 1;
    if (this.#open.length >= deepest) throw new GoSyntaxError('exceeded max depth');
    this.#skipSpace();
    const end = container.kind === 'object' ? '}' : ']';
    if (this.#sign() === end) {
      this.#at += 1;
      return container;
    }
    this.#open.push({ container, name: container.kind === 'object' ? this.#name() : '' });
    return undefined;
  }

  #put({ container, name }: { container: Container; name: string }, value: GoValue): void {
    if (container.kind === 'object') container.fields.push([name, value]);
    else container.entries.push(value);
  }

  /** What follows a value in a container: another one, or its end. */
  #next(container: Container): GoValue | undefined {
    this.#skipSpace();
    const [end, after] =
      container.kind === 'object' ? ['}', 'after object key:value pair'] : [']', 'after array element'];
    const sign = this.#sign();
    if (sign !== ',' && sign !== end) throw this.#wrong(after);
    this.#at += 1;
    const around = this.#open.at(-1);
    if (sign === end) {
      this.#open.pop();
      return container;
    }
    this.#skipSpace();
    if (container.kind === 'object' && around) around.name = this.#name();
    return undefined;
  }

  #name(): string {
    if (this.#sign() !== '"') throw this.#wrong('looking for beginning of object key string');
    const name = this.#string();
    this.#skipSpace();
    if (this.#sign() !== ':') throw this.#wrong('after object key');
    this.#at += 1;
    return name;
  }

  #string(): string {
    const start = this.#at;
    let escaped = false;
    this.#at += 1;
    for (this.#skip(plain); this.#sign() !== '"'; this.#skip(plain)) {
      if (this.#sign() !== '\\') throw this.#wrong('in string literal');
      escaped = true;
      this.#escape();
    }
    this.#at += 1;
    const raw = this.body.toString('utf8', start, this.#at);
    return escaped ? (JSON.parse(raw) as string) : raw.slice(1, -1);
  }

  /** Moves past an escaped character. */
  #escape(): void {
    this.#at += 1;
    const sign = this.#sign();
    if (sign !== 'u') {
      if (!/["\\/bfnrt]/.test(sign)) throw this.#wrong('in string escape code');
      this.#at += 1;
      return;
    }
    this.#at += 1;
    for (let digit = 0; digit < 4; digit += 1) {
      if (!/[\da-fA-F]/.test(this.#sign())) throw this.#wrong('in \\u hexadecimal character escape');
      this.#at += 1;
    }
  }

  #literal(word: string): GoValue | undefined {
    for (let index = 1; index < word.length; index += 1) {
      this.#at += 1;
      if (this.#sign() !== word[index]) throw this.#wrong(`in literal ${word} (expecting '${word[index]}')`);
    }
    this.#at += 1;
    return literals[word];
  }

  #number(): GoValue {
    const start = this.#at;
    if (this.#sign() === '-') this.#at += 1;
    const negative = this.#at > start;
    if (this.#sign() === '0') this.#at += 1;
    else this.#digits(negative ? 'in numeric literal' : 'looking for beginning of value');
    if (this.#peek() === '.') {
      this.#at += 1;
      this.#digits('after decimal point in numeric literal');
    }
    if (/^e$/i.test(this.#peek())) {
      this.#at += 1;
      if (/^[+-]$/.test(this.#peek())) this.#at += 1;
      this.#digits('in exponent of numeric literal');
    }
    return { kind: 'number', text: this.body.toString('latin1', start, this.#at) };
  }

  /** At least one. */
  #digits(context: string): void {
    if (!/\d/.test(this.#sign())) throw this.#wrong(context);
    this.#skip(digits);
  }

  #skipSpace(): void {
    this.#skip(space);
  }

  #skip(signs: RegExp): void {
    signs.lastIndex = this.#at;
    signs.test(this.#text);
    this.#at = signs.lastIndex;
  }

  /** Nothing at the end. */
  #peek(): string {
    return this.#text[this.#at] ?? '';
  }

  #sign(): string {
    const sign = this.#peek();
    if (sign === '') throw new GoSyntaxError('unexpected EOF');
    return sign;
  }

  #wrong(context: string): GoSyntaxError {
    return new GoSyntaxError(`invalid character ${quoted(this.#sign())} ${context}`);
  }
}

const named: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  "'": "\\'",
  '\\': '\\\\',
};

/** A byte as Go shows it: by its place in Unicode. */
function quoted(sign: string): string {
  const code = sign.charCodeAt(0);
  const hidden = code < 0x20 || code === 0x7f || (code > 0x7f && code < 0xa1) || code === 0xad;
  const hex = code.toString(16);
  const escaped = code < 0x80 ? `\\x${hex.padStart(2, '0')}` : `\\u${hex.padStart(4, '0')}`;
  return `'${named[sign] ?? (hidden ? escaped : sign)}'`;
}
