import type { IncomingMessage } from 'node:http';
import { isAcceptedByCloud } from '../../protocol/names';
import type { LocalCloud } from '../delivery/cloud';
import type { LocalEdge } from '../delivery/edge';
import { badRequest, malformed } from '../responses/response';
import type { Caller } from '../roles';
import type { ObjectName } from '../store/objects';

/** A request, as the parts of the REST interface take it; its body is still to be read from `incoming`. */
export interface RestRequest {
  service: LocalCloud | LocalEdge;
  incoming: IncomingMessage;
  method: string;
  query: URLSearchParams;
  caller: Caller | undefined;
}

/** All that came with a request. */
export function bytesOf({ incoming }: Pick<RestRequest, 'incoming'>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  return new Promise((resolve, reject) => {
    incoming.on('data', (piece: Buffer) => pieces.push(piece));
    incoming.on('end', () => resolve(Buffer.concat(pieces)));
    incoming.on('error', reject);
  });
}

/** On an ESS an acknowledgement that waits for the cloud holds up all that is asked of its object. */
export async function untilUnlocked({ service }: RestRequest, name: ObjectName): Promise<void> {
  if (service.nodeType === 'ESS') await service.unlocked(name);
}

/** @throws RestResponse 400 for a name that the service refuses, whoever asks; one that is not there is none. */
export function checkName(what: string, name: string): void {
  if (name !== '' && !isAcceptedByCloud(name))
    throw badRequest(`${what} (${escaped(name)}) contains invalid characters`);
}

const entities: Record<string, string> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': '#34', "'": '#39' };

/** As Go escapes it for HTML. */
export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&${entities[character] ?? ''};`);
}

/**
 * A truth value of a query, as Go's ParseBool reads it; undefined where it is not there.
 *
 * @throws RestResponse 400 for anything else.
 */
export function flag(query: URLSearchParams, name: string): boolean | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  const truth = truthOf(text);
  if (truth === undefined) throw malformed;
  return truth;
}

/** Undefined where it is none. */
export function truthOf(text: string): boolean | undefined {
  if (/^(1|t|T|true|TRUE|True)$/.test(text)) return true;
  return /^(0|f|F|false|FALSE|False)$/.test(text) ? false : undefined;
}

/** @throws RestResponse 400 where it is no `organization/name`. */
export function checkService(service: string): void {
  const [organization = '', ...rest] = service.split('/');
  const name = rest.join('/');
  if (organization === '' || name === '') throw malformed;
  checkName('Service ID', organization);
  checkName('Service name', name);
}
