import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import type { Case, Contender, Measure } from './case';
import { type Run, run } from './contender-process';
import { median } from './median';
import type { Stage } from './stage';

const root = join(__dirname, '..');
const built = join(root, '.cache', 'bench');

/** Makes programs of the contenders: what they load them with must not be measured. */
export function build(): void {
  const folder = join(__dirname, 'contenders');
  buildSync({
    entryPoints: readdirSync(folder).map((file) => join(folder, file)),
    outdir: built,
    outExtension: { '.js': '.cjs' },
    bundle: true,
    platform: 'node',
    target: 'node20',
    external: ['undici', 'esbuild', 'node-red'],
    logLevel: 'error',
  });
}

/** What a contender took in each round. */
export interface Result {
  contender: string;
  runs: Run[];
}

/** Runs the contenders by turns, so that what else the machine does meets all of them. */
export async function contest(
  { contenders, prepare }: Case,
  stage: Stage,
  rounds: number,
  share: number,
): Promise<Result[]> {
  const results = contenders.map(({ name }): Result => ({ contender: name, runs: [] }));
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, contender] of contenders.entries()) {
      const task = { ...(await prepare(stage, share)), ...contender.task };
      results[index]?.runs.push(await run(commandOf(contender), task));
    }
  }
  return results;
}

function commandOf({ options = [], program }: Contender): readonly string[] {
  return typeof program === 'string'
    ? [process.execPath, ...options, join(built, `${program}.cjs`)]
    : program;
}

/** The middle of what was measured in the rounds: as a multiple of the peer's in the same round, where there is one. */
export function measured(result: Result, peer: Result | undefined, measure: Measure): number {
  const values = result.runs.map((each, round) => {
    const own = takenOf(each, measure);
    const other = peer?.runs[round];
    if (other === undefined) return own;
    if (measure === 'added') return own - takenOf(other, measure);
    return isRatio(measure) ? own / takenOf(other, measure) : own;
  });
  return median(values);
}

/** Memory and figures are compared with no peer. */
export function isRatio(measure: Measure): boolean {
  return measure === 'time' || measure === 'cpu' || measure === 'figure longest';
}

function takenOf(each: Run, measure: Measure): number {
  if (measure === 'added') return (each.cpu / each.time) * 1_000;
  if (measure === 'time' || measure === 'cpu' || measure === 'memory') return each[measure];
  return each.figures[measure.slice('figure '.length)] ?? Number.NaN;
}
