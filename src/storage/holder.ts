import type { Disk } from './disk';
import { systemCode } from './errors';
import type { ProcessIdentity } from './processes';

const longestBeat = 12;

/** What stands in the file of a lock. It is always of the same length, so that half of a newer one does no harm. */
export function signOf(identity: ProcessIdentity, beat: number): Buffer {
  return Buffer.from(JSON.stringify({ ...identity, beat: String(beat).padStart(longestBeat, '0') }));
}

/** Who wrote it; undefined where it is cut, as by a power cut, or not of this version. */
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

/** What a file holds; undefined where there is none. */
export async function readSign(disk: Disk, path: string): Promise<string | undefined> {
  try {
    const file = await disk.open(path, 'read');
    try {
      const sign = Buffer.alloc(4_096);
      return sign.toString('utf8', 0, await file.read(sign, 0));
    } finally {
      await file.close();
    }
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function textOrNone(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
