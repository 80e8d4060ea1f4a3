import type { Told } from './campaign';
import { type Excluded, happen, kinds, nothingExcluded, plansOf } from './histories';

/** One process of a campaign: does the seeds that it is sent, one after the other; of one kind alone where that is said. */
const kind = kinds.find((each) => each === process.argv[2]);
let last = Promise.resolve();

process.on('message', (seed: number) => {
  last = last.then(() => tell(seed));
});

async function tell(seed: number): Promise<void> {
  const told: Told = { seed, violations: [], excluded: { ...nothingExcluded } };
  for (const plan of plansOf(seed, kind)) {
    const { violations, excluded } = await happen(plan);
    told.violations = [...told.violations, ...violations.slice(0, 20)];
    for (const name of Object.keys(excluded) as (keyof Excluded)[]) told.excluded[name] += excluded[name];
  }
  process.send?.(told);
}
