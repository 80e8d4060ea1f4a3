import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { LocalCloud } from '../delivery/cloud';
import type { LocalEdge } from '../delivery/edge';
import { broken, errorResponse, RestResponse } from '../responses/response';
import { type Authenticator, callerOf } from '../roles';
import { accessLists } from './access-lists';
import { destinations } from './destinations';
import { objects } from './objects';
import { organizations } from './organizations';
import type { RestRequest } from './request';
import { health, resend, shutDown } from './service';

const alwaysSent = {
  'cache-control': 'no-store, no-cache, must-revalidate',
  pragma: 'no-cache',
  'strict-transport-security': 'max-age=63072000; includeSubDomains; preload',
};

/** Larger bodies than the real service's buffer come without a length. */
const bufferedBody = 2_048;

/** The REST interface of a service. */
export function rest(service: LocalCloud | LocalEdge, authenticate: Authenticator): RequestListener {
  return (incoming, outgoing) => {
    responseTo(service, authenticate, incoming)
      .then((response) => untilKept(service, incoming, response))
      .catch((thrown: unknown) =>
        thrown instanceof RestResponse ? thrown : errorResponse(500, String(thrown)),
      )
      .then((response) => send(incoming, outgoing, response))
      // A response that cannot be sent must not take the process with it.
      .catch(() => outgoing.destroy());
  };
}

/** What was answered with 204 must survive the process. */
async function untilKept(
  { journal }: LocalCloud | LocalEdge,
  { method }: IncomingMessage,
  response: RestResponse,
): Promise<RestResponse> {
  if (method !== 'GET') await journal.written();
  return response;
}

async function responseTo(
  service: LocalCloud | LocalEdge,
  authenticate: Authenticator,
  incoming: IncomingMessage,
): Promise<RestResponse> {
  const [path = '/', search = ''] = splitOnce(incoming.url ?? '/', '?');
  const decoded = decode(path);
  if (decoded === undefined) return errorResponse(400, '400 Bad Request');
  const elsewhere = redirected(decoded, service);
  if (elsewhere !== undefined) return redirect(encodeURI(elsewhere) + (search && `?${search}`));
  return route(decoded, {
    service,
    incoming,
    method: incoming.method ?? 'GET',
    query: new URLSearchParams(search),
    caller: callerOf(incoming.headers.authorization, authenticate),
  });
}

async function route(path: string, request: RestRequest): Promise<RestResponse> {
  const [, api, v1, noun, ...segments] = path.split('/');
  if (api !== 'api' || v1 !== 'v1') return notFound;
  // One slash at the end is accepted.
  const hasSlash = segments.length > 0 && segments.at(-1) === '';
  const parts = hasSlash ? segments.slice(0, -1) : segments;
  const cloud = request.service.nodeType === 'CSS';
  switch (noun) {
    case 'health':
      return parts.length === 0 ? health(request) : notFound;
    case 'objects':
      return objects(request, parts, hasSlash);
    case 'destinations':
      if (cloud) return destinations(request, parts);
      return segments.length === 0 ? new RestResponse(400) : notFound;
    case 'organizations':
      return organizations(request, parts);
    case 'security':
      return cloud ? accessLists(request, parts) : notFound;
    case 'resend':
      return parts.length === 0 ? resend(request) : notFound;
    case 'shutdown':
      return parts.length === 0 ? shutDown(request) : notFound;
    default:
      return notFound;
  }
}

/** Go's own answer, without the headers of the interface. */
const notFound = new RestResponse(404, '404 page not found\n', 'text/plain; charset=utf-8', { bare: true });

/** Where Go's router sends a client on: paths without a slash that a folder has, and doubled slashes. */
function redirected(path: string, { nodeType }: LocalCloud | LocalEdge): string | undefined {
  if (path.includes('//')) return path.replace(/\/{2,}/g, '/');
  const folders = nodeType === 'CSS' ? ['objects', 'destinations'] : ['objects'];
  return folders.some((folder) => path === `/api/v1/${folder}`) ? `${path}/` : undefined;
}

function redirect(location: string): RestResponse {
  const body = `<a href="${location}">Temporary Redirect</a>.\n\n`;
  return new RestResponse(307, body, 'text/html; charset=utf-8', { headers: { location }, bare: true });
}

function decode(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

function splitOnce(text: string, separator: string): string[] {
  const at = text.indexOf(separator);
  return at < 0 ? [text] : [text.slice(0, at), text.slice(at + 1)];
}

function send(incoming: IncomingMessage, outgoing: ServerResponse, response: RestResponse): void {
  if (response === broken) {
    outgoing.destroy();
    return;
  }
  incoming.resume();
  const { status, body, contentType, headers, bare } = response;
  const length = Buffer.byteLength(body);
  const measured = status !== 204 && length <= bufferedBody;
  outgoing.writeHead(status, {
    ...(!bare && alwaysSent),
    ...(contentType && { 'content-type': contentType }),
    ...(measured && { 'content-length': length }),
    ...headers,
  });
  outgoing.end(body);
}
