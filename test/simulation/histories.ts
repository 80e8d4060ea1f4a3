import type { Rule, Violation } from './oracle/rules';
import type { Plan } from './plans/plan';
import { planOf } from './plans/planner';
import { shrink } from './plans/shrink';
import { run } from './run';
import type { TransferPlan } from './transfers/plan';
import { transferPlanOf } from './transfers/planner';
import { runTransfers } from './transfers/run';
import { shrinkTransfers } from './transfers/shrink';

/** Of what is received, or of what is fetched, sent, kept and waited for. */
export type AnyPlan = Plan | TransferPlan;

/** What rules leave out, by name. */
export interface Excluded {
  unversioned: number;
  unansweredOfSeveral: number;
  spoiltByDeath: number;
  unsized: number;
}

export interface History {
  violations: readonly Violation[];
  log: readonly string[];
  excluded: Excluded;
}

export const nothingExcluded: Excluded = {
  unversioned: 0,
  unansweredOfSeveral: 0,
  spoiltByDeath: 0,
  unsized: 0,
};

export const kinds = ['receiving', 'transfers'] as const;

export type Kind = (typeof kinds)[number];

/** A seed is one history of each kind: they have nothing to do with each other. */
export function plansOf(seed: number, only?: Kind): readonly AnyPlan[] {
  const plans = { receiving: planOf, transfers: transferPlanOf };
  return kinds.filter((kind) => only === undefined || kind === only).map((kind) => plans[kind](seed));
}

/** Lets a plan happen, and tells which rules were broken. */
export async function happen(plan: AnyPlan, logged = false): Promise<History> {
  if (!isOfReceiving(plan)) {
    const { log, spoiltByDeath, unsized, violations } = await runTransfers(plan, logged);
    return { log, violations, excluded: { ...nothingExcluded, spoiltByDeath, unsized } };
  }
  const { log, unansweredOfSeveral, unversioned, violations } = await run(plan, logged);
  return { log, violations, excluded: { ...nothingExcluded, unansweredOfSeveral, unversioned } };
}

/** A plan with less in it that breaks the same rule. */
export function smallerPlan(plan: AnyPlan, rule: Rule): Promise<AnyPlan> {
  const breaks = async (smaller: AnyPlan): Promise<boolean> =>
    (await happen(smaller)).violations.some((violation) => violation.rule === rule);
  return isOfReceiving(plan) ? shrink(plan, breaks) : shrinkTransfers(plan, breaks);
}

function isOfReceiving(plan: AnyPlan): plan is Plan {
  return 'receivers' in plan;
}
