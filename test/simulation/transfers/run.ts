import { forbidRealTime } from '../forbidden';
import type { Violation } from '../oracle/rules';
import type { TransferPlan } from './plan';
import { TransferWorld } from './world';

export interface TransferResult {
  violations: readonly Violation[];
  /** Empty unless it was asked for. */
  log: readonly string[];
  spoiltByDeath: number;
  unsized: number;
}

const second = 1_000;
/** How long all may take that waits when nothing befalls anybody any more: an object rests up to 5 minutes. */
const untilRest = 40 * 60 * second;

/** Lets a plan happen, from its start until nothing is left to do, and tells which rules were broken. */
export async function runTransfers(plan: TransferPlan, logged = false): Promise<TransferResult> {
  const world = new TransferWorld(plan, logged);
  const { findings, judges, log } = world;
  const onRejection = (reason: unknown): void => {
    findings.broken('i: no exception, no loop', `unhandled rejection: ${describe(reason)}`);
  };
  process.on('unhandledRejection', onRejection);
  const allow = forbidRealTime();
  try {
    await happen(plan, world);
  } catch (error) {
    findings.broken('i: no exception, no loop', describe(error));
  } finally {
    allow();
    process.off('unhandledRejection', onRejection);
  }
  const { spoiltByDeath } = judges.uploads;
  return {
    violations: findings.violations,
    log: log.lines,
    spoiltByDeath,
    unsized: judges.downloads.unsized,
  };
}

async function happen(plan: TransferPlan, world: TransferWorld): Promise<void> {
  const { clock, findings } = world;
  await clock.run(endOf(plan), () => findings.lost);
  world.calm();
  if (!(await rests(world))) return;
  world.finish();
  if (await rests(world)) await world.end();
}

/** @returns whether all has come to an end. */
async function rests(world: TransferWorld): Promise<boolean> {
  const { clock, findings } = world;
  const horizon = clock.elapsed() + untilRest;
  // A wait for the next step of a service, or of a disk, is no rest.
  await clock.run(clock.elapsed() + 10 * second);
  while (world.unfinished.length > 0 && clock.elapsed() < horizon && !findings.lost)
    await clock.run(clock.elapsed() + 5 * second);
  for (const what of world.unfinished) findings.broken('f: in time', `${what}, in vain`);
  return !findings.lost && world.unfinished.length === 0;
}

/** When nothing befalls anybody any more. */
function endOf({ steps, faults }: TransferPlan): number {
  const ends = [
    ...steps.map((step) => step.at + ('lasts' in step ? step.lasts : 0)),
    ...faults.map(({ until }) => until),
  ];
  return Math.max(0, ...ends) + second;
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
