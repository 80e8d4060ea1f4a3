import { type Answered, leftOutPath } from './exchange';
import type { Recorded, Recording } from './records';

/** An answer with only what a client can depend on, and without what differs from one run to the next. */
export interface Normal {
  status: number | undefined;
  headers: Record<string, string>;
  body: string;
}

const compared = [
  'content-type',
  'content-range',
  'location',
  'cache-control',
  'pragma',
  'strict-transport-security',
];

export function normalRecorded({ response }: Recording): Normal {
  if (response.error !== undefined) return noAnswer(response.error);
  const body = text(response.body).replaceAll('<path>', leftOutPath);
  return normal(response.status, response.headers ?? {}, body);
}

export function normalAnswered(answered: Answered, recorded: Recorded | null | undefined): Normal {
  if (answered.error !== undefined) return noAnswer(answered.error);
  const body = answered.body ?? Buffer.alloc(0);
  return normal(
    answered.status,
    answered.headers ?? {},
    likeRecorded(body, answered.bytes ?? body.length, recorded),
  );
}

function noAnswer(error: string): Normal {
  return { status: undefined, headers: {}, body: /timeout/.test(error) ? 'no answer' : error };
}

function normal(status: number | undefined, headers: Record<string, string>, body: string): Normal {
  const kept = Object.fromEntries(compared.flatMap((name) => (headers[name] ? [[name, headers[name]]] : [])));
  return { status, headers: { ...kept, ...framing(status, headers) }, body: normalText(body) };
}

/** Whether the length was said before: a client may not count on it. */
function framing(status: number | undefined, headers: Record<string, string>): Record<string, string> {
  if (status === 204 || status === 431) return {};
  return { framing: headers['transfer-encoding'] ? 'chunked' : 'length' };
}

/** A large body is recorded by its size and its beginning; one of random bytes by its size. */
function likeRecorded(body: Buffer, bytes: number, recorded: Recorded | null | undefined): string {
  if (typeof recorded !== 'object' || recorded === null) {
    return body.toString('utf8') + (bytes > body.length ? ` and so on, ${bytes} bytes` : '');
  }
  if ('base64' in recorded) return `${bytes} bytes`;
  return `${bytes} bytes ${/^[[{]/.test(recorded.head) ? body.toString('utf8').slice(0, recorded.head.length) : ''}`;
}

function text(recorded: Recorded | null | undefined): string {
  if (recorded === undefined || recorded === null) return '';
  if (typeof recorded === 'string') return recorded;
  if ('base64' in recorded) return `${Buffer.from(recorded.base64, 'base64').length} bytes`;
  return `${recorded.bytes} bytes ${/^[[{]/.test(recorded.head) ? recorded.head : ''}`;
}

/** Versions by how they relate to one another, times and counts by their being there. */
function normalText(body: string): string {
  return body
    .replace(
      /"instanceID": (\d+),(\s+)"dataID": (\d+)/g,
      (_all, instance: string, gap: string, data: string) => {
        const relation = data === '0' ? 'none' : data === instance ? 'the same' : 'another';
        return `"instanceID": "a version",${gap}"dataID": "${relation}"`;
      },
    )
    .replace(/"timestamp": \d{19}/g, '"timestamp": "a time"')
    .replace(/"(upTime|clientRequests|registeredESS|storedObjects)": \d+/g, '"$1": "a number"')
    .replace(/"expiration": "20[^"]+"/g, '"expiration": "a time"');
}

/** Where two answers part, in a line; undefined where they are the same. */
export function differenceOf(recorded: Normal, answered: Normal): string | undefined {
  const parts: string[] = [];
  if (recorded.status !== answered.status) parts.push(`status ${recorded.status} / ${answered.status}`);
  for (const name of new Set([...Object.keys(recorded.headers), ...Object.keys(answered.headers)])) {
    const [was, is] = [recorded.headers[name], answered.headers[name]];
    if (was !== is) parts.push(`${name} ${was} / ${is}`);
  }
  if (recorded.body !== answered.body) {
    const at = [...recorded.body].findIndex((sign, index) => sign !== answered.body[index]);
    const from = Math.max(0, (at < 0 ? recorded.body.length : at) - 60);
    const near = (body: string): string => JSON.stringify(body.slice(from, from + 200));
    parts.push(`body ${near(recorded.body)} / ${near(answered.body)}`);
  }
  return parts.length > 0 ? parts.join('; ') : undefined;
}
