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

/** Errors of the service are plain text with a newline behind, never JSON. */
export function errorResponse(status: number, text: string): RestResponse {
  return new RestResponse(status, `${text}\n`, 'text/plain; charset=utf-8');
}

export function badRequest(text: string): RestResponse {
  return errorResponse(400, text);
}

/** JSON as Go writes it: two spaces, and signs that HTML could misread as escapes. */
export function json(value: unknown): RestResponse {
  const text = Array.isArray(value) ? listText(value) : textOf(value);
  return new RestResponse(200, text, 'application/json');
}

function textOf(value: unknown): string {
  return stringifyExactJson(value, 2).replace(
    /[<>&\u2028\u2029]/g,
    (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The texts of entries, which are replaced and not changed: polls ask for the same long lists again and again. */
const entryTexts = new WeakMap<object, string>();

function listText(values: readonly unknown[]): string {
  if (values.length === 0) return '[]';
  return `[\n${values.map(entryText).join(',\n')}\n]`;
}

function entryText(value: unknown): string {
  const known = typeof value === 'object' && value !== null ? entryTexts.get(value) : undefined;
  const text = known ?? textOf(value).replace(/^/gm, '  ');
  if (typeof value === 'object' && value !== null) entryTexts.set(value, text);
  return text;
}

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
