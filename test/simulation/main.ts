import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { Campaign, type Told } from './campaign';
import {
  type AnyPlan,
  type Excluded,
  happen,
  type Kind,
  kinds,
  nothingExcluded,
  plansOf,
  smallerPlan,
} from './histories';
import { long } from './long/long';
import { type Rule, rules } from './oracle/rules';

/**
 * npm run test:simulation -- --seeds N --from K        many histories: two of each seed, one of what is received, and one
 *                                                      of what is fetched, sent, kept in an outbox and waited for
 *   --kind receiving                                   only one of the two; or --kind transfers
 *   --briefly                                          without a smaller plan of the first that fail
 *   --first                                            no other seed once one has failed
 * npm run test:simulation -- --seed K --log FILE       one seed, with all that happens in it
 * npm run test:simulation -- --long                    a service away for three days, a week of polling 20 types, and
 *                                                      1,000,000 objects through one feed: some minutes
 * npm run test:simulation -- --plan FILE --log FILE    one that was made smaller
 */
const workers = 2;
/** Of how many that fail a smaller plan is looked for. */
const shrunk = 3;
/** Of each poll, request or object of a long run, in bytes. */
const mostKept = 30;

const toldOfExcluded: Readonly<Record<keyof Excluded, string>> = {
  unversioned: 'updates were acknowledged with their predecessor, within the time of one request',
  unansweredOfSeveral: 'unanswered acknowledgements with consumers above 1 were left out of rule b',
  spoiltByDeath: 'uploads, without an outbox, have behind them what a process that died had left',
  unsized: 'downloads of a size that the service has forgotten were left out of rule j',
};

async function many(
  from: number,
  seeds: number,
  explained: number,
  kind: Kind | undefined,
  isFirstEnough: boolean,
): Promise<boolean> {
  const failed: Told[] = [];
  const excluded: Excluded = { ...nothingExcluded };
  let done = 0;
  const names = Object.keys(excluded) as (keyof Excluded)[];
  const campaign = new Campaign(
    Array.from({ length: seeds }, (_, index) => from + index),
    (told) => {
      done += 1;
      for (const name of names) excluded[name] += told.excluded[name];
      if (told.violations.length === 0) return;
      failed.push(told);
      if (isFirstEnough) campaign.stop();
    },
    kind,
  );
  await campaign.run(workers);
  failed.sort((one, other) => one.seed - other.seed);
  for (const { seed } of failed.slice(0, explained)) {
    for (const plan of plansOf(seed, kind)) await explain(plan, seed);
  }
  for (const rule of Object.keys(rules) as Rule[]) {
    const broken = failed.filter(({ violations }) => violations.some((violation) => violation.rule === rule));
    const seedsOfIt = broken.slice(0, 10).map(({ seed }) => seed);
    if (broken.length > 0)
      console.log(
        `${broken.length} break ${rule} (guarantee ${rules[rule].guarantee}): ${seedsOfIt.join(' ')}`,
      );
  }
  for (const name of names) console.log(`${excluded[name]} ${toldOfExcluded[name]}`);
  console.log(`${done} seeds, ${failed.length} failed`);
  return failed.length === 0;
}

/** The long forms of test/simulation/long/long.spec.ts. */
async function runLong(): Promise<boolean> {
  let isDone = true;
  for (const [run, size] of [
    ['away', 72],
    ['polling', 168],
    ['objects', 1_000_000],
  ] as const) {
    const figures = await long(run, size);
    console.log(`${run} ${size}: ${JSON.stringify(figures)}`);
    isDone &&= figures.done === figures.wanted && figures.bytesPerUnit < mostKept;
  }
  return isDone;
}

async function explain(plan: AnyPlan, seed: number): Promise<void> {
  const [first] = (await happen(plan)).violations;
  if (!first) return;
  console.log(
    `--seed ${seed}: ${first.rule} (guarantee ${rules[first.rule].guarantee}), at ${first.at}: ${first.what}`,
  );
  console.log(`  the rule: ${rules[first.rule].says}`);
  console.log(`  npm run test:simulation -- --seed ${seed} --log history.txt`);
  const smaller = await smallerPlan(plan, first.rule);
  const { violations, log } = await happen(smaller, true);
  console.log(`  smaller: ${JSON.stringify(smaller)}`);
  for (const line of log.slice(0, log.findIndex((each) => each.includes('BROKEN')) + 1).slice(-12))
    console.log(`  ${line}`);
  console.log(`  ${violations.length} violations`);
}

async function one(plans: readonly AnyPlan[], file: string | undefined): Promise<boolean> {
  const lines: string[] = [];
  let isBroken = false;
  for (const plan of plans) {
    const { violations, log } = await happen(plan, file !== undefined);
    lines.push(JSON.stringify(plan, undefined, 1), ...log);
    for (const { rule, at, what } of violations)
      console.log(`${rule} (guarantee ${rules[rule].guarantee}), at ${at}: ${what}`);
    isBroken ||= violations.length > 0;
  }
  if (file !== undefined) writeFileSync(file, `${lines.join('\n')}\n`);
  console.log(`1 seeds, ${isBroken ? 1 : 0} failed`);
  return !isBroken;
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '2000' },
      from: { type: 'string', default: '0' },
      seed: { type: 'string' },
      plan: { type: 'string' },
      log: { type: 'string' },
      kind: { type: 'string' },
      long: { type: 'boolean', default: false },
      briefly: { type: 'boolean', default: false },
      first: { type: 'boolean', default: false },
    },
  });
  const kind = kinds.find((each) => each === values.kind);
  if (values.kind !== undefined && !kind) throw new Error(`--kind is ${kinds.join(' or ')}`);
  const well = values.long
    ? await runLong()
    : values.plan !== undefined
      ? await one([JSON.parse(readFileSync(values.plan, 'utf8'))], values.log)
      : values.seed !== undefined
        ? await one(plansOf(Number(values.seed), kind), values.log)
        : await many(
            Number(values.from),
            Number(values.seeds),
            values.briefly ? 0 : shrunk,
            kind,
            values.first,
          );
  process.exitCode = well ? 0 : 1;
}

void main();
