import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { withRegularFile } from '../../system/regular-file';
import { invalidArgument, SyncServiceError } from '../errors';

/**
 * Data to upload. A stream comes as a function that makes it, since an upload that is repeated must send it all again.
 * Its `size` is in bytes: with it, data that is cut short is an error and not a shorter object.
 */
export type DataSource =
  | Uint8Array
  | string
  | { file: string }
  | { stream: () => AsyncIterable<Uint8Array>; size?: number };

/** Called with the bytes transferred so far, and with those of the whole where that is known. */
export type Progress = (bytes: number, total: number | undefined) => void;

/** A body that can be sent any number of times, and its length in bytes where that is known. */
export interface ReplayableBody {
  make: () => Buffer | Readable;
  size: number | undefined;
  /** The data itself, where it is in memory already. */
  bytes?: Buffer;
}

/** @throws SyncServiceError SYNC_INVALID_ARGUMENT when a file is not there, not readable, or no regular file. */
export async function replayable(data: DataSource): Promise<ReplayableBody> {
  if (typeof data === 'string') return fixed(Buffer.from(data, 'utf8'));
  if (data instanceof Uint8Array) return fixed(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  if (typeof data !== 'object' || data === null || !('stream' in data || 'file' in data)) {
    throw invalidArgument('The data must be text, bytes, { file } or { stream }');
  }
  if ('stream' in data) return { make: () => readable(data.stream()), size: data.size };
  const size = await withRegularFile(data.file, async (_file, bytes) => bytes).catch((error: unknown) => {
    throw unreadable(error);
  });
  // A file that grows meanwhile is sent as long as it was: the length is announced before.
  const make = (): Buffer | Readable =>
    size > 0 ? readable(createReadStream(data.file, { end: size - 1 })) : Buffer.alloc(0);
  return { make, size };
}

/** The failure of a source is not one of the service: it is named before it is lost among those of the connection. */
function readable(pieces: AsyncIterable<Uint8Array>): Readable {
  async function* named(): AsyncGenerator<Uint8Array> {
    try {
      yield* pieces;
    } catch (error) {
      throw unreadable(error);
    }
  }
  return Readable.from(named());
}

function unreadable(cause: unknown): SyncServiceError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new SyncServiceError('SYNC_INVALID_ARGUMENT', `The data to upload cannot be read: ${reason}`, {
    cause,
  });
}

/** The pieces of a body, made anew. */
export function piecesOf(body: ReplayableBody): AsyncIterable<Buffer> {
  const made = body.make();
  return made instanceof Readable ? made : slices(made);
}

/** The same body, telling how far it has been taken by the connection; from the start again when it is repeated. */
export function withProgress(body: ReplayableBody, onProgress: Progress | undefined): ReplayableBody {
  if (!onProgress) return body;
  const { size } = body;
  async function* counted(): AsyncGenerator<Buffer> {
    let sent = 0;
    for await (const piece of piecesOf(body)) {
      yield piece;
      sent += piece.length;
      onProgress?.(sent, size);
    }
  }
  return { make: () => Readable.from(counted()), size };
}

/** The body in buffers of `size` bytes, the last one shorter: no more than one of them is in memory. */
export async function* chunks(body: ReplayableBody, size: number): AsyncGenerator<Buffer> {
  let pending: Buffer[] = [];
  let length = 0;
  for await (const piece of piecesOf(body)) {
    pending.push(piece);
    length += piece.length;
    while (length >= size) {
      const joined = Buffer.concat(pending);
      yield joined.subarray(0, size);
      pending = [joined.subarray(size)];
      length -= size;
    }
  }
  if (length > 0) yield Buffer.concat(pending);
}

const sliceSize = 65_536;

async function* slices(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length; start += sliceSize)
    yield bytes.subarray(start, start + sliceSize);
}

function fixed(buffer: Buffer): ReplayableBody {
  return { make: () => buffer, size: buffer.length, bytes: buffer };
}
