import { basename, dirname, join } from 'node:path';
import { sleep } from '../system/clock';
import { uniqueName } from '../system/random';
import type { Disk } from './disk';
import { StorageError, systemCode } from './errors';
import { ask, holderIn, nameOf, readSign, signOf } from './holder';
import type { Machine } from './machine';
import type { ProcessIdentity } from './processes';
import { UnheldTokens } from './unheld';

/** How often, in ms, the holder of a lock looks whether it was asked for a sign of life, and is asked again. */
export const lookEvery = 2_000;
/** How long, in ms, a holder may leave a question unanswered before it counts as dead. */
export const patience = 8_000;

/** Others may come and go while we try. */
const attempts = 20;

/** The errors, on one platform or another, where another process was faster. */
const contended = new Set(['EEXIST', 'ENOTEMPTY', 'ENOTDIR', 'EISDIR', 'ENOENT', 'EPERM', 'EACCES']);

export interface Claim {
  /** The file in the lock that is ours. */
  readonly path: string;
  /** Whether the holder before was taken for dead because it did not answer, and not because the system said so. */
  readonly wasSilent: boolean;
}

/**
 * Takes the lock of a folder, also from a process that died while it held it.
 *
 * @throws StorageError STORAGE_IN_USE.
 */
export async function claim(folder: string, identity: ProcessIdentity, machine: Machine): Promise<Claim> {
  const { disk } = machine;
  const lock = join(folder, 'lock');
  let wasSilent = false;
  await tidy(folder, disk);
  for (let attempt = 1; ; attempt += 1) {
    if (await clear(folder, lock, machine)) wasSilent = true;
    const token = uniqueName(machine.random);
    const aside = join(folder, `lock.${token}`);
    try {
      await prepare(aside, token, identity, machine);
      await disk.rename(aside, lock);
      const path = join(lock, token);
      // Another process may have tidied the token away before the rename.
      if (await disk.stat(path)) return { path, wasSilent };
    } catch (error) {
      // Where the disk failed after the rename, the lock is there.
      UnheldTokens.of(machine.processes).add(token);
      await remove(join(aside, token), disk);
      if (!contended.has(systemCode(error)) || attempt >= attempts) throw error;
    }
  }
}

/** Gives a lock back. Where the disk fails, this process at least remembers that nobody holds it. */
export async function letGo(path: string, { disk, processes }: Machine): Promise<void> {
  const unheld = UnheldTokens.of(processes);
  const token = basename(path);
  unheld.add(token);
  await remove(path, disk);
  unheld.delete(token);
}

/** Removes what a process has in a lock, and the lock with it. */
async function remove(path: string, disk: Disk): Promise<void> {
  await disk.remove(path);
  await removeEmpty(dirname(path), disk);
}

async function prepare(
  aside: string,
  token: string,
  identity: ProcessIdentity,
  { disk }: Machine,
): Promise<void> {
  await disk.makeFolder(aside);
  const file = await disk.open(join(aside, token), 'create');
  try {
    await file.write(signOf(identity, 0), 0);
  } finally {
    await file.close();
  }
}

/** Removes the lock of a dead holder. @returns whether that may yet live, since it only did not answer. */
async function clear(folder: string, lock: string, machine: Machine): Promise<boolean> {
  const { disk, processes } = machine;
  const entry = await disk.stat(lock);
  if (!entry) return false;
  if (!entry.isFolder) {
    // A file of version 0.1.0: the number of a process, and nothing that tells whether it is that process still.
    await disk.remove(lock);
    return false;
  }
  let wasSilent = false;
  const unheld = UnheldTokens.of(processes);
  for (const token of await disk.list(lock)) {
    const path = join(lock, token);
    if (unheld.has(token)) {
      await disk.remove(path);
      unheld.delete(token);
      continue;
    }
    const holder = holderIn((await readSign(disk, path)) ?? '');
    const state = holder ? await processes.stateOf(holder) : 'unknown';
    const fate = state === 'unknown' ? await fateOf(path, machine) : state;
    if (fate === 'runs') {
      throw new StorageError('STORAGE_IN_USE', `${folder} is in use by ${nameOf(holder)}`);
    }
    if (fate === 'silent') wasSilent = true;
    await disk.remove(path);
  }
  // Not every platform renames over a folder, even over an empty one.
  await removeEmpty(lock, disk);
  return wasSilent;
}

/** Asks a holder for a sign of life, where the system cannot tell whether it runs. */
async function fateOf(path: string, { disk, clock }: Machine): Promise<'runs' | 'ended' | 'silent'> {
  await ask(disk, path);
  const sign = await readSign(disk, path);
  const end = clock.elapsed() + patience;
  while (sign !== undefined && clock.elapsed() < end) {
    await sleep(clock, lookEvery / 2);
    const now = await readSign(disk, path);
    if (now !== sign) return now === undefined ? 'ended' : 'runs';
    // It may just have answered the question before.
    await ask(disk, path);
  }
  return sign === undefined ? 'ended' : 'silent';
}

/** Removes what processes had prepared when they died. One that lives prepares it once more. */
async function tidy(folder: string, disk: Disk): Promise<void> {
  for (const name of await disk.list(folder)) {
    const aside = join(folder, name);
    if (!name.startsWith('lock.') || !(await disk.stat(aside))?.isFolder) continue;
    await remove(join(aside, name.slice('lock.'.length)), disk);
  }
}

async function removeEmpty(path: string, disk: Disk): Promise<void> {
  try {
    await disk.removeFolder(path);
  } catch (error) {
    if (!contended.has(systemCode(error))) throw error;
  }
}
