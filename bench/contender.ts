import { createInterface } from 'node:readline';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * The protocol of contenders: the task is JSON in EDGE_SYNC_BENCH_TASK. The program gets ready and prints `ready`; at a
 * line on its standard input it works, and prints `done`, or `done` and figures as JSON; then it waits for the end of
 * its input, so that what it took can be read.
 */
export async function contend<T>(prepare: (task: T) => Promise<() => Promise<unknown>>): Promise<void> {
  const task: T = JSON.parse(process.env.EDGE_SYNC_BENCH_TASK ?? '{}');
  const work = await prepare(task);
  const lines = createInterface({ input: process.stdin });
  console.log('ready');
  await new Promise((resolve) => lines.once('line', resolve));
  const figures = await work();
  console.log(`done ${JSON.stringify(figures ?? {})}`);
  await new Promise((resolve) => lines.once('close', resolve));
  process.exit(0);
}

/** So long, in ms, a process must have done nothing to be at rest; and what counts as nothing in each of its looks, in ms of CPU. */
const [quiet, look, nothing] = [500, 100, 2];

/**
 * Resolves when a process that got warm is at rest. V8 goes on for a second: it compiles and collects, in threads beside, 60 ms of
 * CPU and 20 MiB, which are no part of the work that follows.
 */
export async function atRest(): Promise<void> {
  for (let rested = 0; rested < quiet; ) {
    const before = process.cpuUsage();
    await pause(look);
    const { system, user } = process.cpuUsage(before);
    rested = (system + user) / 1_000 < nothing ? rested + look : 0;
  }
}

/** Does `work` for the numbers from 0 to `count`, so many at once. */
export async function each(
  count: number,
  atOnce: number,
  work: (index: number) => Promise<void>,
): Promise<void> {
  let next = 0;
  const one = async (): Promise<void> => {
    while (next < count) {
      const index = next;
      next += 1;
      await work(index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, count) }, one));
}
