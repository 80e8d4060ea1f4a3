import type { Case } from '../case';

const objects = 6_000;

/** With the smallest window as the peer of the others: what an object costs must not grow with it. */
export const window: Case = {
  name: 'window',
  about: `receives ${objects} objects without their data, with windows of 32, 1,000 and 5,000`,
  contenders: [32, 1_000, 5_000].map((each) => ({
    name: each === 32 ? 'window 32' : `ours, window ${each}`,
    program: 'window',
    task: { window: each },
  })),
  limits: { cpu: 1.2 },
  prepare: async (stage) => ({
    edge: await stage.canned(),
    objectType: stage.name(`live-${objects}`),
    warmType: stage.name('live-2000'),
    objects,
  }),
};
