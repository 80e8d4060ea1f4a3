import { createInterface } from 'node:readline';

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
