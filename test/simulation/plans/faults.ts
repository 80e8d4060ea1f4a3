import type { SeededRandom } from '../../support/random';
import type { Fault, Harm, Operation } from './plan';
import { between, type Theme } from './theme';

const brokenCodes = [
  'ECONNRESET',
  'UND_ERR_SOCKET',
  'EPIPE',
  'ECONNREFUSED',
  'EAI_AGAIN',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'CERT_HAS_EXPIRED',
] as const satisfies [string, ...string[]];

const statuses: [number, ...number[]] = [
  400, 401, 403, 403, 408, 409, 413, 418, 424, 429, 429, 431, 500, 500, 501, 502, 503, 503, 504, 507, 599,
  307, 206,
];

const afterEffect: [number, ...number[]] = [500, 500, 502, 504, 504, 507, 599];

const bodies: [HarmOfBody, ...HarmOfBody[]] = [
  'page',
  'nothing',
  'garbage',
  'half',
  'cut',
  'drip',
  'object',
  'text',
  'null entries',
  'bare entries',
  'nameless entries',
];

type HarmOfBody = (Harm & { harm: 'body' })['body'];

export function planFaults(random: SeededRandom, theme: Theme): Fault[] {
  const count = Math.round(random.next() * 8 * theme.faults);
  return Array.from({ length: count }, () => planFault(random, theme)).sort(
    (one, other) => one.from - other.from,
  );
}

/** With chance of its own: plans of before stay as they were. */
export function planForgetting(random: SeededRandom, theme: Theme): Fault[] {
  if (random.next() < 0.8) return [];
  const from = between(random, 0, theme.lasts);
  const times = random.pick([1, 2, 5]);
  return [{ from, until: from + between(random, 1_000, 60_000), times, on: 'mark', harm: 'forgotten' }];
}

function planFault(random: SeededRandom, theme: Theme): Fault {
  const from = between(random, 0, theme.lasts);
  const until = from + between(random, 100, random.pick([2_000, 10_000, 40_000, 120_000]));
  const times = random.pick([1, 1, 1, 2, 5, 1_000]);
  const on = random.pick<Operation | 'all'>([
    'list',
    'list',
    'received list',
    'metadata',
    'mark',
    'mark',
    'mark',
    'all',
  ]);
  return { from, until, times, on, ...planHarm(random, on) };
}

function planHarm(random: SeededRandom, on: Operation | 'all'): Harm {
  const afterwards = random.next() < 0.5;
  const chance = random.next();
  if (chance < 0.25) {
    const code = random.pick(afterwards ? ['ECONNRESET', 'UND_ERR_SOCKET'] : brokenCodes);
    return { harm: 'broken', code, afterwards };
  }
  if (chance < 0.4) return { harm: 'silence', afterwards };
  if (chance < 0.5)
    return { harm: 'delay', by: between(random, 100, random.pick([2_000, 12_000, 40_000])), afterwards };
  if (chance < 0.8) return planStatus(random, afterwards);
  if (on === 'metadata' && chance < 0.87) return { harm: 'not found' };
  if (on === 'metadata' && chance < 0.93) return { harm: 'other version' };
  if (on === 'all' && chance < 0.85) return { harm: 'other kind' };
  return { harm: 'body', body: random.pick(bodies) };
}

function planStatus(random: SeededRandom, afterwards: boolean): Harm {
  if (random.next() < 0.2) return { harm: 'status', status: 404, page: true, afterwards: false };
  // The others are said by somebody who has not done anything.
  const status = random.pick(afterwards ? afterEffect : statuses);
  const page = random.next() < 0.5;
  const retryAfter = status === 429 || status === 503 ? random.below(20) : undefined;
  return { harm: 'status', status, page, afterwards, ...(retryAfter !== undefined && { retryAfter }) };
}
