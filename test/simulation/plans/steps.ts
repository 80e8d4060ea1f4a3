import type { SeededRandom } from '../../support/random';
import type { Death, Plan, ReceiverPlan, Step } from './plan';
import { between, type Theme } from './theme';

export function planSteps(
  random: SeededRandom,
  theme: Theme,
  service: Plan['service'],
  receivers: readonly ReceiverPlan[],
): Step[] {
  const steps = [
    ...planObjects(random, theme),
    ...planOutages(random, theme, service),
    ...planClients(random, theme),
  ];
  for (const { name } of receivers) {
    if (random.next() < 0.15 * theme.restarts) {
      const at = sometime(random, theme);
      if (random.next() < 0.3) steps.push({ does: 'go', receiver: name, at });
      else steps.push({ does: 'leave', receiver: name, lasts: between(random, 100, 10_000), at });
    }
    for (let rings = random.next() < 0.2 ? random.below(20) : 0; rings > 0; rings -= 1) {
      steps.push({ does: 'ring', receiver: name, at: sometime(random, theme) });
    }
  }
  return steps.sort((one, other) => one.at - other.at);
}

function sometime(random: SeededRandom, { lasts }: Theme): number {
  return between(random, 0, lasts);
}

/** What becomes of each object: versions, some of them soon after each other, and other ends. */
function planObjects(random: SeededRandom, theme: Theme): Step[] {
  const steps: Step[] = [];
  for (const object of theme.objects) {
    let at = random.next() < 0.4 ? 0 : sometime(random, theme);
    const consumers = random.next() < 0.8 ? 1 : 2 + random.below(2);
    steps.push({ does: 'publish', object, consumers, arrival: 0, at });
    if (at === 0 && random.next() < 0.3) steps.push({ does: 'mark received', object, at });
    const most = theme.objects.length > 10 ? 2 : 5;
    for (let changes = random.below(most); changes > 0; changes -= 1) {
      at += random.next() < 0.3 ? between(random, 1, 500) : between(random, 1, theme.lasts / 3);
      const arrival = random.next() < 0.6 ? 0 : between(random, 10, 3_000);
      const chance = random.next();
      if (chance < 0.65) steps.push({ does: 'publish', object, consumers, arrival, at });
      else if (chance < 0.75) steps.push({ does: 'describe', object, at });
      else if (chance < 0.85) steps.push({ does: 'delete', object, at });
      else if (chance < 0.92) steps.push({ does: 'consume elsewhere', object, at });
      else steps.push({ does: 'expire', object, at });
    }
  }
  return steps;
}

/** Somebody presses a button, mostly when it is too late for all else. */
export function planTryingAgain(random: SeededRandom, theme: Theme): Step[] {
  if (theme.manners === 0 || random.next() < 0.6) return [];
  return Array.from({ length: 1 + random.below(4) }, () => {
    const at = between(random, 0, 1.5 * theme.lasts);
    return random.next() < 0.5
      ? { does: 'try again', at }
      : { does: 'try again', object: random.pick(theme.objects), at };
  });
}

function planOutages(random: SeededRandom, theme: Theme, service: Plan['service']): Step[] {
  const steps: Step[] = [];
  let at = sometime(random, theme);
  if (service === 'ESS' && random.next() < 0.5 * theme.faults) {
    const lasts = between(random, 500, random.pick([3_000, 15_000, 60_000, 150_000]));
    steps.push({ does: 'lose the cloud', lasts, at });
    at += lasts + 1;
  }
  if (random.next() < 0.4 * theme.restarts) {
    const lasts = between(random, 100, random.pick([1_000, 20_000, 60_000]));
    const forgets = service === 'ESS' && random.next() < 0.4;
    steps.push({ does: 'restart the service', lasts, forgets, at });
  }
  if (random.next() < 0.1)
    steps.push({ does: 'set the clock', by: random.pick([-86_400_000, -5_000, 60_000, 86_400_000]), at });
  return steps;
}

type Restart = Step & { does: 'restart the client' };

export function planClients(random: SeededRandom, theme: Theme): Restart[] {
  const steps: Restart[] = [];
  let at = 0;
  for (let restarts = Math.round(random.next() * 3 * theme.restarts); restarts > 0; restarts -= 1) {
    at += between(random, 12_000, 12_000 + theme.lasts / 2);
    const how = random.pick<Death>(['closed', 'closed', 'killed', 'power cut']);
    const lasts = between(random, 100, 8_000);
    steps.push({ does: 'restart the client', how, lasts, keepsMessages: random.next() < 0.5, at });
    at += lasts;
  }
  return steps;
}
