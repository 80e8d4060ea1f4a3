import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

/**
 * Does something with a file that holds what comes on standard input, all of it: an upload that breaks is sent again, and
 * that may be more than memory has room for. The file is nobody else's, and goes afterwards.
 */
export async function withStandardInput<T>(
  signal: AbortSignal,
  use: (file: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'edge-sync-send-'));
  try {
    const file = join(folder, 'data');
    await pipeline(process.stdin, createWriteStream(file, { mode: 0o600 }), { signal });
    return await use(file);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
