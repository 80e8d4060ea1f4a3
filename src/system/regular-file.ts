import { constants, readFileSync, statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** Not every system has it: with it, nobody waits for the writer of a named pipe. */
const withoutWaiting = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/**
 * Opens a file, for as long as `work` takes.
 *
 * @throws Error where it cannot be opened, or is a folder, a device or a named pipe: who reads one may wait for ever.
 */
export async function withRegularFile<T>(
  path: string,
  work: (file: FileHandle, size: number) => Promise<T>,
): Promise<T> {
  const file = await open(path, withoutWaiting);
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw new Error(`${path} is no regular file`);
    return await work(file, stats.size);
  } finally {
    await file.close();
  }
}

/** Reads a small file whole. Throws as withRegularFile. */
export function readRegularFileSync(path: string): string {
  if (!statSync(path).isFile()) throw new Error(`${path} is no regular file`);
  return readFileSync(path, 'utf8');
}
