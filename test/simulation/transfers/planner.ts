import { SeededRandom } from '../../support/random';
import { between } from '../plans/theme';
import { planTransferFaults } from './faults-planner';
import type { Keeping, TransferPlan, TransferStep } from './plan';

/** What a history is about: much of one thing shows more than a little of all. */
type Subject = 'fetch' | 'upload' | 'keep' | 'wait';

/** What is larger than 256 KiB takes two requests; what is larger than 64 KiB has a file of its own in an outbox. */
const sizes = [30, 30, 400, 5_000, 70_000, 270_000] as const satisfies [number, ...number[]];
/** From 2 MiB on a download to a file goes on after a restart. */
const large = 2_150_000;

/** The plan of a seed: the same for ever, as long as this and what it calls stay as they are. */
export function transferPlanOf(seed: number): TransferPlan {
  const random = new SeededRandom(seed + 5_000_000);
  const subjects = subjectsOf(random);
  const lasts = between(random, 10_000, 60_000);
  const store = random.pick<TransferPlan['store']>(['files', 'mongo']);
  const isRough = random.next() < 0.7;
  const actions = subjects.flatMap((subject) => planSubject(random, subject, lasts));
  const disturbances = isRough ? planDisturbances(random, lasts) : [];
  return {
    seed,
    store,
    latency: random.pick([
      [1, 5],
      [5, 50],
      [100, 400],
    ]),
    order: random.pick<TransferPlan['order']>(['latest wins', 'every one']),
    edges: 1 + random.below(2),
    steps: [...actions, ...disturbances].sort((one, other) => one.at - other.at),
    faults: isRough ? planTransferFaults(random, subjects, lasts) : [],
  };
}

function subjectsOf(random: SeededRandom): Subject[] {
  const all: Subject[] = ['fetch', 'upload', 'keep', 'wait'];
  if (random.next() < 0.1) return all;
  return [random.pick<Subject>(['fetch', 'upload', 'keep', 'keep', 'wait'])];
}

/** Each subject has objects of its own: what others do to them would leave open what is right. */
function planSubject(random: SeededRandom, subject: Subject, lasts: number): TransferStep[] {
  const count = 1 + random.below(3);
  const most = random.next() < 0.25 ? large : random.pick(sizes);
  const objects = Array.from({ length: count }, (_, index) => `${subject}${index}`);
  const steps = 4 + random.below(subject === 'keep' ? 30 : 12);
  return objects.flatMap((object) => {
    const actions = Array.from({ length: Math.ceil(steps / count) }, () => {
      // Things that are asked for at once meet each other.
      const at = Math.floor(between(random, 0, lasts) / random.pick([1, 1_000, 5_000])) * 1_000;
      return planAction(random, subject, object, Math.min(at, lasts), most);
    });
    if (subject !== 'fetch' && subject !== 'wait') return actions;
    const amid = actions
      .filter(() => random.next() < 0.3)
      .map(({ at }) => planAmid(random, object, at, most));
    return [...planOthers(random, object, lasts, most), ...amid, ...actions];
  });
}

/** Somebody publishes anew while something is asked of an object, most often data of the same size. */
function planAmid(random: SeededRandom, object: string, from: number, most: number): TransferStep {
  const at = from + between(random, 0, random.pick([20, 300, 2_000]));
  return { at, does: 'publish elsewhere', object, size: random.next() < 0.8 ? most : 400 };
}

function planOthers(random: SeededRandom, object: string, lasts: number, size: number): TransferStep[] {
  const others: TransferStep[] = [{ at: 0, does: 'publish elsewhere', object, size }];
  for (let count = random.below(4); count > 0; count -= 1) {
    const at = between(random, 0, lasts);
    const chance = random.next();
    if (chance < 0.7)
      others.push({ at, does: 'publish elsewhere', object, size: random.next() < 0.5 ? size : 400 });
    else if (chance < 0.85) others.push({ at, does: 'describe elsewhere', object });
    else others.push({ at, does: 'delete elsewhere', object });
  }
  return others;
}

function planAction(
  random: SeededRandom,
  subject: Subject,
  object: string,
  at: number,
  most: number,
): TransferStep {
  const size = random.next() < 0.5 ? most : Math.min(most, random.pick(sizes));
  switch (subject) {
    case 'fetch':
      return {
        at,
        does: 'fetch',
        object,
        to: random.pick<'buffer' | 'file'>(['buffer', 'file']),
        by: random.pick<'metadata' | 'name'>(['metadata', 'name']),
      };
    case 'upload': {
      const chunk = random.next() < 0.5 ? Math.max(20, Math.ceil(size / (1 + random.below(6)))) : 0;
      return {
        at,
        does: 'upload',
        object,
        size,
        as: random.next() < 0.7 ? 'publish' : 'data',
        chunk,
      };
    }
    case 'keep': {
      const what = random.pick<Keeping>([
        'publish',
        'publish',
        'publish',
        'publish inactive',
        'fields',
        'activate',
        'delete',
      ]);
      return { at, does: 'keep', object, what, size };
    }
    case 'wait':
      return {
        at,
        does: 'wait',
        object,
        goal: random.pick<'delivered' | 'consumed'>(['delivered', 'consumed']),
        patience: random.pick([0, 1_000, 10_000, 60_000]),
        by: random.pick<'metadata' | 'name'>(['metadata', 'name']),
      };
  }
}

function planDisturbances(random: SeededRandom, lasts: number): TransferStep[] {
  return Array.from({ length: random.below(4) }, () => {
    const at = between(random, 0, lasts);
    const away = between(random, 500, random.pick([2_000, 10_000, 60_000]));
    const chance = random.next();
    const how = random.pick<'killed' | 'power cut'>(['killed', 'power cut']);
    if (chance < 0.4)
      return { at, does: 'die amid', how, operations: 1 + random.below(60), lasts: away } as const;
    if (chance < 0.6) {
      const death = random.next() < 0.5 ? 'closed' : how;
      return { at, does: 'restart the client', how: death, lasts: away } as const;
    }
    if (chance < 0.75) return { at, does: 'restart the service', lasts: away } as const;
    if (chance < 0.85) return { at, does: 'fill the disk', lasts: away } as const;
    if (chance < 0.95)
      return { at, does: 'break the disk', lasts: away, often: random.pick([2, 20]) } as const;
    return { at, does: 'set the clock', by: random.pick([-3_600_000, 3_600_000]) } as const;
  });
}
