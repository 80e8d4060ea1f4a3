import { NotSentError } from '../../../src/client/connection/http';
import type { Harm, WrongShape } from '../plans/plan';
import type { Reply } from '../service/rest';
import type { StatusHarm } from './base-call';

/** Text, a pause in ms, or the end of the connection. */
export type Piece = string | number | { code: string };

const page = '<html><body><h1>Sign in</h1></body></html>';

const wrongShapes: Record<WrongShape, string> = {
  object: '{"error":"no"}',
  text: '"no"',
  'null entries': '[null,null]',
  'bare entries': '[5,"a",true]',
  'nameless entries': '[{"objectType":"model","instanceID":5},{"objectID":7,"objectType":"model"}]',
};

export function isListOfNothing(body: (Harm & { harm: 'body' })['body']): boolean {
  return body.endsWith(' entries');
}

/** How the answer reaches the client, in pieces. */
export function bodyOf(
  reply: Reply,
  harm: Harm | undefined,
): Pick<Reply, 'status' | 'headers'> & { pieces: Piece[] } {
  const { status, headers, body } = harmed(reply, harm);
  const half = body.slice(0, body.length / 2);
  if (harm?.harm === 'body' && harm.body === 'cut') {
    return { status, headers, pieces: [half, { code: 'UND_ERR_SOCKET' }] };
  }
  if (harm?.harm === 'body' && harm.body === 'drip') {
    return {
      status,
      headers,
      pieces: Array.from(body.slice(0, 20))
        .flatMap((sign) => [sign, 5_000])
        .concat(body.slice(20)),
    };
  }
  return { status, headers, pieces: body === '' ? [] : [body] };
}

function harmed(reply: Reply, harm: Harm | undefined): Reply {
  switch (harm?.harm) {
    case 'not found':
      return { status: 404, headers: {}, body: '' };
    case 'other version':
      return { ...reply, body: reply.body.replace(/("instanceID":\d+)\d/, '$17') };
    case 'other kind':
      return { ...reply, body: reply.body.replace(/"[CE]SS"/, '"XSS"') };
    case 'body':
      return withBody(reply, harm.body);
    default:
      return reply;
  }
}

function withBody(reply: Reply, body: (Harm & { harm: 'body' })['body']): Reply {
  switch (body) {
    case 'cut':
    case 'drip':
      return reply;
    case 'page':
      // A proxy has a page for what it does not find, as it has for what it wants signed.
      return {
        status: reply.status === 404 ? 404 : 200,
        headers: { 'content-type': 'text/html' },
        body: page,
      };
    case 'nothing':
      return { ...reply, status: 200, body: '' };
    case 'garbage':
      return { ...reply, status: 200, body: '\u0000\u0001{[' };
    case 'half':
      return {
        ...reply,
        status: 200,
        body: reply.body === '' ? '[' : reply.body.slice(0, reply.body.length / 2),
      };
    default:
      return { ...reply, status: 200, body: wrongShapes[body] };
  }
}

/** The answer of something between, in the service's place. */
export function statusReply({ status, retryAfter, page }: StatusHarm): Reply {
  const headers: Record<string, string> = page ? { 'content-type': 'text/html' } : {};
  if (retryAfter !== undefined) headers['retry-after'] = String(retryAfter);
  return { status, headers, body: page ? '<html><body><h1>Not what you wanted</h1></body></html>' : '' };
}

/** What a connection breaks with that was there; all else stands in the way of one. */
const resets: ReadonlySet<string> = new Set(['ECONNRESET', 'UND_ERR_SOCKET', 'EPIPE']);

/** An error as a transport gives it: one of its own where nothing can have reached the service. */
export function broken(code: string): Error {
  const message = `broken by ${code}`;
  return resets.has(code)
    ? Object.assign(new Error(message), { code })
    : new NotSentError(code, message, undefined);
}
