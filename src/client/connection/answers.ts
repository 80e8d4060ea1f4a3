import { parseExactJson } from '../../protocol/exact-json';
import { isDeeperThan } from '../../protocol/json-depth';
import { SyncServiceError } from '../errors';
import type { ServiceRequest, ServiceResponse } from './request';

/** What is deeper is of no use, and many a program that walks it runs out of stack. */
const deepestJson = 100;
/** How much of an answer that was not expected is told. */
export const toldText = 4_096;

/** What a text says, or why it says nothing. */
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

/** The text of an answer that has no more than `limit` bytes; of a larger one, as much. */
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

/** An answer that the service does not give. */
export function unexpected(
  { method }: Pick<ServiceRequest, 'method'>,
  url: string,
  statusCode: number,
  what: string,
  response = '',
): SyncServiceError {
  const details = { statusCode, method, url, response: response.slice(0, toldText) };
  return new SyncServiceError('SYNC_UNEXPECTED_RESPONSE', `${method} ${url} ${what}`, details);
}

/**
 * How old an answer is that a cache between here and the service has given, in seconds; undefined for the service's own. It
 * forbids to keep its answers, and one that is kept all the same may be of a version before: it would be acknowledged, or
 * given to a flow, in place of the current one.
 */
export function ageOf({ headers }: Pick<ServiceResponse, 'headers'>): number | undefined {
  const age = Number(headers.age);
  return age > 0 ? age : undefined;
}
