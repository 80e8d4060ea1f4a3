import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Calls `use` with a file in a private folder, which is removed afterwards. */
export async function withTemporaryFile<T>(use: (file: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'edge-sync-'));
  try {
    return await use(join(folder, 'data'));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
