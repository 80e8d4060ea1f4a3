import type { Told } from './campaign';
import { planOf } from './plans/planner';
import { run } from './run';

/** One process of a campaign: does the seeds that it is sent, one after the other. */
let last = Promise.resolve();

process.on('message', (seed: number) => {
  last = last.then(() => tell(seed));
});

async function tell(seed: number): Promise<void> {
  const { violations, unversioned, unansweredOfSeveral } = await run(planOf(seed));
  const told: Told = { seed, violations: violations.slice(0, 20), unversioned, unansweredOfSeveral };
  process.send?.(told);
}
