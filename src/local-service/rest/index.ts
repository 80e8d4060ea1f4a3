import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { LocalCloud } from '../delivery/cloud';
import type { LocalEdge } from '../delivery/edge';
import { broken, errorResponse, RestResponse } from '../responses/response';
import { type Authenticator, callerOf } from '../roles';
import { accessLists } from './access-lists';
import { destinations, destinationsOnEdge } from './destinations';
import { objects } from './objects';
import { organizations } from './organizations';
import { decoded, redirection } from './paths';
import type { RestRequest } from './request';
import { health, resend } from './service';
import { shutDown } from './shutdown';

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
  const [path = '/', ...rest] = withoutHost(incoming.url ?? '/').split('?');
  const [search, method] = [rest.join('?'), incoming.method ?? 'GET'];
  const segments = decoded(path);
  if (segments === undefined) return noRequest;
  const elsewhere = redirection(path, search, method, service.nodeType);
  if (elsewhere) return elsewhere;
  return route(segments, {
    service,
    incoming,
    method,
    query: new URLSearchParams(search),
    caller: callerOf(incoming.headers.authorization, authenticate),
  });
}

/** A client that takes this service for a proxy has the host in the target of its request, too. */
function withoutHost(target: string): string {
  return target.replace(/^https?:\/\/[^/?]*\/?/i, '/');
}

type Part = (request: RestRequest, segments: string[]) => RestResponse | Promise<RestResponse>;

/** What answers while a service is on its way down, too. */
const always: Readonly<Record<string, Part>> = { health, shutdown: shutDown };
/** What may follow `/api/v1` alone, and what is followed by more. */
const words: Readonly<Record<string, Part>> = { ...always, resend, organizations };
const folders: Readonly<Record<string, Part>> = { objects, organizations };
const onCloud: Readonly<Record<string, Part>> = { ...folders, destinations, security: accessLists };
const onEdge: Readonly<Record<string, Part>> = { ...words, destinations: destinationsOnEdge };

async function route(
  [empty, api, v1, noun = '', ...segments]: string[],
  request: RestRequest,
): Promise<RestResponse> {
  const { nodeType, running } = request.service;
  const alone = nodeType === 'CSS' ? words : onEdge;
  const parts = segments.length === 0 ? alone : nodeType === 'CSS' ? onCloud : folders;
  const part =
    empty === '' && api === 'api' && v1 === 'v1' && Object.hasOwn(parts, noun) ? parts[noun] : undefined;
  if (!part) return notFound;
  if (Object.hasOwn(always, noun)) return part(request, segments);
  if (!running) return unavailable;
  if (request.caller) request.service.clientRequests += 1;
  return part(request, segments);
}

/** Go's own answer, without the headers of the interface. */
const notFound = new RestResponse(404, '404 page not found\n', 'text/plain; charset=utf-8', {
  headers: { 'x-content-type-options': 'nosniff' },
  bare: true,
});
const unavailable = new RestResponse(503);
/** Go's server says this before any of the service's code sees the request. */
const noRequest = new RestResponse(400, '400 Bad Request', 'text/plain; charset=utf-8', {
  headers: { connection: 'close' },
  bare: true,
});

function send(incoming: IncomingMessage, outgoing: ServerResponse, response: RestResponse): void {
  if (response === broken) {
    outgoing.destroy();
    return;
  }
  incoming.resume();
  const { status, body, contentType, headers, bare } = response;
  const length = Buffer.byteLength(body);
  const chunked = 'transfer-encoding' in headers || length > bufferedBody;
  const measured = status !== 204 && !chunked;
  outgoing.writeHead(status, {
    ...(!bare && alwaysSent),
    ...(contentType && { 'content-type': contentType }),
    ...(measured && { 'content-length': length }),
    ...headers,
  });
  outgoing.end(body);
}
