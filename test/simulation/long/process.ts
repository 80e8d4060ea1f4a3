import { away, objects, polling } from './runs';

/** One long run in a process of its own, which may collect its garbage: its figures as JSON. */
const runs = { away, polling, objects };

async function main([name, size]: readonly string[]): Promise<void> {
  const run = Object.entries(runs).find(([each]) => each === name)?.[1];
  if (!run) throw new Error(`There is no run ${name}`);
  console.log(JSON.stringify(await run(Number(size))));
}

void main(process.argv.slice(2));
