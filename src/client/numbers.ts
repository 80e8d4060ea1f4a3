import { invalidArgument } from './errors';

/** What a number that is given may be: 1e-300 is above 0, and no interval that anybody means. */
interface Rule {
  readonly least: number;
  readonly isWhole?: true;
  readonly said: string;
}

const rules = {
  /** In ms. */
  duration: { least: 1, said: 'a number of milliseconds, 1 at least' },
  /** In ms, or none. */
  pause: { least: 0, said: 'a number of milliseconds, 0 at least' },
  bytes: { least: 1, said: 'a number of bytes, 1 at least' },
  wholeBytes: { least: 1, isWhole: true, said: 'a whole number of bytes, 1 at least' },
  /** Of what may be empty. */
  size: { least: 0, isWhole: true, said: 'a whole number of bytes, 0 at least' },
  /** What may hold nothing. */
  limit: { least: 0, said: 'a number of bytes, 0 at least' },
  /** A part of one is one: see `wholeCount`. */
  count: { least: Number.MIN_VALUE, said: 'a number above 0' },
  rate: { least: 0.001, said: 'a number a second, 0.001 at least' },
  seconds: { least: 0, isWhole: true, said: 'a whole number of seconds, 0 at least' },
} as const satisfies Record<string, Rule>;

/**
 * Refuses numbers that cannot be meant, by their names; what was not given is no mistake. Infinity is no limit, where no whole number
 * is wanted.
 *
 * @throws SyncServiceError SYNC_INVALID_ARGUMENT.
 */
export function checkNumbers(kind: keyof typeof rules, given: Readonly<Record<string, unknown>>): void {
  const { isWhole, least, said }: Rule = rules[kind];
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined) continue;
    const isOne = typeof value === 'number' && value >= least && (!isWhole || Number.isSafeInteger(value));
    if (!isOne) throw invalidArgument(`${name} must be ${said}`);
  }
}

/** A count as it is gone by: where a part of one may be begun, one may. */
export function wholeCount(count: number): number {
  return Math.ceil(count);
}
