import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { withTemporaryFile } from './temporary-file';

/**
 * Calls `use` with a file that holds all of standard input: a broken upload must be sent again, and the data may be
 * more than fits into memory.
 */
export function withStandardInput<T>(signal: AbortSignal, use: (file: string) => Promise<T>): Promise<T> {
  return withTemporaryFile(async (file) => {
    await pipeline(process.stdin, createWriteStream(file, { mode: 0o600 }), { signal });
    return use(file);
  });
}
