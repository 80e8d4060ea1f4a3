import type { SeededRandom } from '../../support/random';
import type { ApplicationPlan, Deed, ReceiverPlan, Step } from './plan';
import { planReceivers } from './receivers';
import { planClients } from './steps';
import { between, type Theme } from './theme';

/** Other applications of the same edge; mostly there are none. */
export function planOthers(random: SeededRandom, theme: Theme): ApplicationPlan[] {
  const count = random.next() < 0.85 ? 0 : random.pick([1, 1, 2]);
  return Array.from({ length: count }, (_, index) => {
    const receivers = planReceivers(random, { ...theme, receivers: random.pick([1, 1, 2]) });
    const ofIt = (receiver: ReceiverPlan): ReceiverPlan => ({
      ...receiver,
      name: `${receiver.name} of application ${index + 2}`,
    });
    return { journal: random.next() < 0.5, receivers: inTwoSteps(random, receivers.map(ofIt)) };
  });
}

/** Each of them has its restarts; what is published is for all to consume, but where somebody did not think of that. */
export function withOthers(
  random: SeededRandom,
  theme: Theme,
  others: readonly ApplicationPlan[],
  steps: readonly Step[],
): Step[] {
  if (others.length === 0) return [...steps];
  const forgetful = new Set(theme.objects.filter(() => random.next() < 0.15));
  const published = steps.map(
    (step): Step =>
      step.does === 'publish' && !forgetful.has(step.object)
        ? { ...step, consumers: others.length + 1 }
        : step,
  );
  const restarts = others.flatMap((_, index) =>
    planClients(random, theme).map((step): Step => ({ ...step, application: index + 1 })),
  );
  return [...published, ...restarts];
}

/** Somebody deploys: receivers go and come again, and perhaps one of several does not. */
export function planDeploys(random: SeededRandom, theme: Theme, receivers: readonly ReceiverPlan[]): Step[] {
  if (receivers.length < 2 || random.next() < 0.6) return [];
  const at = between(random, 0, theme.lasts);
  const { name } = random.pick([receivers[0], ...receivers] as [ReceiverPlan, ...ReceiverPlan[]]);
  const without = random.next() < 0.7 ? { without: name } : {};
  if (random.next() < 0.6) return [{ does: 'deploy', lasts: between(random, 100, 8_000), ...without, at }];
  const how = random.pick<'closed' | 'killed'>(['closed', 'killed']);
  const lasts = between(random, 100, 8_000);
  return [{ does: 'restart the client', how, lasts, keepsMessages: random.next() < 0.5, ...without, at }];
}

/** Some say that they have received what comes, and that they have consumed it only later. */
export function inTwoSteps(random: SeededRandom, receivers: readonly ReceiverPlan[]): ReceiverPlan[] {
  return receivers.map((receiver) => {
    if (random.next() < 0.5) return receiver;
    const deeds = Array.from({ length: 12 }, (_, index): Deed => {
      const before = receiver.deeds[index];
      if (before && random.next() < 0.4) return before;
      const again = between(random, 0, random.pick([10, 5_000, 30_000]));
      return { does: 'receive, then consume', after: between(random, 0, random.pick([0, 3_000])), again };
    });
    return { ...receiver, deeds };
  });
}

/** Some are read in batches, as nodes do. */
export function inBatches(random: SeededRandom, receivers: readonly ReceiverPlan[]): ReceiverPlan[] {
  return receivers.map((receiver) => (random.next() < 0.4 ? { ...receiver, inBatches: true } : receiver));
}
