import { forbidRealTime } from './forbidden';
import type { Violation } from './oracle/rules';
import type { Plan, ReceiverPlan } from './plans/plan';
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
  const { applications, clock, log } = world;
  const thrown: Violation[] = [];
  const threw = (what: string): void => {
    thrown.push({ rule: 'i: no exception, no loop', at: clock.elapsed(), what });
    if (log.on) log.write(`BROKEN i: no exception, no loop: ${what}`);
  };
  const onRejection = (reason: unknown): void => threw(`unhandled rejection: ${describe(reason)}`);
  process.on('unhandledRejection', onRejection);
  const allow = forbidRealTime();
  try {
    await happen(plan, world);
  } catch (error) {
    threw(describe(error));
  } finally {
    allow();
    process.off('unhandledRejection', onRejection);
  }
  return {
    violations: [...world.violations, ...thrown],
    log: log.lines,
    unversioned: sum(applications.map(({ oracle }) => oracle.unversioned)),
    unansweredOfSeveral: sum(applications.map(({ oracle }) => oracle.unansweredOfSeveral)),
    lasted: clock.elapsed(),
  };
}

async function happen(plan: Plan, world: World): Promise<void> {
  const { clock } = world;
  const receivers = receiversOf(plan);
  const longest = Math.max(...receivers.map(({ redeliverAfter }) => redeliverAfter));
  const interval = Math.min(...receivers.map((receiver) => receiver.interval));
  const quiet = endOf(plan);
  await clock.run(quiet, () => world.lost);
  const horizon = quiet + longestOf(plan);
  const atRest = (): boolean => world.unfinished().length === 0;
  // What is done stays done: it is looked at again after a while.
  for (let rested = false; !world.lost && clock.elapsed() < horizon && !(rested && atRest()); ) {
    rested = atRest();
    await clock.run(clock.elapsed() + (rested ? longest + 2 * interval : interval), () => world.lost);
  }
  if (world.lost) return;
  world.judgeTheEnd();
  await world.end();
}

function receiversOf({ others = [], receivers }: Plan): readonly ReceiverPlan[] {
  return [...receivers, ...others.flatMap((other) => other.receivers)];
}

/** How long flows may take, one object after the other, until all of it is done, in ms. */
function longestOf(plan: Plan): number {
  const minute = 60_000;
  const slow = receiversOf(plan).flatMap(({ deeds, redeliverAfter }) =>
    deeds.map(() => 3 * redeliverAfter + minute),
  );
  return 20 * minute + sum(slow);
}

/** When nothing befalls anybody any more. */
function endOf(plan: Plan): number {
  const { steps, faults } = plan;
  const ends = [
    ...steps.map(
      (step) => step.at + ('lasts' in step ? step.lasts : 0) + ('arrival' in step ? step.arrival : 0),
    ),
    ...faults.map(({ until }) => until),
    ...receiversOf(plan).map(({ joins }) => joins),
  ];
  return Math.max(0, ...ends) + 15_000;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, each) => all + each, 0);
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
