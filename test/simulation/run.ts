import { forbidRealTime } from './forbidden';
import type { Violation } from './oracle/rules';
import type { Plan } from './plans/plan';
import { World } from './world';

export interface Result {
  violations: readonly Violation[];
  /** Empty unless it was asked for. */
  log: readonly string[];
  unversioned: number;
  unansweredOfSeveral: number;
  /** How long the history was, in ms of its own time. */
  lasted: number;
}

/** Lets a plan happen, from its start until nothing is left to do, and tells which rules were broken. */
export async function run(plan: Plan, logged = false): Promise<Result> {
  const world = new World(plan, logged);
  const { oracle, clock, log } = world;
  const onRejection = (reason: unknown): void => {
    oracle.broken('i: no exception, no loop', `unhandled rejection: ${describe(reason)}`);
  };
  process.on('unhandledRejection', onRejection);
  const allow = forbidRealTime();
  try {
    await happen(plan, world);
  } catch (error) {
    oracle.broken('i: no exception, no loop', describe(error));
  } finally {
    allow();
    process.off('unhandledRejection', onRejection);
  }
  const { violations, unversioned, unansweredOfSeveral } = oracle;
  return { violations, log: log.lines, unversioned, unansweredOfSeveral, lasted: clock.elapsed() };
}

async function happen(plan: Plan, world: World): Promise<void> {
  const { oracle, clock, service } = world;
  const longest = Math.max(...plan.receivers.map(({ redeliverAfter }) => redeliverAfter));
  const interval = Math.min(...plan.receivers.map((receiver) => receiver.interval));
  const quiet = endOf(plan);
  await clock.run(quiet, () => oracle.lost);
  const horizon = quiet + longestOf(plan);
  const atRest = (): boolean => oracle.unfinished(service.list(false)).length === 0;
  // What is done stays done: it is looked at again after a while.
  for (let rested = false; !oracle.lost && clock.elapsed() < horizon && !(rested && atRest()); ) {
    rested = atRest();
    await clock.run(clock.elapsed() + (rested ? longest + 2 * interval : interval), () => oracle.lost);
  }
  if (oracle.lost) return;
  for (const { rule, what } of oracle.unfinished(service.list(false)))
    oracle.broken(rule, `${what}, in vain`);
  await world.end();
}

/** How long flows may take, one object after the other, until all of it is done, in ms. */
function longestOf({ receivers }: Plan): number {
  const minute = 60_000;
  const slow = receivers.flatMap(({ deeds, redeliverAfter }) => deeds.map(() => 3 * redeliverAfter + minute));
  return slow.reduce((sum, each) => sum + each, 20 * minute);
}

/** When nothing befalls anybody any more. */
function endOf({ steps, faults, receivers }: Plan): number {
  const ends = [
    ...steps.map(
      (step) => step.at + ('lasts' in step ? step.lasts : 0) + ('arrival' in step ? step.arrival : 0),
    ),
    ...faults.map(({ until }) => until),
    ...receivers.map(({ joins }) => joins),
  ];
  return Math.max(0, ...ends) + 15_000;
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
