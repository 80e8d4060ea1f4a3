import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { program } from '../../support/program';
import type { Figures } from './figures';

export type LongRun = 'away' | 'polling' | 'objects';

/** Runs it in a process of its own. @param size hours, or how many objects. */
export async function long(run: LongRun, size: number): Promise<Figures> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--expose-gc',
    program(join(__dirname, 'process.ts')),
    run,
    String(size),
  ]);
  return JSON.parse(stdout) as Figures;
}
