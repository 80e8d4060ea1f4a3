import { request } from 'node:http';
import type { RecordedRequest } from './records';

export interface Answered {
  status?: number;
  headers?: Record<string, string>;
  /** Of a large one the beginning. */
  body?: Buffer;
  /** Of the whole body. */
  bytes?: number;
  error?: string;
}

/** For what the recordings leave out: a path on the machine of the recorder. */
export const leftOutPath = '/srv/file';

const mebibyte = 1_048_576;
/** As much of an answer as is compared with a recorded one at most. */
const mostKept = mebibyte;

/** Larger bodies, and what stands for them in the recordings. */
const largeBodies: Record<string, () => Buffer> = {
  '<100 MiB random>': () => Buffer.alloc(100 * mebibyte, 7),
  '<40MiB>': () => Buffer.alloc(40 * mebibyte, 7),
  '{meta,data:<20MiB base64>}': () => {
    const data = Buffer.alloc(20 * mebibyte, 7).toString('base64');
    const meta = {
      objectID: 'j20',
      objectType: 'bg',
      destinationType: 'gateway',
      destinationID: 'edge1',
    };
    return Buffer.from(JSON.stringify({ meta, data }));
  },
};

/** Sends a recorded request to a service: `http://host:port`, or `unix:///path`. */
export function send(address: string, recorded: RecordedRequest, patience: number): Promise<Answered> {
  const { protocol, hostname, port, pathname } = new URL(address);
  const place = protocol === 'unix:' ? { socketPath: pathname } : { hostname, port };
  const headers: Record<string, string> = { ...recorded.headers };
  if (recorded.auth !== null)
    headers.Authorization = `Basic ${Buffer.from(recorded.auth).toString('base64')}`;
  const body = bodyOf(recorded);
  // With a GET, node:http sends a body without saying that there is one.
  const framed = Object.keys(headers).some((name) => /^(content-length|transfer-encoding)$/i.test(name));
  if (body && !framed) headers['Content-Length'] = String(body.length);
  return new Promise((resolve) => {
    const asking = request(
      { ...place, method: recorded.method, path: pathOf(recorded), headers, agent: false },
      (response) => {
        const pieces: Buffer[] = [];
        let bytes = 0;
        response.on('data', (piece: Buffer) => {
          if (bytes < mostKept) pieces.push(piece);
          bytes += piece.length;
        });
        response.on('end', () => {
          clearTimeout(timer);
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers as Record<string, string>,
            body: Buffer.concat(pieces),
            bytes,
          });
        });
      },
    );
    const timer = setTimeout(() => asking.destroy(new Error('timeout')), patience);
    asking.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      resolve({ error: error.code ?? String(error) });
    });
    asking.end(body);
  });
}

/** Paths and bodies of one repeated sign are kept short in the recordings. */
function pathOf({ path }: RecordedRequest): string {
  if (typeof path === 'string') return path;
  return path.head + (path.head.at(-1) ?? '').repeat(path.bytes - path.head.length);
}

function bodyOf({ body, path }: RecordedRequest): Buffer | undefined {
  if (body === undefined || body === null) return undefined;
  if (typeof body === 'string') {
    return largeBodies[body]?.() ?? Buffer.from(written(body));
  }
  if ('base64' in body) return Buffer.from(body.base64, 'base64');
  const objectID = pathOf({ path, method: '', auth: null }).split('/').at(-1);
  const meta = { objectID, objectType: 't2', noData: true };
  return Buffer.from(JSON.stringify({ meta }));
}

/** A sign that is repeated is kept as `<5242880 x a>`. */
function written(body: string): string {
  return body
    .replaceAll('<path>', leftOutPath)
    .replace(/<(\d+) x (.)>/gu, (_all, times: string, sign: string) => sign.repeat(Number(times)));
}
