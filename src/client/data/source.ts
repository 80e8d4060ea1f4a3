import { warnIfThrown } from '../../system/listeners';
import { withRegularFile } from '../../system/regular-file';
import { invalidArgument, isSyncServiceError, SyncServiceError } from '../errors';
import { checkNumbers } from '../numbers';
import { piecesOfFile } from './file-pieces';

/**
 * Data to upload. A stream is given as a function that makes it, since an upload that is repeated must send all of it
 * again. Its `size` is in bytes: with it, data that is cut short is an error and not a shorter object.
 */
export type DataSource =
  | Uint8Array
  | string
  | { file: string }
  | { stream: () => AsyncIterable<Uint8Array>; size?: number };

/** Called with the bytes transferred so far, and with the total if that is known. */
export type Progress = (bytes: number, total: number | undefined) => void;

/** A listener that throws does not end the transfer. */
export function tellProgress(
  onProgress: Progress | undefined,
  bytes: number,
  total: number | undefined,
): void {
  if (onProgress) warnIfThrown('progress', () => onProgress(bytes, total));
}

/** A body that can be sent any number of times, and its length in bytes where that is known. */
export interface ReplayableBody {
  /** A reader must be done with a piece before it asks for the next: its memory is reused. */
  make: () => Buffer | AsyncIterable<Uint8Array>;
  size: number | undefined;
  /** The data itself, where it is in memory already. */
  bytes?: Buffer;
}

/** @throws SyncServiceError SYNC_INVALID_ARGUMENT when a file is not there, not readable, or no regular file. */
export async function replayable(data: DataSource): Promise<ReplayableBody> {
  if (typeof data === 'string') return fixed(Buffer.from(data, 'utf8'));
  if (data instanceof Uint8Array) return fixed(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  if (isStream(data)) return { make: () => named(() => data.stream()), size: data.size };
  const { file } = (data ?? {}) as { file?: unknown };
  if (typeof file !== 'string' || file === '') {
    throw invalidArgument('The data must be text, bytes, { file } or { stream }');
  }
  const size = await withRegularFile(file, async (_file, bytes) => bytes).catch((error: unknown) => {
    throw unreadable(error);
  });
  // If the file grows meanwhile, only the original length is sent: it has been announced before.
  return { make: () => (size > 0 ? named(() => piecesOfFile(file, size)) : Buffer.alloc(0)), size };
}

function isStream(data: unknown): data is { stream: () => AsyncIterable<Uint8Array>; size?: number } {
  const { size, stream } = (data ?? {}) as { size?: unknown; stream?: unknown };
  if (typeof stream !== 'function') return false;
  checkNumbers('size', { 'The size of a stream': size });
  return true;
}

/**
 * A failure of the source is not one of the service: it gets its own error here, before it could pass for one of the
 * connection.
 */
async function* named(open: () => AsyncIterable<unknown>): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of open()) {
      if (typeof piece === 'string') yield Buffer.from(piece);
      else if (piece instanceof Uint8Array) yield piece;
      else throw new Error('the stream gives something else than bytes and text');
    }
  } catch (error) {
    throw isSyncServiceError(error) ? error : unreadable(error);
  }
}

function unreadable(cause: unknown): SyncServiceError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new SyncServiceError('SYNC_INVALID_ARGUMENT', `The data to upload cannot be read: ${reason}`, {
    cause,
  });
}

/** The pieces of a body, from the start again at each call. */
export function piecesOf(body: ReplayableBody): AsyncIterable<Uint8Array> {
  const made = body.make();
  return Buffer.isBuffer(made) ? slices(made) : made;
}

/** The same body, reporting how much of it the connection has taken; from the start again when it is repeated. */
export function withProgress(body: ReplayableBody, onProgress: Progress | undefined): ReplayableBody {
  if (!onProgress) return body;
  const { size } = body;
  async function* counted(): AsyncGenerator<Uint8Array> {
    let sent = 0;
    for await (const piece of piecesOf(body)) {
      yield piece;
      sent += piece.length;
      tellProgress(onProgress, sent, size);
    }
  }
  return { make: counted, size };
}

/** The body in pieces of `size` bytes, the last one shorter. There is one buffer: a piece is valid until the next. */
export async function* chunks(body: ReplayableBody, size: number): AsyncGenerator<Buffer> {
  const chunk = Buffer.allocUnsafeSlow(size);
  let filled = 0;
  for await (const piece of piecesOf(body)) {
    for (let taken = 0; taken < piece.length; ) {
      const part = piece.subarray(taken, taken + size - filled);
      chunk.set(part, filled);
      taken += part.length;
      filled += part.length;
      if (filled < size) continue;
      yield chunk;
      filled = 0;
    }
  }
  if (filled > 0) yield chunk.subarray(0, filled);
}

const sliceSize = 65_536;

async function* slices(bytes: Buffer): AsyncGenerator<Buffer> {
  for (let start = 0; start < bytes.length; start += sliceSize)
    yield bytes.subarray(start, start + sliceSize);
}

function fixed(buffer: Buffer): ReplayableBody {
  return { make: () => buffer, size: buffer.length, bytes: buffer };
}
