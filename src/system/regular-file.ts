import { constants, readFileSync, statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** With O_NONBLOCK, where the system has it, opening a named pipe does not wait for its writer. */
const withoutWaiting = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);

/**
 * Opens a file to read it; who does closes it.
 *
 * @throws Error where it cannot be opened, or is a folder, a device or a named pipe: who reads one may wait for ever.
 */
export async function openRegularFile(path: string): Promise<{ file: FileHandle; size: number }> {
  const file = await open(path, withoutWaiting);
  try {
    const stats = await file.stat();
    if (!stats.isFile()) throw new Error(`${path} is no regular file`);
    return { file, size: stats.size };
  } catch (error) {
    await file.close();
    throw error;
  }
}

/** Opens a file, for as long as `work` takes. Throws as openRegularFile. */
export async function withRegularFile<T>(
  path: string,
  work: (file: FileHandle, size: number) => Promise<T>,
): Promise<T> {
  const { file, size } = await openRegularFile(path);
  try {
    return await work(file, size);
  } finally {
    await file.close();
  }
}

/** Reads a small file whole. Throws as openRegularFile. */
export function readRegularFileSync(path: string): string {
  if (!statSync(path).isFile()) throw new Error(`${path} is no regular file`);
  return readFileSync(path, 'utf8');
}
