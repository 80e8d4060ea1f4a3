import type { Disk } from './disk';
import { systemCode } from './errors';
import type { ProcessIdentity } from './processes';

/** How many bytes there are for the holder's identity; behind them is the place for questions. */
const signBytes = 1_024;
const longestNumber = 12;
const question = '?';

const gone = new Set(['ENOENT', 'ESTALE']);

/**
 * The sign of life in the file of a lock. It always has the same length, so that a newer one that is half written does no
 * harm.
 *
 * @param answers how many questions whether the holder lives have been answered, with this one.
 */
export function signOf(identity: ProcessIdentity, answers: number): Buffer {
  const told = { ...identity, answers: String(answers).padStart(longestNumber, '0') };
  // In ASCII, a byte for each character: host names may be in any script.
  const ascii = JSON.stringify(told).replace(/[^\0-~]/g, (unit) => {
    return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
  return Buffer.from(`${ascii.padEnd(signBytes)}\n`);
}

/** The sign of life in a file, without questions; undefined where the file is gone. */
export async function readSign(disk: Disk, path: string): Promise<string | undefined> {
  return (await read(disk, path))?.slice(0, signBytes);
}

/** Asks the holder of a lock whether it lives: it answers with another sign. */
export async function ask(disk: Disk, path: string): Promise<void> {
  await write(disk, path, Buffer.from(question), signBytes);
}

/** Whether somebody has asked since the last answer; undefined where the file is gone. */
export async function wasAsked(disk: Disk, path: string): Promise<boolean | undefined> {
  return (await read(disk, path))?.slice(signBytes).startsWith(question);
}

/** @returns whether the file was there. */
export async function answer(disk: Disk, path: string, sign: Buffer): Promise<boolean> {
  return (await write(disk, path, sign, 0)) && (await disk.stat(path)) !== undefined;
}

/** Which process wrote a sign; undefined where it is cut short, as by a power cut, or not of this version. */
export function holderIn(sign: string): ProcessIdentity | undefined {
  let told: Partial<Record<keyof ProcessIdentity, unknown>>;
  try {
    told = JSON.parse(sign) as typeof told;
  } catch {
    return undefined;
  }
  const { host, boot, namespace, pid, started } = told ?? {};
  // 0 and less would mean groups of processes.
  if (typeof host !== 'string' || !Number.isSafeInteger(pid) || Number(pid) < 1) return undefined;
  return {
    host,
    boot: textOrNone(boot),
    namespace: textOrNone(namespace),
    pid: Number(pid),
    started: textOrNone(started),
  };
}

/** For people. */
export function nameOf(holder: ProcessIdentity | undefined): string {
  return holder ? `process ${holder.pid} on ${holder.host}` : 'another process';
}

function textOrNone(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Opened anew each time: only then does a network file system show what others have written. */
async function read(disk: Disk, path: string): Promise<string | undefined> {
  return unlessGone(async () => {
    const file = await disk.open(path, 'read');
    try {
      const bytes = Buffer.alloc(2 * signBytes);
      return bytes.toString('latin1', 0, await file.read(bytes, 0));
    } finally {
      await file.close();
    }
  });
}

async function write(disk: Disk, path: string, bytes: Buffer, position: number): Promise<boolean> {
  const written = await unlessGone(async () => {
    const file = await disk.open(path, 'change');
    try {
      await file.write(bytes, position);
    } finally {
      await file.close();
    }
    return true;
  });
  return written ?? false;
}

async function unlessGone<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (!gone.has(systemCode(error))) throw error;
    return undefined;
  }
}
