import { parseExactJson } from '../../protocol/exact-json';
import { isDeeperThan } from '../../protocol/json-depth';
import { SyncServiceError } from '../errors';
import type { ServiceRequest, ServiceResponse } from './request';

/** Nothing that a service says is nested deeper, and a program that walks such JSON may run out of stack. */
const deepestJson = 100;
/** How many characters of an unexpected answer an error keeps. */
export const toldText = 4_096;

/** The value of a JSON text, or why it has none. */
export type Parsed =
  | { value: unknown; reason?: undefined }
  | { value?: undefined; reason: 'too deep' | 'malformed' };

/** The parser's own message would quote the text, and with it what a service repeats of a secret. */
export function parseAnswer(text: string): Parsed {
  if (isDeeperThan(deepestJson, text)) return { reason: 'too deep' };
  try {
    return { value: parseExactJson(text) };
  } catch {
    return { reason: 'malformed' };
  }
}

/** The text of an answer, cut off after `limit` bytes. */
export async function textOf({ body }: ServiceResponse, limit: number): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of body) {
    pieces.push(piece);
    size += piece.length;
    if (size > limit) break;
  }
  const [first = Buffer.alloc(0)] = pieces;
  return (pieces.length > 1 ? Buffer.concat(pieces) : first).toString('utf8', 0, limit);
}

/** An answer that the service does not give. @param what was wrong with it, as it follows the request in the message. */
export function unexpected(
  what: string,
  { method, url, statusCode, response = '' }: UnexpectedAnswer,
): SyncServiceError {
  const details = { statusCode, method, url, response: response.slice(0, toldText) };
  return new SyncServiceError('SYNC_UNEXPECTED_RESPONSE', `${method} ${url} ${what}`, details);
}

interface UnexpectedAnswer {
  method: ServiceRequest['method'];
  url: string;
  statusCode: number;
  /** Its text. */
  response?: string;
}

/**
 * The age of an answer that comes from a cache on the way, in seconds; undefined for one of the service itself. The service
 * forbids caching. An answer that is cached all the same may describe an older version, which would be acknowledged, or
 * given to a flow, in place of the current one.
 */
export function ageOf({ headers }: Pick<ServiceResponse, 'headers'>): number | undefined {
  const age = Number(headers.age);
  return age > 0 ? age : undefined;
}
