import type { IncomingMessage } from 'node:http';
import { isAcceptedByCloud } from '../../protocol/names';
import type { LocalCloud } from '../delivery/cloud';
import type { LocalEdge } from '../delivery/edge';
import { badRequest, malformed } from '../responses/response';
import type { Caller } from '../roles';

/** A request, as the parts of the REST interface take it; its body is still to be read from `incoming`. */
export interface RestRequest {
  service: LocalCloud | LocalEdge;
  incoming: IncomingMessage;
  method: string;
  query: URLSearchParams;
  caller: Caller | undefined;
}

/** @throws response 400 for a name that the service refuses, whoever asks. */
export function checkName(what: string, name: string): void {
  if (isAcceptedByCloud(name)) return;
  const escaped = name.replace(/[&<>"']/g, (sign) => `&${signs[sign] ?? ''};`);
  throw badRequest(`${what} (${escaped}) contains invalid characters`);
}

const signs: Record<string, string> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': '#34', "'": '#39' };

/**
 * A truth value of a query, as Go's ParseBool reads it; undefined where it is not there.
 *
 * @throws response 400 for anything else.
 */
export function flag(query: URLSearchParams, name: string): boolean | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  if (/^(1|t|T|true|TRUE|True)$/.test(text)) return true;
  if (/^(0|f|F|false|FALSE|False)$/.test(text)) return false;
  throw malformed;
}
