import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { until } from './until';

const root = join(__dirname, '..', '..');

export interface Run {
  process: ChildProcess;
  output: () => string;
  /** What of it are results. */
  results: () => string;
  code: Promise<number>;
}

/** Runs the command as `npx` does. */
export function run(...args: string[]): Run {
  return runIn({}, ...args);
}

/** @param environment beside that of the test. */
export function runIn(environment: NodeJS.ProcessEnv, ...args: string[]): Run {
  return runAs({ environment }, ...args);
}

/** @param user a number: another one than that of the test. */
export function runAs(
  { environment = {}, user }: { environment?: NodeJS.ProcessEnv; user?: number },
  ...args: string[]
): Run {
  const started = spawn(process.execPath, [join(root, 'dist', 'bin', 'edge-sync.js'), ...args], {
    env: { ...withoutProxies(process.env), ...environment },
    ...(user !== undefined && { uid: user }),
  });
  let text = '';
  let results = '';
  for (const stream of [started.stdout, started.stderr]) {
    stream.on('data', (piece: Buffer) => {
      text += piece.toString();
      if (stream === started.stdout) results += piece.toString();
    });
  }
  const code = once(started, 'close').then(([status]) => Number(status));
  return { process: started, output: () => text, results: () => results, code };
}

/** What a test reaches is on this machine, wherever it runs. */
function withoutProxies(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !/_proxy$/i.test(name)));
}

export const untilReady = ({ output }: Run): Promise<boolean> =>
  until('it is ready', () => /Ready/.test(output()));
