import { readFile, readlink } from 'node:fs/promises';
import { hostname } from 'node:os';
import { systemCode } from './errors';

/** Which process it is, among all that may see one folder. What the system does not tell is undefined. */
export interface ProcessIdentity {
  readonly host: string;
  /** Another one after each start of the machine, and the same in all its containers. */
  readonly boot: string | undefined;
  /** Whose numbers of processes it has: each container counts its own, from 1 on. */
  readonly namespace: string | undefined;
  readonly pid: number;
  /** When it started, as the system counts: numbers are given again to other processes. */
  readonly started: string | undefined;
}

export type ProcessState = 'runs' | 'ended' | 'unknown';

/** Who asks, and who else runs. */
export interface Processes {
  self(): Promise<ProcessIdentity>;
  /** `unknown` where it cannot be seen from here: of another machine or container, or where the system is silent. */
  stateOf(other: ProcessIdentity): Promise<ProcessState>;
}

/** The processes of this machine, as Linux tells of them; elsewhere nothing is known of any. */
export const systemProcesses: Processes = { self, stateOf };

async function self(): Promise<ProcessIdentity> {
  const own = await statOf('self');
  // Where /proc is that of another container, its numbers mean nothing here.
  const isOurs = own?.pid === process.pid;
  return {
    host: hostname(),
    boot: await ifTold(readFile('/proc/sys/kernel/random/boot_id', 'utf8')),
    namespace: isOurs ? await ifTold(readlink('/proc/self/ns/pid')) : undefined,
    pid: process.pid,
    started: isOurs ? own.started : undefined,
  };
}

async function stateOf(other: ProcessIdentity): Promise<ProcessState> {
  const { boot, namespace } = await self();
  if (boot === undefined || namespace === undefined) return 'unknown';
  if (other.boot !== boot || other.namespace !== namespace) return 'unknown';
  if (!isThere(other.pid)) return 'ended';
  const found = await statOf(other.pid);
  // Hidden from us, as the processes of other users may be.
  if (!found) return isThere(other.pid) ? 'unknown' : 'ended';
  return found.started === other.started && !found.isZombie ? 'runs' : 'ended';
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

/** The name of the program, second in the line, may hold anything. What follows is counted from its end. */
async function statOf(
  which: number | 'self',
): Promise<{ pid: number; started: string; isZombie: boolean } | undefined> {
  const line = await ifTold(readFile(`/proc/${which}/stat`, 'utf8'));
  const [state, ...others] = line?.slice(line.lastIndexOf(')') + 2).split(' ') ?? [];
  const started = others[18];
  if (line === undefined || state === undefined || started === undefined) return undefined;
  return { pid: Number.parseInt(line, 10), started, isZombie: state === 'Z' || state === 'X' };
}

async function ifTold(read: Promise<string>): Promise<string | undefined> {
  try {
    return (await read).trim();
  } catch {
    return undefined;
  }
}
