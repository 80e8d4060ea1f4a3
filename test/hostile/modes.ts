import type { ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';

/** An answer that a good service would give. */
export interface GoodAnswer {
  readonly status: number;
  readonly body: Buffer;
}

/** How a service answers that is none, or is a bad one. */
export interface Mode {
  readonly name: string;
  /** It never ends by itself: whoever asks has to end it. */
  readonly isSlow?: true;
  answer(response: ServerResponse, good: GoodAnswer): void | Promise<void>;
}

/** Bytes as they are, and the end of the connection. */
function raw(name: string, text: (good: GoodAnswer) => string | Buffer): Mode {
  return { name, answer: ({ socket }, good) => void socket?.end(text(good)) };
}

/** The status and body that are given, with a right length. */
function plain(
  name: string,
  status: number,
  body: string | Buffer,
  headers: Record<string, string> = {},
): Mode {
  return { name, answer: (response) => void response.writeHead(status, headers).end(body) };
}

/** What a good service says, where it says JSON, as another JSON. */
function reshaped(name: string, change: (value: never) => unknown): Mode {
  return {
    name,
    answer(response, { body, status }) {
      let text = body.toString();
      try {
        text = JSON.stringify(change(JSON.parse(text) as never));
      } catch {
        // Data, or nothing: as it is.
      }
      response.writeHead(status).end(text);
    },
  };
}

const html = '<!DOCTYPE html><html><body>Welcome</body></html>';
const head = (status: number, ...lines: string[]): string =>
  `HTTP/1.1 ${status} Answer\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`;
const ofLength = ({ body }: GoodAnswer, length: number): string =>
  `${head(200, `Content-Length: ${length}`)}${body.toString('latin1')}`;
const each = (value: object | object[], change: (entry: Record<string, unknown>) => unknown): unknown =>
  Array.isArray(value) ? value.map((entry) => change(entry)) : change(value as Record<string, unknown>);

const wrong: readonly (readonly [string, unknown])[] = [
  ...([
    ['null', null],
    ['a number', 7],
    ['text', 'x'],
    ['an object', {}],
    ['an array', []],
    ['truth', true],
  ] as const),
];
const fields = [
  'objectID',
  'objectType',
  'instanceID',
  'dataID',
  'objectSize',
  'deleted',
  'consumers',
  'destinationsList',
];

/** Writes until nobody listens any more. */
function endless(name: string, begin: string, piece: string): Mode {
  return {
    name,
    async answer(response) {
      const { socket } = response;
      socket?.write(begin);
      while (socket && !socket.destroyed) {
        if (!socket.write(piece)) await Promise.race([drained(socket), closed(socket)]);
        await pause(0);
      }
    },
  };
}

type Line = NonNullable<ServerResponse['socket']>;
const drained = (socket: Line): Promise<void> => new Promise((resolve) => socket.once('drain', resolve));
const closed = (socket: Line): Promise<void> =>
  new Promise((resolve) => socket.once('close', () => resolve()));

export const modes: readonly Mode[] = [
  // What answers is no sync service.
  plain('a login page', 200, html, { 'Content-Type': 'text/html' }),
  ...[400, 401, 403, 404, 405, 408, 409, 410, 413, 418, 429, 451, 500, 501, 502, 503, 504, 599].map(
    (status) => plain(`${status} with a page`, status, html, { 'Content-Type': 'text/html' }),
  ),
  ...[400, 401, 403, 404, 429, 500, 503].map((status) => plain(`${status} without a word`, status, '')),
  plain('429 for a century', 429, '', { 'Retry-After': '3153600000' }),
  plain('503 until a day that is none', 503, '', { 'Retry-After': 'yesterday' }),
  plain('elsewhere', 302, '', { Location: 'http://169.254.169.254/' }),
  plain('elsewhere, in a circle', 307, '', { Location: '/api/v1/health' }),
  plain('elsewhere, nowhere', 301, ''),
  plain('a status of its own', 799, 'x'),
  plain('204 for everything', 204, ''),
  plain('206 for everything', 206, 'x', { 'Content-Range': 'bytes 5-4/3' }),
  plain('201 with nothing', 201, ''),
  plain('304', 304, ''),
  raw('SSH', () => 'SSH-2.0-OpenSSH_9.2\r\n'),
  raw('nothing', () => ''),
  raw('NULs', () => Buffer.alloc(1_000)),
  raw('HTTP/2', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  raw('HTTP/9', () => 'HTTP/9.9 200 OK\r\n\r\n'),
  raw('HTTP/1.0 to the end', ({ body }) => `HTTP/1.0 200 OK\r\n\r\n${body.toString('latin1')}`),
  // Heads.
  raw('a status that is none', () => 'HTTP/1.1 abc Never\r\n\r\n'),
  raw('half a head', () => 'HTTP/1.1 200 OK\r\nContent-Le'),
  raw(
    'a header without name',
    (good) => `HTTP/1.1 200 OK\r\n: x\r\nContent-Length: ${good.body.length}\r\n\r\n`,
  ),
  raw('a huge header', () => head(200, `X-Long: ${'x'.repeat(2_000_000)}`)),
  raw('many headers', () => head(200, ...Array.from({ length: 20_000 }, (_, index) => `X-${index}: x`))),
  raw('control characters in a header', () => head(200, 'X-Bad: \u0001\u0002', 'Content-Length: 0')),
  raw('two answers', (good) => `${ofLength(good, good.body.length)}${ofLength(good, good.body.length)}`),
  raw(
    'two lengths',
    ({ body }) =>
      `${head(200, 'Content-Length: 1', `Content-Length: ${body.length}`)}${body.toString('latin1')}`,
  ),
  raw(
    'a length and chunks',
    ({ body }) => `${head(200, 'Content-Length: 3', 'Transfer-Encoding: chunked')}${body.toString('latin1')}`,
  ),
  raw('a negative length', (good) => ofLength(good, -5)),
  raw('a length beyond all', (good) => ofLength(good, 2 ** 60)),
  raw(
    'a length that is a word',
    ({ body }) => `${head(200, 'Content-Length: many')}${body.toString('latin1')}`,
  ),
  raw('a thousand 1xx', (good) => `${head(102).repeat(1_000)}${ofLength(good, good.body.length)}`),
  endless('1xx without end', '', head(103, 'Link: </x>').repeat(100)),
  endless('a head without end', 'HTTP/1.1 200 OK\r\n', 'X-More: x\r\n'.repeat(1_000)),
  // Bodies.
  raw('shorter than its length', (good) => ofLength(good, good.body.length + 10)),
  raw('longer than its length', (good) => `${ofLength(good, good.body.length)}and more`),
  raw(
    'cut in the middle',
    (good) =>
      head(200, `Content-Length: ${good.body.length}`) +
      good.body.toString('latin1', 0, good.body.length / 2),
  ),
  raw(
    'a chunk that lies',
    ({ body }) => `${head(200, 'Transfer-Encoding: chunked')}ffff\r\n${body.toString('latin1')}\r\n0\r\n\r\n`,
  ),
  raw('a chunk of words', () => `${head(200, 'Transfer-Encoding: chunked')}xyz\r\n`),
  raw(
    'chunks without end of them',
    ({ body }) =>
      `${head(200, 'Transfer-Encoding: chunked')}${body.length.toString(16)}\r\n${body.toString('latin1')}\r\n`,
  ),
  raw('no length', ({ body }) => `${head(200, 'Connection: close')}${body.toString('latin1')}`),
  {
    name: 'an error text behind the data',
    answer: (response, { body, status }) =>
      void response
        .writeHead(status)
        .end(status === 200 ? Buffer.concat([body, Buffer.from('Failed to send')]) : body),
  },
  plain('bytes that are no UTF-8', 200, Buffer.from([0xff, 0xfe, 0x00, 0xd8])),
  plain('said to be packed', 200, 'not packed', { 'Content-Encoding': 'gzip' }),
  plain('a byte order mark', 200, '\ufeff[]'),
  endless('a list without end', head(200), '{"objectID":"a","objectType":"t","instanceID":1},'.repeat(500)),
  endless('an entry without end', `${head(200)}[{"objectID":"`, 'x'.repeat(60_000)),
  endless('blanks without end', `${head(200)}[`, ' '.repeat(60_000)),
  // JSON.
  plain('no JSON', 200, '{"objectID":'),
  plain('JSON nested deep', 200, `${'['.repeat(200_000)}${']'.repeat(200_000)}`),
  plain('objects nested deep', 200, `${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}`),
  plain('a number without end', 200, `[{"objectSize":${'9'.repeat(100_000)}}]`),
  plain('another shape', 200, '{"error":"busy"}'),
  plain(
    'a prototype',
    200,
    '[{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}]',
  ),
  ...wrong.map(([what, value]) => plain(`${what} for everything`, 200, JSON.stringify(value))),
  ...wrong.map(([what, value]) =>
    reshaped(`${what} in lists`, (good: object) => (Array.isArray(good) ? [value, ...good] : good)),
  ),
  ...fields.flatMap((field) =>
    wrong.map(([what, value]) =>
      reshaped(`${field} is ${what}`, (good: object) =>
        each(good, (entry) => ({ ...entry, [field]: value })),
      ),
    ),
  ),
  ...fields.map((field) =>
    reshaped(`${field} is missing`, (good: object) => each(good, ({ [field]: _, ...others }) => others)),
  ),
  reshaped('a size beyond all', (good: object) => each(good, (entry) => ({ ...entry, objectSize: 1e15 }))),
  reshaped('a negative size', (good: object) => each(good, (entry) => ({ ...entry, objectSize: -1 }))),
  reshaped('names that lead elsewhere', (good: object) =>
    each(good, (entry) => ({ ...entry, objectID: '../../x', objectType: '..' })),
  ),
  reshaped('a signature that is none', (good: object) =>
    each(good, (entry) => ({ ...entry, publicKey: 'x', signature: 'y', hashAlgorithm: 'MD4' })),
  ),
  reshaped('everything twice', (good: object) => (Array.isArray(good) ? [...good, ...good] : good)),
  // Time.
  { name: 'silence', isSlow: true, answer: () => undefined },
  {
    name: 'a head and silence',
    isSlow: true,
    answer: ({ socket }) => void socket?.write(head(200, 'Content-Length: 5')),
  },
  {
    name: 'a byte now and then',
    isSlow: true,
    async answer({ socket }) {
      socket?.write(`${head(200)}[`);
      while (socket && !socket.destroyed) {
        socket.write(' ');
        await pause(20);
      }
    },
  },
  { name: 'a reset', answer: ({ socket }) => void socket?.resetAndDestroy() },
  {
    name: 'a reset amid the data',
    async answer({ socket }, { body }) {
      socket?.write(
        head(200, `Content-Length: ${body.length}`) + body.toString('latin1', 0, body.length / 2),
      );
      await pause(5);
      socket?.resetAndDestroy();
    },
  },
];
