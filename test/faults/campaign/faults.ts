import { gzipSync } from 'node:zlib';
import type { SeededRandom } from '../../support/random';
import type { EarlierAnswers } from './earlier';

/** A request that met a fault. */
export interface Request {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
}

/** What the service answered. */
export interface Answer {
  readonly status: number;
  /** As they came: name, value, name, value. */
  readonly headers: readonly string[];
  readonly body: Buffer;
}

/** One request on its way, and what can be done to it. */
export interface Passage {
  readonly request: Request;
  readonly random: SeededRandom;
  /** Whether the client speaks TLS. */
  readonly secure: boolean;
  /** Passes the request on, so that it has its effect. Rejects where the service is away. */
  pass(): Promise<Answer>;
  /** What the service has answered before. */
  readonly earlier: EarlierAnswers;
  /** Passes it on to a service of the other kind. */
  passElsewhere(): Promise<Answer>;
  /** Passes on half of what is uploaded, and breaks the line to the service. */
  passHalf(): Promise<void>;
  /** Writes bytes to the client as they are. */
  write(bytes: Buffer | string): void;
  /** Writes them below TLS, where there is TLS. */
  writeBelow(bytes: Buffer | string): void;
  /** Ends the connection to the client in good order. */
  end(): void;
  /** Ends it by a reset. */
  reset(): void;
  /** The next connections of this client are reset before they can say anything. */
  refuse(connections: number): void;
  /** The next connections are taken, and nothing comes of them, until the network lets go of them. */
  swallow(connections: number): void;
  /** Where the client speaks TLS, the next connections get to somebody else, who shows a certificate of his own. */
  intercept(connections: number): void;
  pause(milliseconds: number): Promise<void>;
  /** Resolves once the client has given up. */
  left(): Promise<void>;
}

export interface Fault {
  readonly name: string;
  /** Whether it can befall this request; any unless given. */
  fits?(request: Request, earlier: EarlierAnswers): boolean;
  /** At most how many requests that come next meet it, too, whatever they ask for. */
  readonly burst?: number;
  act(passage: Passage): Promise<void>;
}

const html = '<html><head><title>nginx</title></head><body><h1>Sorry</h1></body></html>';
const isData = ({ method, path }: Request): boolean => method === 'GET' && path.endsWith('/data');
const isUpload = ({ method, path }: Request): boolean => method === 'PUT' && path.endsWith('/data');
const isList = ({ method, path }: Request): boolean =>
  method === 'GET' &&
  /^\/api\/v1\/objects\/[^/]+(\/[^/]+)?(\?.*)?$/.test(path) &&
  !/\/(kept-)?(up|down)-\d/.test(path);
const isMark = ({ method, path }: Request): boolean => method === 'PUT' && path.endsWith('/consumed');
const isJson = ({ method, path }: Request): boolean =>
  method === 'GET' && !/\/(data|status|health)$/.test(path.replace(/\?.*/, ''));

/** An answer that is not the service's: the request has no effect. */
function instead(status: string, body: string, ...headers: string[]): Fault['act'] {
  return async ({ write, end }) => {
    write(
      head(status, [`Content-Length: ${Buffer.byteLength(body)}`, 'Connection: close', ...headers]) + body,
    );
    end();
  };
}

/** The line is dead: mostly until somebody on it notices, seldom until the client gives up. */
async function hole({ random, left, pause, reset }: Passage): Promise<void> {
  if (random.below(8) === 0) return left();
  await Promise.race([left(), pause(300 + random.below(2_500))]);
  reset();
}

/** What the service says, changed on its way. */
function changed(
  change: (answer: Answer) => string | Buffer,
  fits: Fault['fits'] = isJson,
): Omit<Fault, 'name'> {
  return {
    fits,
    async act(passage) {
      const answer = await passage.pass();
      const body = answer.status === 200 ? Buffer.from(change(answer)) : answer.body;
      passage.write(head(statusLine(answer.status), [`Content-Length: ${body.length}`, 'Connection: close']));
      passage.write(body);
      passage.end();
    },
  };
}

function head(status: string, headers: readonly string[]): string {
  return `HTTP/1.1 ${status}\r\n${headers.map((header) => `${header}\r\n`).join('')}\r\n`;
}

function statusLine(status: number): string {
  return `${status} Answer`;
}

/** Whole as the service gave it, with the length and whatever else is said. */
function said({ status, body }: Answer, ...headers: string[]): string {
  return head(statusLine(status), [
    ...(status === 204 ? [] : [`Content-Length: ${body.length}`]),
    ...headers,
  ]);
}

/** What a line, a proxy or an ingress does to requests and answers. None of it may lose, double or spoil an object. */
export const faults: readonly Fault[] = [
  { name: 'reset before the effect', act: async ({ reset }) => reset() },
  { name: 'closed before the effect', act: async ({ end }) => end() },
  { name: 'no answer, no effect', act: hole },
  {
    name: 'reset after the effect',
    async act({ pass, reset }) {
      await pass();
      reset();
    },
  },
  {
    name: 'closed after the effect',
    async act({ pass, end }) {
      await pass();
      end();
    },
  },
  {
    name: 'no answer after the effect',
    async act(passage) {
      await passage.pass();
      await hole(passage);
    },
  },
  {
    name: 'reset within the head',
    async act({ pass, write, pause, reset }) {
      write(said(await pass()).slice(0, 14));
      await pause(10);
      reset();
    },
  },
  {
    name: 'body cut, with a length',
    async act({ pass, write, pause, end }) {
      const answer = await pass();
      write(said(answer));
      write(answer.body.subarray(0, answer.body.length / 2));
      await pause(10);
      end();
    },
  },
  {
    name: 'body cut, in chunks',
    async act({ pass, write, pause, end }) {
      const { status, body } = await pass();
      const half = body.subarray(0, body.length / 2);
      if (status !== 204) {
        write(head(statusLine(status), ['Transfer-Encoding: chunked']));
        if (half.length > 0)
          write(Buffer.concat([Buffer.from(`${half.length.toString(16)}\r\n`), half, Buffer.from('\r\n')]));
      }
      await pause(10);
      end();
    },
  },
  {
    name: 'body cut, to the end of the stream',
    fits: isData,
    async act({ pass, write, end }) {
      const { status, body } = await pass();
      write(head(statusLine(status), ['Connection: close']));
      write(body.subarray(0, body.length / 2));
      end();
    },
  },
  {
    name: 'more than its length',
    async act({ pass, write, pause, end }) {
      const answer = await pass();
      write(said(answer));
      write(answer.body);
      write('and more');
      await pause(10);
      end();
    },
  },
  {
    name: 'error text behind the data',
    ...changed(({ body }) => Buffer.concat([body, Buffer.from('Failed to send the data')]), isData),
  },
  {
    name: 'dripped',
    async act({ pass, write, pause, end }) {
      const answer = await pass();
      write(said(answer, 'Connection: close'));
      const step = Math.max(1, Math.ceil(answer.body.length / 20));
      for (let at = 0; at < answer.body.length; at += step) {
        write(answer.body.subarray(at, at + step));
        await pause(15);
      }
      end();
    },
  },
  {
    name: 'late',
    async act({ pass, write, pause, end, random }) {
      const answer = await pass();
      await pause(500 + random.below(2_000));
      write(said(answer, 'Connection: close'));
      write(answer.body);
      end();
    },
  },
  { name: '500', act: instead('500 Internal Server Error', 'Failed to read the object') },
  {
    name: '500 after the effect',
    async act(passage) {
      await passage.pass();
      await instead('500 Internal Server Error', 'Failed')(passage);
    },
  },
  { name: '502 with HTML', act: instead('502 Bad Gateway', html, 'Content-Type: text/html') },
  { name: '503 with Retry-After', act: instead('503 Service Unavailable', '', 'Retry-After: 1') },
  {
    name: '504 after the effect',
    async act(passage) {
      await passage.pass();
      await instead('504 Gateway Timeout', html, 'Content-Type: text/html')(passage);
    },
  },
  {
    name: '503 in a burst',
    burst: 8,
    act: instead('503 Service Unavailable', html, 'Content-Type: text/html'),
  },
  { name: '500 in a burst', burst: 8, act: instead('500 Internal Server Error', 'Failed') },
  { name: '429', act: instead('429 Too Many Requests', '', 'Retry-After: 1') },
  { name: '408', act: instead('408 Request Timeout', '') },
  { name: '401 of an ingress', act: instead('401 Unauthorized', html, 'WWW-Authenticate: Basic realm="x"') },
  { name: '403', act: instead('403 Forbidden', 'Unauthorized') },
  { name: '404 with HTML', act: instead('404 Not Found', html, 'Content-Type: text/html') },
  { name: '404 for data that is there', fits: isData, act: instead('404 Not Found', '') },
  { name: 'sent elsewhere', act: instead('302 Found', html, 'Location: https://login.example/') },
  { name: '200 of a login page', act: instead('200 OK', html, 'Content-Type: text/html') },
  { name: 'empty 200', fits: isJson, act: instead('200 OK', '') },
  {
    name: 'a flood of 1xx',
    async act({ pass, write, end }) {
      for (let each = 0; each < 500; each += 1) write(head('102 Processing', []));
      const answer = await pass();
      write(said(answer, 'Connection: close'));
      write(answer.body);
      end();
    },
  },
  {
    name: 'no HTTP',
    async act({ write, end }) {
      write('SSH-2.0-OpenSSH_9.2\r\n');
      end();
    },
  },
  {
    name: 'two lengths',
    async act({ pass, write, end }) {
      const answer = await pass();
      write(said(answer, 'Content-Length: 7', 'Connection: close'));
      write(answer.body);
      end();
    },
  },
  {
    name: 'a head without end',
    async act({ write, end }) {
      write(
        head(
          '200 OK',
          Array.from({ length: 3_000 }, (_, index) => `X-${index}: ${'x'.repeat(60)}`),
        ),
      );
      end();
    },
  },
  { name: 'JSON cut short', ...changed(({ body }) => body.subarray(0, body.length - 3)) },
  { name: 'another shape of JSON', ...changed(() => '{"error":"busy"}') },
  { name: 'null in a list', ...changed(({ body }) => String(body).replace('[', '[null,'), isList) },
  {
    name: 'nested too deep',
    ...changed(({ body }) => String(body).replace('[', `[${'['.repeat(5_000)}${']'.repeat(5_000)},`), isList),
  },
  {
    name: 'closed behind the answer, as nginx does',
    async act({ pass, write, end }) {
      const answer = await pass();
      write(said(answer, 'Connection: close'));
      write(answer.body);
      end();
    },
  },
  {
    name: 'closed as soon as it is idle',
    async act({ pass, write, pause, end, random }) {
      const answer = await pass();
      write(said(answer));
      write(answer.body);
      await pause(random.below(30));
      end();
    },
  },
  {
    name: 'another kind of service at its address',
    burst: 6,
    async act({ passElsewhere, write, end }) {
      const answer = await passElsewhere();
      write(said(answer, 'Connection: close'));
      write(answer.body);
      end();
    },
  },
  {
    name: 'whole, to the end of the stream',
    async act({ pass, write, end }) {
      const { status, body } = await pass();
      write(head(statusLine(status), ['Connection: close']));
      write(body);
      end();
    },
  },
  {
    name: 'upload cut half way',
    fits: isUpload,
    async act({ passHalf, reset }) {
      await passHalf();
      reset();
    },
  },
  {
    name: 'bytes that are no TLS',
    async act({ pass, writeBelow, end }) {
      await pass();
      writeBelow('HTTP/1.1 400 Bad Request\r\n\r\n');
      end();
    },
  },
  {
    name: 'TLS broken amid the body',
    async act({ pass, pause, reset, secure, write, writeBelow }) {
      const answer = await pass();
      write(said(answer));
      write(answer.body.subarray(0, answer.body.length / 2));
      await pause(10);
      if (secure) writeBelow('and no TLS');
      else reset();
    },
  },
  {
    name: 'connections refused',
    async act({ refuse, reset }) {
      refuse(3);
      reset();
    },
  },
  {
    name: 'connections that nobody answers',
    async act({ swallow, reset }) {
      swallow(2);
      reset();
    },
  },
  {
    name: 'captive portal',
    async act(passage) {
      if (!passage.secure) return instead('511 Network Authentication Required', html)(passage);
      passage.intercept(3);
      passage.reset();
    },
  },
  {
    name: 'from a cache',
    fits: (request, earlier) => earlier.to(request) !== undefined,
    async act({ earlier, request, random, pass, write, end }) {
      const answer = earlier.to(request) ?? (await pass());
      write(said(answer, `Age: ${1 + random.below(60)}`, 'Connection: close'));
      write(answer.body);
      end();
    },
  },
  {
    name: 'the answer to another request',
    fits: (request) => isJson(request) || isData(request),
    async act({ earlier, request, pass, write, end }) {
      const own = await pass();
      const answer = earlier.toAnother(request, own) ?? own;
      write(said(answer, 'Connection: close'));
      write(answer.body);
      end();
    },
  },
  {
    name: 'an acknowledgement answered for the service',
    fits: isMark,
    act: instead('204 No Content', ''),
  },
  {
    name: 'compressed on its way',
    fits: (request) => isJson(request) || isData(request),
    async act({ pass, write, end }) {
      const answer = await pass();
      const packed = { ...answer, body: gzipSync(answer.body) };
      write(said(packed, 'Content-Encoding: gzip', 'Connection: close'));
      write(packed.body);
      end();
    },
  },
  {
    name: 'passed on twice',
    async act({ pass, write, end }) {
      await pass();
      const second = await pass();
      write(said(second, 'Connection: close'));
      write(second.body);
      end();
    },
  },
];
