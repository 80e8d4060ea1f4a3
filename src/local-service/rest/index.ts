import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { Answer, broken, refusal } from '../answer';
import type { LocalCloud } from '../cloud';
import type { LocalEdge } from '../edge';
import { type Authenticator, callerOf } from '../roles';
import { accessLists } from './access-lists';
import type { Asked } from './asked';
import { destinations } from './destinations';
import { objects } from './objects';
import { organizations } from './organizations';
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
  return (request, response) => {
    answerTo(service, authenticate, request)
      .then((answer) => untilKept(service, request, answer))
      .catch((thrown: unknown) => (thrown instanceof Answer ? thrown : refusal(500, String(thrown))))
      .then((answer) => send(request, response, answer))
      // An answer that cannot be sent must not take the process with it.
      .catch(() => response.destroy());
  };
}

/** What was answered with 204 must survive the process. */
async function untilKept(
  { journal }: LocalCloud | LocalEdge,
  { method }: IncomingMessage,
  answer: Answer,
): Promise<Answer> {
  if (method !== 'GET') await journal.written();
  return answer;
}

async function answerTo(
  service: LocalCloud | LocalEdge,
  authenticate: Authenticator,
  request: IncomingMessage,
): Promise<Answer> {
  const [path = '/', search = ''] = splitOnce(request.url ?? '/', '?');
  const decoded = decode(path);
  if (decoded === undefined) return refusal(400, '400 Bad Request');
  const elsewhere = redirected(decoded, service);
  if (elsewhere !== undefined) return redirect(encodeURI(elsewhere) + (search && `?${search}`));
  return route(decoded, {
    service,
    request,
    method: request.method ?? 'GET',
    query: new URLSearchParams(search),
    caller: callerOf(request.headers.authorization, authenticate),
  });
}

async function route(path: string, asked: Asked): Promise<Answer> {
  const [, api, v1, noun, ...segments] = path.split('/');
  if (api !== 'api' || v1 !== 'v1') return notFound;
  // One slash at the end is accepted.
  const hasSlash = segments.length > 0 && segments.at(-1) === '';
  const parts = hasSlash ? segments.slice(0, -1) : segments;
  const cloud = asked.service.nodeType === 'CSS';
  switch (noun) {
    case 'health':
      return parts.length === 0 ? health(asked) : notFound;
    case 'objects':
      return objects(asked, parts, hasSlash);
    case 'destinations':
      if (cloud) return destinations(asked, parts);
      return segments.length === 0 ? new Answer(400) : notFound;
    case 'organizations':
      return organizations(asked, parts);
    case 'security':
      return cloud ? accessLists(asked, parts) : notFound;
    case 'resend':
      return parts.length === 0 ? resend(asked) : notFound;
    case 'shutdown':
      return parts.length === 0 ? shutDown(asked) : notFound;
    default:
      return notFound;
  }
}

/** Go's own answer, without the headers of the interface. */
const notFound = new Answer(404, '404 page not found\n', 'text/plain; charset=utf-8', { bare: true });

/** Where Go's router sends a client on: paths without a slash that a folder has, and doubled slashes. */
function redirected(path: string, { nodeType }: LocalCloud | LocalEdge): string | undefined {
  if (path.includes('//')) return path.replace(/\/{2,}/g, '/');
  const folders = nodeType === 'CSS' ? ['objects', 'destinations'] : ['objects'];
  return folders.some((folder) => path === `/api/v1/${folder}`) ? `${path}/` : undefined;
}

function redirect(location: string): Answer {
  const body = `<a href="${location}">Temporary Redirect</a>.\n\n`;
  return new Answer(307, body, 'text/html; charset=utf-8', { headers: { location }, bare: true });
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

function send(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  if (answer === broken) {
    response.destroy();
    return;
  }
  request.resume();
  const { status, body, contentType, headers, bare } = answer;
  const length = Buffer.byteLength(body);
  const measured = status !== 204 && length <= bufferedBody;
  response.writeHead(status, {
    ...(!bare && alwaysSent),
    ...(contentType && { 'content-type': contentType }),
    ...(measured && { 'content-length': length }),
    ...headers,
  });
  response.end(body);
}
