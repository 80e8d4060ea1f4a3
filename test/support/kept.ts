/** In how many parts work is looked at: an odd number, so that one of them is in the middle. */
const parts = 3;

/**
 * What the heap keeps of each piece of work, in bytes, in a process that may collect its garbage. It is that of the part
 * in the middle: what a leak keeps is kept in each of them, and what Node.js compiles, or drops again, in one.
 *
 * @param work does a part of it. @returns how many pieces that were.
 */
export async function keptOfEach(work: () => Promise<number>): Promise<number> {
  const kept: number[] = [];
  for (let part = 0; part < parts; part += 1) {
    const before = used();
    const pieces = await work();
    kept.push(Math.round((used() - before) / pieces));
  }
  return kept.toSorted((one, other) => one - other)[(parts - 1) / 2] ?? 0;
}

function used(): number {
  for (let collection = 0; collection < 4; collection += 1) global.gc?.();
  return process.memoryUsage().heapUsed;
}
