import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { until } from './until';

const root = join(__dirname, '..', '..');

export interface Run {
  process: ChildProcess;
  output: () => string;
  code: Promise<number>;
}

/** Runs the command as `npx` does. */
export function run(...args: string[]): Run {
  const started = spawn(process.execPath, [join(root, 'dist', 'bin', 'edge-sync.js'), ...args]);
  let text = '';
  for (const stream of [started.stdout, started.stderr]) {
    stream.on('data', (piece: Buffer) => {
      text += piece.toString();
    });
  }
  const code = once(started, 'close').then(([status]) => Number(status));
  return { process: started, output: () => text, code };
}

export const untilReady = ({ output }: Run): Promise<boolean> =>
  until('it is ready', () => /Ready/.test(output()));
