import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { Case, Measure } from './case';
import { cases } from './cases';
import type { Run } from './contender-process';
import { build, contest, measured, type Result } from './contest';
import { Stage } from './stage';

const usage = `npm run bench -- [--only CASE]... [--quick] [--rounds N] [--json FILE] [--folder FOLDER] [--with 'CASE=COMMAND']

Cases:
${cases.map(({ about, long, name }) => `  ${name.padEnd(20)} ${about}${long ? ' (only if it is named)' : ''}`).join('\n')}`;

/** A row of the table. */
interface Row {
  name: string;
  contender: string;
  measured: Partial<Record<Measure, number>>;
  limits: Case['limits'];
  /** Of each round, with those of the peer. */
  runs: Run[];
  peerRuns: Run[];
}

/**
 * In the short form a figure may be so many times what it should be: its runs are short, and the machine is shared. The
 * time is told and not judged there: beside other programs it says more of them.
 */
const quickTolerance = 2;

async function run(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true },
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      json: { type: 'string' },
      folder: { type: 'string' },
      with: { type: 'string', multiple: true, default: [] },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const { only, quick } = values;
  const unknown = only?.filter((name) => !cases.some((each) => each.name === name)) ?? [];
  if (unknown.length > 0) {
    console.error(`There is no case ${unknown.join(', ')}.\n\n${usage}`);
    return 2;
  }
  const chosen = cases.filter(({ long, name, quick: short }) =>
    only ? only.includes(name) : quick ? short : !long,
  );
  const rounds = Number(values.rounds ?? (quick ? 3 : 5));
  build();
  const stage = new Stage(values.folder);
  const rows: Row[] = [];
  try {
    for (const each of chosen) {
      const limits = { ...each.limits, ...(quick && each.quick?.limits) };
      const given = {
        ...each,
        limits,
        contenders: [...each.contenders, ...commandsFor(each.name, values.with)],
      };
      const share = quick ? (each.quick?.share ?? 1) : 1;
      const results = await contest(given, stage, each.rounds ?? rounds, share);
      for (const row of rowsOf(given, results)) {
        rows.push(row);
        console.log(lineOf(row));
      }
    }
  } finally {
    await stage.close();
  }
  if (values.json !== undefined)
    await writeFile(values.json, `${JSON.stringify({ node: process.version, rounds, rows }, null, 2)}\n`);
  const missed = rows.filter((row) => misses(row, quickTolerance).length > 0);
  return quick && missed.length > 0 ? 1 : 0;
}

/** Contenders that were given as commands. */
function commandsFor(name: string, given: readonly string[]): Case['contenders'] {
  return given.flatMap((each) => {
    const [of, ...command] = each.split('=');
    return of === name ? [{ name: command.join('='), program: ['sh', '-c', command.join('=')] }] : [];
  });
}

function rowsOf({ contenders, limits, name }: Case, results: readonly Result[]): Row[] {
  const [peer] = results;
  const others = results.length > 1 ? results.slice(1) : results;
  return others.map((result) => {
    const figures = Object.keys(result.runs[0]?.figures ?? {}).map((figure): Measure => `figure ${figure}`);
    const added: Measure[] = limits.added === undefined ? [] : ['added'];
    const measures: Measure[] = ['time', 'cpu', ...added, 'memory', ...figures];
    const against = result === peer ? undefined : peer;
    return {
      name,
      contender: result === peer ? result.contender : `${result.contender} / ${peer?.contender}`,
      measured: Object.fromEntries(measures.map((measure) => [measure, measured(result, against, measure)])),
      // What else takes part is compared, not judged.
      runs: result.runs,
      peerRuns: against?.runs ?? [],
      limits: contenders.find((each) => each.name === result.contender)?.name.startsWith('ours')
        ? limits
        : {},
    };
  });
}

function misses({ limits, measured: found }: Row, tolerance: number): Measure[] {
  const limited = Object.entries(limits) as [Measure, number][];
  return limited.flatMap(([measure, limit]) =>
    measure === 'time' || (found[measure] ?? Number.NaN) <= limit * tolerance ? [] : [measure],
  );
}

function lineOf(row: Row): string {
  const figures = Object.entries(row.measured).map(([measure, value = Number.NaN]) => {
    const limit = row.limits[measure as Measure];
    const told = `${measure.replace('figure ', '')} ${value < 10 ? value.toFixed(2) : Math.round(value)}`;
    return limit === undefined ? told : `${told} (at most ${limit}${value <= limit ? '' : ', MISSED'})`;
  });
  return `${row.name.padEnd(20)} ${row.contender.padEnd(24)} ${figures.join('; ')}`;
}

run().then((code) => {
  process.exitCode = code;
});
