import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Campaign, type Told } from './campaign';
import { type Rule, rules, type Violation } from './oracle/rules';
import type { Plan } from './plans/plan';
import { planOf } from './plans/planner';
import { shrink } from './plans/shrink';
import { run } from './run';

/**
 * npm run test:simulation -- --seeds N --from K        many histories
 *   --briefly                                          without a smaller plan of the first that fail
 * npm run test:simulation -- --seed K --log FILE       one, with all that happens in it
 * npm run test:simulation -- --plan FILE --log FILE    one that was made smaller
 */
const workers = 2;
/** Of how many that fail a smaller plan is looked for. */
const shrunk = 3;

async function many(from: number, seeds: number, explained: number): Promise<boolean> {
  const failed: Told[] = [];
  const counts = { unversioned: 0, unansweredOfSeveral: 0 };
  const campaign = new Campaign(
    Array.from({ length: seeds }, (_, index) => from + index),
    (told) => {
      counts.unversioned += told.unversioned;
      counts.unansweredOfSeveral += told.unansweredOfSeveral;
      if (told.violations.length > 0) failed.push(told);
    },
  );
  await campaign.run(workers);
  failed.sort((one, other) => one.seed - other.seed);
  for (const { seed, violations } of failed.slice(0, explained))
    await explain(planOf(seed), violations, `--seed ${seed}`);
  for (const rule of Object.keys(rules) as Rule[]) {
    const broken = failed.filter(({ violations }) => violations.some((violation) => violation.rule === rule));
    const seedsOfIt = broken.slice(0, 10).map(({ seed }) => seed);
    if (broken.length > 0)
      console.log(`${broken.length} break ${rule} (guarantee ${rules[rule]}): ${seedsOfIt.join(' ')}`);
  }
  console.log(
    `${counts.unversioned} updates were acknowledged with their predecessor, within the time of one request`,
  );
  console.log(
    `${counts.unansweredOfSeveral} unanswered acknowledgements with consumers above 1 were left out of rule b`,
  );
  console.log(`${seeds} seeds, ${failed.length} failed`);
  return failed.length === 0;
}

async function explain(plan: Plan, [first]: readonly Violation[], replay: string): Promise<void> {
  if (!first) return;
  console.log(`${replay}: ${first.rule} (guarantee ${rules[first.rule]}), at ${first.at}: ${first.what}`);
  console.log(`  npm run test:simulation -- ${replay} --log history.txt`);
  const smaller = await shrink(plan, first.rule);
  const { violations, log } = await run(smaller, true);
  console.log(`  smaller: ${JSON.stringify(smaller)}`);
  for (const line of log.slice(0, log.findIndex((each) => each.includes('BROKEN')) + 1).slice(-12))
    console.log(`  ${line}`);
  console.log(`  ${violations.length} violations`);
}

async function one(plan: Plan, file: string | undefined): Promise<boolean> {
  const { violations, log } = await run(plan, file !== undefined);
  if (file !== undefined) writeFileSync(file, `${JSON.stringify(plan, undefined, 1)}\n${log.join('\n')}\n`);
  for (const { rule, at, what } of violations)
    console.log(`${rule} (guarantee ${rules[rule]}), at ${at}: ${what}`);
  console.log(`1 seeds, ${violations.length > 0 ? 1 : 0} failed`);
  return violations.length === 0;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '2000' },
      from: { type: 'string', default: '0' },
      seed: { type: 'string' },
      plan: { type: 'string' },
      log: { type: 'string' },
      briefly: { type: 'boolean', default: false },
    },
  });
  const well =
    values.plan !== undefined
      ? await one(JSON.parse(readFileSync(values.plan, 'utf8')), values.log)
      : values.seed !== undefined
        ? await one(planOf(Number(values.seed)), values.log)
        : await many(Number(values.from), Number(values.seeds), values.briefly ? 0 : shrunk);
  process.exitCode = well ? 0 : 1;
}

void main();
