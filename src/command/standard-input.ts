import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { withTemporaryFile } from './temporary-file';

/**
 * Does something with a file that holds what comes on standard input, all of it: an upload that breaks is sent again, and
 * that may be more than memory has room for.
 */
export function withStandardInput<T>(signal: AbortSignal, use: (file: string) => Promise<T>): Promise<T> {
  return withTemporaryFile(async (file) => {
    await pipeline(process.stdin, createWriteStream(file, { mode: 0o600 }), { signal });
    return use(file);
  });
}
