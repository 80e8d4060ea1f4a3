import { readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** The locks that this process holds: its number alone does not tell, since in a container it is often the same. */
const held = new Set<string>();

/**
 * Lets one process at a time use a folder. The lock of a process that was killed counts no more.
 *
 * @returns what lets go of it.
 * @throws Error where a process that runs holds it.
 */
export async function lockFolder(folder: string): Promise<() => Promise<void>> {
  const path = resolve(join(folder, 'lock'));
  const holder = await holderOf(path);
  if (holder !== undefined && (holder === process.pid ? held.has(path) : runs(holder))) {
    throw new Error(`${folder} is in use by process ${holder}. If that is another program, delete ${path}`);
  }
  held.add(path);
  try {
    await rm(path, { force: true });
    await writeFile(path, String(process.pid), { flag: 'wx' });
  } catch (error) {
    held.delete(path);
    throw error;
  }
  return async () => {
    await rm(path, { force: true });
    held.delete(path);
  };
}

async function holderOf(path: string): Promise<number | undefined> {
  try {
    return Number(await readFile(path, 'utf8'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function runs(pid: number): boolean {
  // 0 and less would mean groups of processes.
  if (!(pid > 0)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
