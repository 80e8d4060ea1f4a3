import { Smaller } from '../plans/smaller';
import type { TransferPlan } from './plan';

/** A plan with as little in it as possible that breaks the same rule. */
export function shrinkTransfers(
  plan: TransferPlan,
  breaks: (plan: TransferPlan) => Promise<boolean>,
): Promise<TransferPlan> {
  const smaller = new Smaller(plan, breaks);
  return smaller.search(async () => {
    await smaller.drop(smaller.best.steps, (steps) => ({ ...smaller.best, steps }));
    await smaller.drop(smaller.best.faults, (faults) => ({ ...smaller.best, faults }));
    await smaller.try({ ...smaller.best, latency: [5, 5] });
    await smaller.try({ ...smaller.best, edges: 1 });
    for (const [index, fault] of smaller.best.faults.entries()) {
      const faults = smaller.best.faults.map((other, at) => (at === index ? { ...fault, times: 1 } : other));
      await smaller.try({ ...smaller.best, faults });
    }
  });
}
