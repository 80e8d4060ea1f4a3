import type { FileHandle } from 'node:fs/promises';
import { openRegularFile } from '../../system/regular-file';

const pieceSize = 1_048_576;

/**
 * The first `size` bytes of a file in large pieces, the next one read while the last one is used. Two buffers take turns:
 * the reader must be done with a piece before it asks for the next.
 *
 * @throws Error where the file cannot be opened or read. One that ends early gives fewer bytes.
 */
export async function* piecesOfFile(path: string, size: number): AsyncGenerator<Buffer> {
  const { file } = await openRegularFile(path);
  const length = Math.min(pieceSize, size);
  let [used, free] = [Buffer.allocUnsafeSlow(length), Buffer.allocUnsafeSlow(length)];
  let reading = read(file, used, 0, size);
  try {
    for (let position = 0; position < size; ) {
      const piece = await reading;
      if (piece.length === 0) return;
      position += piece.length;
      [used, free] = [free, used];
      reading = read(file, used, position, size);
      // It may fail while nobody awaits it yet: the failure is reported when its turn comes.
      reading.catch(() => undefined);
      yield piece;
    }
  } finally {
    await reading.catch(() => undefined);
    await file.close();
  }
}

async function read(file: FileHandle, into: Buffer, position: number, size: number): Promise<Buffer> {
  const { bytesRead } = await file.read(into, 0, Math.min(into.length, size - position), position);
  return into.subarray(0, bytesRead);
}
