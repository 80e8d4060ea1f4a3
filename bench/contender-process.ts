import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { Figures } from './case';
import { Usage } from './usage';

/** What one run took: ms of time and of CPU, and MiB at most above what the program had when it was ready. */
export interface Run {
  time: number;
  cpu: number;
  memory: number;
  figures: Figures;
}

/** Runs a program in the protocol of contender.ts, and measures it from `ready` to `done`. */
export async function run(command: readonly string[], task: object): Promise<Run> {
  const [program = '', ...args] = command;
  const child = spawn(program, args, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, EDGE_SYNC_BENCH_TASK: JSON.stringify(task) },
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  try {
    await said(lines, 'ready', command);
    const usage = new Usage(child.pid ?? 0);
    usage.forgetPeak();
    const [idle, before, began] = [usage.memory(), usage.cpu(), performance.now()];
    child.stdin.write('go\n');
    const done = await said(lines, 'done', command);
    const time = performance.now() - began;
    const { children = [], ...figures }: { children?: number[] } & Figures = JSON.parse(done || '{}');
    // What a shell has waited for is gone, and tells no more: the shell does.
    const ofChildren = children.reduce((sum, seconds) => sum + seconds, 0) * 1_000;
    return { time, cpu: usage.cpu() - before + ofChildren, memory: usage.peak() - idle, figures };
  } finally {
    await end(child);
  }
}

/** What follows a word at the beginning of a line. */
async function said(lines: AsyncIterator<string>, word: string, command: readonly string[]): Promise<string> {
  for (let next = await lines.next(); !next.done; next = await lines.next()) {
    if (next.value.startsWith(word)) return next.value.slice(word.length).trim();
  }
  throw new Error(`${command.join(' ')} has ended without ${word}`);
}

async function end(child: ChildProcess): Promise<void> {
  child.stdin?.end();
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}
