import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { Readable } from 'node:stream';

/**
 * Data to upload. A stream comes as a function that makes it, since an upload that is repeated must send it all again.
 */
export type DataSource =
  | Uint8Array
  | string
  | { file: string }
  | { stream: () => AsyncIterable<Uint8Array>; size?: number };

/** A body that can be sent any number of times, and its length in bytes where that is known. */
export interface ReplayableBody {
  make: () => Buffer | Readable;
  size: number | undefined;
  /** The data itself, where it is in memory already. */
  bytes?: Buffer;
}

/** @throws NodeJS.ErrnoException when a file is not there or not readable. */
export async function replayable(data: DataSource): Promise<ReplayableBody> {
  if (typeof data === 'string') return fixed(Buffer.from(data, 'utf8'));
  if (data instanceof Uint8Array) return fixed(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
  if ('file' in data) {
    const { size } = await stat(data.file);
    // A file that grows meanwhile is sent as long as it was: the length is announced before.
    return { make: () => createReadStream(data.file, size > 0 ? { end: size - 1 } : { end: 0 }), size };
  }
  return { make: () => Readable.from(data.stream()), size: data.size };
}

function fixed(buffer: Buffer): ReplayableBody {
  return { make: () => buffer, size: buffer.length, bytes: buffer };
}
