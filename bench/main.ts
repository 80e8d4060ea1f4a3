import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { Case } from './case';
import { cases } from './cases';
import { build, contest } from './contest';
import { lineOf, misses, type Row, rowsOf } from './rows';
import { Stage } from './stage';

const usage = `npm run bench -- [--only CASE]... [--quick] [--rounds N] [--share S] [--json FILE] [--folder FOLDER] [--with 'CASE=COMMAND']

--share: how much of the work of each case is done, such as 0.1 on a service that is slow.

Cases:
${cases.map(({ about, long, name }) => `  ${name.padEnd(20)} ${about}${long ? ' (only if it is named)' : ''}`).join('\n')}`;

/**
 * In the short form a figure may be so many times what it should be: its runs are short, and the machine is shared. Times
 * are told and not judged there, and what is above is measured once more before it counts.
 */
const quickTolerance = 2;

function isMissed(rows: readonly Row[]): boolean {
  return rows.some((row) => misses(row, quickTolerance).length > 0);
}

async function run(): Promise<number> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string', multiple: true },
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      share: { type: 'string' },
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
  const roundsOf = (each: Case): number => Number(values.rounds ?? each.rounds ?? (quick ? 3 : 5));
  build();
  const stage = new Stage(values.folder);
  const measure = async (each: Case): Promise<Row[]> => {
    const given = {
      ...each,
      limits: { ...each.limits, ...(quick && each.quick?.limits) },
      contenders: [...each.contenders, ...commandsFor(each.name, values.with)],
    };
    const share = Number(values.share ?? (quick ? (each.quick?.share ?? 1) : 1));
    const measured = rowsOf(given, await contest(given, stage, roundsOf(each), share));
    for (const row of measured) console.log(lineOf(row));
    return measured;
  };
  const rows: Row[] = [];
  let failed = false;
  try {
    for (const each of chosen) {
      let measured = await measure(each);
      if (quick && isMissed(measured)) {
        console.log(`${each.name}: above ${quickTolerance} times what it may be, so once more`);
        measured = await measure(each);
        failed ||= isMissed(measured);
      }
      rows.push(...measured);
    }
  } finally {
    await stage.close();
  }
  if (values.json !== undefined)
    await writeFile(values.json, `${JSON.stringify({ node: process.version, rows }, null, 2)}\n`);
  return failed ? 1 : 0;
}

/** Contenders that were given as commands. */
function commandsFor(name: string, given: readonly string[]): Case['contenders'] {
  return given.flatMap((each) => {
    const [of, ...command] = each.split('=');
    return of === name ? [{ name: command.join('='), program: ['sh', '-c', command.join('=')] }] : [];
  });
}

run().then((code) => {
  process.exitCode = code;
});
