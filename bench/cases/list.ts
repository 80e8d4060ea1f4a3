import type { Case } from '../case';

function listing(name: string, kind: 'same' | 'changing', limits: Case['limits']): Case {
  return {
    name,
    about: `polls a list of 10,000 objects ${kind === 'same' ? 'that does not change' : 'of which one has changed'}, against GET and JSON.parse`,
    contenders: [
      { name: 'GET, JSON.parse', program: 'list-bare' },
      { name: 'ours', program: 'list' },
    ],
    limits,
    quick: { share: 0.25 },
    prepare: async (stage, share) => ({
      edge: await stage.canned(),
      objectType: `${kind}-10000`,
      polls: Math.round(40 * share),
    }),
  };
}

export const list = listing('list', 'same', { cpu: 0.8, 'figure longest': 1.5 });
export const listChanged = listing('list-changed', 'changing', { cpu: 1.7, 'figure longest': 1.5 });

/** Dies where the heap does not suffice. */
export const listLarge: Case = {
  name: 'list-large',
  about: 'polls a list of 50,000 objects with 96 MiB of heap',
  contenders: [{ name: 'ours', program: 'list', options: ['--max-old-space-size=96'] }],
  limits: {},
  prepare: async (stage) => ({ edge: await stage.canned(), objectType: 'same-50000', polls: 5 }),
};
