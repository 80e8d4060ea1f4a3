import { stringifyExactJson } from '../../protocol/exact-json';

/** What a request is answered with; thrown where that is an error. */
export class RestResponse {
  readonly headers: Record<string, string>;
  /** Without the headers that everything in the interface has. */
  readonly bare: boolean;

  constructor(
    readonly status: number,
    readonly body: string | Buffer = '',
    readonly contentType: string | undefined = undefined,
    more: { headers?: Record<string, string>; bare?: boolean } = {},
  ) {
    this.headers = more.headers ?? {};
    this.bare = more.bare ?? false;
  }
}

/** Errors of the service are plain text that ends with a newline, never JSON. */
export function errorResponse(status: number, text: string): RestResponse {
  const type = isBinary(text) ? 'application/octet-stream' : 'text/plain; charset=utf-8';
  return new RestResponse(status, `${text}\n`, type);
}

/** Go looks at an answer's first bytes to say of what type it is; some control characters are none of a text. */
function isBinary(text: string): boolean {
  return Array.from(text.slice(0, 512), (sign) => sign.charCodeAt(0)).some(
    (code) =>
      code <= 0x08 || code === 0x0b || (code >= 0x0e && code <= 0x1a) || (code >= 0x1c && code <= 0x1f),
  );
}

export function badRequest(text: string): RestResponse {
  return errorResponse(400, text);
}

/** JSON as Go writes it: indented by two spaces, and with escapes for the characters that HTML could misread. */
export function json(value: unknown): RestResponse {
  const text = Array.isArray(value) ? listText(value) : whole.of(value);
  return new RestResponse(200, text, 'application/json');
}

function listText(values: readonly unknown[]): string {
  if (values.length === 0) return '[]';
  return `[\n${values.map((value) => entries.of(value)).join(',\n')}\n]`;
}

function textOf(value: unknown): string {
  return stringifyExactJson(value, 2).replace(
    /[<>&\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The texts of objects, which are replaced and not changed: applications ask for the same again and again. */
class Texts {
  readonly #known = new WeakMap<object, string>();

  constructor(private readonly write: (value: unknown) => string) {}

  of(value: unknown): string {
    if (typeof value !== 'object' || value === null) return this.write(value);
    const text = this.#known.get(value) ?? this.write(value);
    this.#known.set(value, text);
    return text;
  }
}

const whole = new Texts(textOf);
/** As they stand between the brackets of a list. */
const entries = new Texts((value) => textOf([value]).slice('[\n'.length, -'\n]'.length));

/** A list; where it is empty the service answers 404. */
export function listOf(values: readonly unknown[]): RestResponse {
  return values.length > 0 ? json(values) : nothing;
}

/** No answer: the connection breaks. */
export const broken = new RestResponse(0);
export const done = new RestResponse(204);
/** Unknown objects, and "no updates": no body at all. */
export const nothing = new RestResponse(404);
/** What the real service refuses without a word. */
export const malformed = new RestResponse(400);
export const methodNotAllowed = new RestResponse(405);
/** Wrong credentials: never 401, and no newline. */
export const unauthorized = new RestResponse(403, 'Unauthorized', 'text/plain; charset=utf-8');
