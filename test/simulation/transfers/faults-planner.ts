import type { SeededRandom } from '../../support/random';
import { between } from '../plans/theme';
import type { TransferFault, TransferHarm, TransferOperation } from './plan';

/** What each subject asks. */
const asked: Readonly<Record<string, readonly [TransferOperation, ...TransferOperation[]]>> = {
  fetch: ['data', 'data', 'data', 'range', 'metadata'],
  upload: ['publish', 'upload', 'upload', 'chunk', 'chunk', 'metadata', 'status'],
  keep: ['publish', 'publish', 'upload', 'activate', 'delete', 'metadata', 'health'],
  wait: ['destinations', 'destinations', 'metadata'],
};

/** Statuses of something between, or of a service in trouble: none says that it will never be. */
const passing = [408, 429, 500, 502, 503, 504, 507] as const satisfies [number, ...number[]];

export function planTransferFaults(
  random: SeededRandom,
  subjects: readonly string[],
  lasts: number,
): TransferFault[] {
  return Array.from({ length: random.below(7) }, () => {
    const from = between(random, 0, lasts);
    const until = from + between(random, 100, random.pick([2_000, 10_000, 40_000]));
    const times = random.pick([1, 1, 2, 5, 1_000]);
    const operations = asked[subjects[random.below(subjects.length)] ?? ''] ?? ['data'];
    const on: TransferFault['on'] = random.next() < 0.2 ? 'all' : random.pick(operations);
    return { from, until, times, on, ...planHarm(random, on) };
  }).sort((one, other) => one.from - other.from);
}

function planHarm(random: SeededRandom, on: TransferOperation | 'all'): TransferHarm {
  const afterwards = random.next() < 0.5;
  const chance = random.next();
  if (chance < 0.2) return { harm: 'broken', afterwards };
  if (chance < 0.3) return { harm: 'silence', afterwards };
  if (chance < 0.4)
    return { harm: 'delay', by: between(random, 100, random.pick([2_000, 12_000])), afterwards };
  if (chance < 0.6)
    return { harm: 'status', status: random.pick(passing), page: random.next() < 0.5, afterwards };
  // That it is not there is said only where metadata says so, too: that one tells the truth.
  if ((on === 'data' || on === 'destinations') && chance < 0.65) return { harm: 'not found' };
  if ((on === 'data' || on === 'range') && chance < 0.75) return { harm: 'short', at: random.next() };
  if (on === 'data' && chance < 0.85) return { harm: 'more' };
  return { harm: 'cut', at: random.next() };
}
