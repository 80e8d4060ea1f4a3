import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { program } from './program';

/** Bytes that the heap of a Node.js keeps of each of so many requests. */
export async function heapOfRequests(requests: number, node = process.execPath): Promise<number> {
  return Number(await run('heap-of-requests.ts', requests, node));
}

export interface HeapOfPolling {
  /** That are kept of each poll. */
  bytes: number;
  polls: number;
  consumed: number;
}

/** The same of polls, over so many days on virtual time. */
export async function heapOfPolling(days: number, node = process.execPath): Promise<HeapOfPolling> {
  return JSON.parse(await run('heap-of-polling.ts', days, node)) as HeapOfPolling;
}

async function run(source: string, count: number, node: string): Promise<string> {
  const { stdout } = await promisify(execFile)(node, [
    '--expose-gc',
    program(join(__dirname, source)),
    String(count),
  ]);
  return stdout;
}
