import { SeededRandom } from '../../support/random';
import { planFaults, planForgetting } from './faults';
import { inBatches, inTwoSteps, planDeploys, planOthers, withOthers } from './others';
import type { Plan } from './plan';
import { planReceivers } from './receivers';
import { planSteps, planTryingAgain } from './steps';
import type { Theme } from './theme';

/** The plan of a seed: the same for ever, as long as this and what it calls stay as they are. */
export function planOf(seed: number): Plan {
  const random = new SeededRandom(seed);
  const theme = themeOf(random);
  const service = random.next() < 0.8 ? 'ESS' : 'CSS';
  const planned = planReceivers(random, theme);
  const others = planOthers(new SeededRandom(seed + 9_000_000), theme);
  const habits = others.length > 0 ? inTwoSteps(new SeededRandom(seed + 10_000_000), planned) : planned;
  const receivers = inBatches(new SeededRandom(seed + 8_000_000), habits);
  return {
    seed,
    service,
    credentials: service === 'ESS' && random.next() < 0.3 ? 'service' : 'user',
    latency: random.pick([
      [1, 5],
      [5, 50],
      [5, 50],
      [100, 400],
      [150, 150],
      [500, 3_000],
    ]),
    journal: random.next() < 0.5,
    receivers,
    ...(others.length > 0 && { others }),
    steps: [
      ...withOthers(
        new SeededRandom(seed + 6_000_000),
        theme,
        others,
        planSteps(random, theme, service, receivers),
      ),
      ...planDeploys(new SeededRandom(seed + 7_000_000), theme, receivers),
      ...planTryingAgain(new SeededRandom(seed + 5_000_000), theme),
    ].sort((one, other) => one.at - other.at),
    faults: [...planForgetting(new SeededRandom(seed + 4_000_000), theme), ...planFaults(random, theme)],
  };
}

function themeOf(random: SeededRandom): Theme {
  const crowd = random.next() < 0.15;
  const count = crowd ? 20 + random.below(40) : 1 + random.below(5);
  const [first, ...rest] = Array.from({ length: count }, (_, index) => `o${index}`);
  return {
    lasts: 10_000 + random.next() * (crowd ? 40_000 : 140_000),
    objects: [first ?? 'o0', ...rest],
    receivers: random.pick([1, 1, 1, 2, 2, 3]),
    faults: random.pick([0, 0.3, 1]),
    restarts: random.pick([0, 0, 0.5, 1]),
    manners: random.pick([0, 0.3, 0.7, 1]),
  };
}
