import type { Deed, Plan, ReceiverPlan } from './plan';
import { Smaller } from './smaller';

const plain: Deed = { does: 'consume', after: 0 };

/** A plan with as little in it as possible that breaks the same rule. */
export function shrink(plan: Plan, breaks: (plan: Plan) => Promise<boolean>): Promise<Plan> {
  const smaller = new Smaller(plan, breaks);
  return smaller.search(async () => {
    await smaller.drop(smaller.best.steps, (steps) => ({ ...smaller.best, steps }));
    await smaller.drop(smaller.best.faults, (faults) => ({ ...smaller.best, faults }));
    await smaller.drop(smaller.best.receivers, (receivers) => ({ ...smaller.best, receivers }), 1);
    await shrinkReceivers(smaller);
    await shrinkRest(smaller);
  });
}

async function shrinkReceivers(smaller: Smaller<Plan>): Promise<void> {
  for (const [index, receiver] of smaller.best.receivers.entries()) {
    const withDeeds = (deeds: readonly Deed[]): Plan =>
      withReceiver(smaller.best, index, { ...receiver, deeds });
    for (let at = 0; at < (smaller.best.receivers[index]?.deeds.length ?? 0); at += 1) {
      const deeds = smaller.best.receivers[index]?.deeds ?? [];
      await smaller.try(withDeeds(trimmed(deeds.map((deed, other) => (other === at ? plain : deed)))));
    }
    for (const simpler of [{ refuses: [] }, { joins: 0 }, { includeReceived: true }]) {
      const current = smaller.best.receivers[index];
      if (current) await smaller.try(withReceiver(smaller.best, index, { ...current, ...simpler }));
    }
  }
}

async function shrinkRest(smaller: Smaller<Plan>): Promise<void> {
  await smaller.try({ ...smaller.best, credentials: 'user' });
  await smaller.try({ ...smaller.best, journal: false });
  await smaller.try({ ...smaller.best, latency: [5, 5] });
  for (const [index, fault] of smaller.best.faults.entries()) {
    const faults = smaller.best.faults.map((other, at) => (at === index ? { ...fault, times: 1 } : other));
    await smaller.try({ ...smaller.best, faults });
  }
}

function withReceiver(plan: Plan, index: number, receiver: ReceiverPlan): Plan {
  const receivers = plan.receivers.map((other, at) => (at === index ? receiver : other));
  return { ...plan, receivers };
}

/** Without what would be done anyhow. */
function trimmed(deeds: readonly Deed[]): readonly Deed[] {
  const last = deeds.findLastIndex((deed) => JSON.stringify(deed) !== JSON.stringify(plain));
  return deeds.slice(0, last + 1);
}
