import { rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemRandom, uniqueName } from '../system/random';

/** Whether the disk of a folder takes upper and lower case for the same; only a file there can tell. */
export async function isCaseless(folder: string): Promise<boolean> {
  const name = `.edge-sync-${uniqueName(systemRandom)}`;
  await writeFile(join(folder, name), '');
  try {
    await stat(join(folder, name.toUpperCase()));
    return true;
  } catch {
    return false;
  } finally {
    await rm(join(folder, name), { force: true });
  }
}
