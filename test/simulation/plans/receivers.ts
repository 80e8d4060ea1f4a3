import type { SeededRandom } from '../../support/random';
import type { Deed, LastWord, ReceiverPlan } from './plan';
import { between, type Theme } from './theme';

export function planReceivers(random: SeededRandom, theme: Theme): ReceiverPlan[] {
  const interval = random.pick([1_000, 2_000, 5_000, 5_000, 10_000]);
  return Array.from({ length: theme.receivers }, (_, index) => {
    const redeliverAfter = random.pick([15_000, 30_000, 60_000]);
    return {
      name: `receiver ${index + 1}`,
      joins: index === 0 || random.next() < 0.7 ? 0 : between(random, 0, theme.lasts),
      interval: random.next() < 0.8 ? interval : 2 * interval,
      window: random.pick([1, 2, 4, 8, 32]),
      redeliverAfter,
      maxAttempts: random.pick([1, 2, 3, 5]),
      includeReceived: random.next() < 0.8,
      observes: index > 0 && random.next() < 0.2,
      refuses: random.next() < 0.15 ? theme.objects.filter(() => random.next() < 0.4) : [],
      deeds: planDeeds(random, theme, redeliverAfter),
    };
  });
}

type Kind = Deed['does'];

const kinds: readonly [Kind, ...Kind[]] = [
  'nothing',
  'receive',
  'consume twice',
  'receive, then consume',
  'fail',
  'fail',
  'give back',
  'reject',
  'work on',
  'rename',
  'round',
  'scribble',
  'consume any version',
];

/** A flow has a few habits, not all of them. */
function planDeeds(random: SeededRandom, theme: Theme, redeliverAfter: number): Deed[] {
  const habits = Array.from({ length: 1 + random.below(3) }, () => random.pick(kinds));
  const others = theme.receivers > 1 ? [] : (['drop delivery'] as const);
  const length = Math.min(40, random.below(4 + 2 * theme.objects.length));
  return Array.from({ length }, () => {
    const strange = random.next() < theme.manners;
    const habit = random.next() < 0.9 ? random.below(habits.length) : undefined;
    const kind = habit === undefined ? (others[0] ?? 'consume') : (habits[habit] ?? 'consume');
    return planDeed(random, strange ? kind : 'consume', redeliverAfter);
  });
}

function planDeed(random: SeededRandom, does: Kind, redeliverAfter: number): Deed {
  const most = random.pick([0, 500, 3_000, 3_000, redeliverAfter / 2, 2.5 * redeliverAfter]);
  const after = between(random, 0, most);
  switch (does) {
    case 'consume twice':
    case 'receive, then consume':
      return { does, after, again: between(random, 0, random.pick([10, 2_000, 2 * redeliverAfter])) };
    case 'give back':
      return { does, after, again: between(random, 100, 20_000) };
    case 'fail': {
      const cause = random.pick<'data' | 'line'>(['data', 'line']);
      return random.next() < 0.5
        ? { does, after, cause }
        : { does, after, cause, afterwards: planLastWord(random) };
    }
    case 'work on':
      return { does, after, every: between(random, 1_000, redeliverAfter * 0.9) };
    default:
      return { does, after };
  }
}

function planLastWord(random: SeededRandom): LastWord & { after: number } {
  const after = between(random, 0, random.pick([0, 1_000, 15_000]));
  const does = random.pick<LastWord['does']>(['consume', 'consume', 'receive', 'give back', 'reject']);
  return does === 'give back' ? { does, after, again: between(random, 100, 20_000) } : { does, after };
}
