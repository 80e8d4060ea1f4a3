import type { Case } from '../case';

/** A garbage collection more or less, and what a program learns about itself, is a byte or two for each request. */
const noise = 4;

export const heap: Case = {
  name: 'heap',
  about: 'bytes of heap that each of 200,000 requests leaves',
  contenders: [{ name: 'ours', program: 'heap' }],
  limits: { 'figure kept': noise },
  // What a program learns about itself weighs more where there are few requests.
  quick: { share: 0.2, limits: { 'figure kept': 16 } },
  rounds: 1,
  prepare: async (stage, share) => ({ edge: await stage.canned(), requests: 200_000 * share }),
};
