import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { buffer, text } from 'node:stream/consumers';
import { stringifyExactJson } from '../protocol/exact-json';
import { isAcceptedByCloud } from '../protocol/names';
import { Answer, badRequest, done, nothing, refusal, unauthorized } from './answer';
import type { LocalCloud } from './cloud';
import type { LocalEdge } from './edge';
import { readUpdate } from './metadata';

type Service = LocalCloud | LocalEdge;

const alwaysSent = {
  'cache-control': 'no-store, no-cache, must-revalidate',
  pragma: 'no-cache',
  'strict-transport-security': 'max-age=63072000; includeSubDomains; preload',
};

interface Asked {
  service: Service;
  request: IncomingMessage;
  method: string;
  query: URLSearchParams;
  user: string | undefined;
}

/** The REST interface of a service. */
export function rest(service: Service): RequestListener {
  return (request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    const asked = {
      service,
      request,
      method: request.method ?? 'GET',
      query: url.searchParams,
      user: userOf(request),
    };
    route(asked, url.pathname)
      .catch((thrown: unknown) => (thrown instanceof Answer ? thrown : refusal(500, String(thrown))))
      .then((answer) => send(request, response, answer));
  };
}

async function route(asked: Asked, path: string): Promise<Answer> {
  const [, api, v1, noun, ...rest] = path.replace(/(.)\/$/, '$1').split('/');
  if (api !== 'api' || v1 !== 'v1') return refusal(404, '404 page not found');
  if (noun === 'health' && rest.length === 0) return health(asked);
  if (noun === 'objects') return objects(asked, rest.map(decodeURIComponent));
  if (noun === 'destinations' && asked.service.nodeType === 'CSS') return destinations(asked, rest);
  return refusal(404, '404 page not found');
}

function health({ service, user }: Asked): Answer {
  if (!organizationOf(user)) return unauthorized;
  return json({
    general: { nodeType: service.nodeType, healthStatus: 'green', upTime: Math.round(process.uptime()) },
    dbHealth: { dbStatus: 'green', disconnectedFromDB: false, dbReadFailures: 0, dbWriteFailures: 0 },
  });
}

function destinations({ service, user }: Asked, [organization = '']: string[]): Answer {
  if (!mayUse(user, organization)) return unauthorized;
  const found = (service as LocalCloud).destinations(organization);
  return found.length > 0 ? json(found) : nothing;
}

/** A CSS has the organization in its paths; an ESS reads such a path as type and ID, and finds nothing. */
async function objects(asked: Asked, segments: string[]): Promise<Answer> {
  const { service } = asked;
  const organization =
    service.nodeType === 'CSS' ? (segments.shift() ?? '') : (service as LocalEdge).organization;
  const [objectType, objectID, operation, ...more] = segments;
  checkName('Organization ID', organization);
  if (objectType === undefined || more.length > 0) return new Answer(400);
  checkName('object Type', objectType);
  if (objectID !== undefined) checkName('object ID', objectID);
  if (asked.method === 'PUT' && objectID !== undefined && operation === undefined) {
    // The body is read before the user is checked, as by the real service.
    const update = readUpdate(await text(asked.request), objectType, objectID);
    if (!mayUse(asked.user, organization)) return unauthorized;
    service.update(organization, update);
    return done;
  }
  if (!mayUse(asked.user, organization)) return unauthorized;
  if (objectID === undefined) return updates(asked, organization, objectType);
  return object(asked, organization, objectType, objectID, operation?.toLowerCase());
}

function updates({ service, method, query }: Asked, organization: string, objectType: string): Answer {
  if (method !== 'GET') return new Answer(405);
  const received = query.get('received') ?? 'false';
  if (received !== 'true' && received !== 'false') return new Answer(400);
  const found = service.updates(organization, objectType, received === 'true');
  return found.length > 0 ? json(found) : nothing;
}

async function object(
  { service, request, method }: Asked,
  organization: string,
  objectType: string,
  objectID: string,
  operation: string | undefined,
): Promise<Answer> {
  const name = [organization, objectType, objectID] as const;
  switch (`${method} ${operation ?? ''}`.trim()) {
    case 'GET':
      return json(service.metadata(...name));
    case 'DELETE':
      service.delete(...name);
      return done;
    case 'GET status':
      return new Answer(200, service.status(...name), 'plain/text');
    case 'GET data':
      return new Answer(200, service.data(...name), 'application/octet-stream');
    case 'PUT data':
      service.updateData(...name, await buffer(request));
      return done;
    case 'GET destinations': {
      const found = service.nodeType === 'CSS' ? (service as LocalCloud).objectDestinations(...name) : [];
      return found.length > 0 ? json(found) : nothing;
    }
    case 'PUT consumed':
      await service.consumed(...name);
      return done;
    case 'PUT received':
      service.received(...name);
      return done;
    case 'PUT deleted':
      await service.deletionAcknowledged(...name);
      return done;
    case 'PUT activate':
      service.activate(...name);
      return done;
    default:
      return new Answer(operation === undefined || known.has(operation) ? 405 : 400);
  }
}

const known = new Set(['status', 'data', 'destinations', 'consumed', 'received', 'deleted', 'activate']);

/** The development roles: `name@org` is that organization's admin, whatever the secret; `root@x` may do everything. */
function organizationOf(user: string | undefined): string | undefined {
  return user === undefined ? undefined : /@([^@]+)$/.exec(user)?.[1];
}

function mayUse(user: string | undefined, organization: string): boolean {
  return user?.startsWith('root@') || organizationOf(user) === organization;
}

function userOf({ headers }: IncomingMessage): string | undefined {
  const encoded = /^Basic (.+)$/.exec(headers.authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  return Buffer.from(encoded, 'base64')
    .toString('utf8')
    .replace(/:[^:]*$/, '');
}

function checkName(what: string, name: string): void {
  if (isAcceptedByCloud(name)) return;
  const escaped = name.replace(/[&<>"']/g, (sign) => `&${signs[sign] ?? ''};`);
  throw badRequest(`${what} (${escaped}) contains invalid characters`);
}

const signs: Record<string, string> = { '&': 'amp', '<': 'lt', '>': 'gt', '"': '#34', "'": '#39' };

function json(value: unknown): Answer {
  return new Answer(200, stringifyExactJson(value, 2), 'application/json');
}

function send(request: IncomingMessage, response: ServerResponse, answer: Answer): void {
  request.resume();
  response.writeHead(answer.status, {
    ...alwaysSent,
    ...(answer.contentType && { 'content-type': answer.contentType }),
    // As the real service: what is larger than its buffer comes without a length.
    ...(answer.body.length <= 2_048 &&
      answer.status !== 204 && { 'content-length': Buffer.byteLength(answer.body) }),
  });
  response.end(answer.body);
}
