/**
 * Where chance comes from: how long a pause is, what a temporary file is called. Never for secrets, which come from
 * `node:crypto`: a test repeats what this gives.
 */
export interface Random {
  /** From 0 up to, but not including, 1. */
  next(): number;
}

export const systemRandom: Random = { next: () => Math.random() };

/** A name that nobody else has: 26 letters and digits. */
export function uniqueName(random: Random): string {
  return Array.from({ length: 26 }, () => Math.floor(random.next() * 36).toString(36)).join('');
}
