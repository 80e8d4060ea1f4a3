import type { SeededRandom } from '../../support/random';

/** What a history is about: each has much of some things and little of others, since all of everything hides much. */
export interface Theme {
  /** How long things happen, in ms. */
  lasts: number;
  objects: readonly [string, ...string[]];
  receivers: number;
  /** From 0, none, to 1. */
  faults: number;
  restarts: number;
  /** How far flows are from doing what they should. */
  manners: number;
}

/** Somewhere between two ends, in whole ms. */
export function between(random: SeededRandom, least: number, most: number): number {
  return Math.round(least + random.next() * (most - least));
}
