import type { Case } from '../case';

const types = 50;
const listed = 2_000;
const minutes = 10;

export const scale: Case = {
  name: 'scale',
  about: `${types} types with ${types * listed} listed objects among them, and 1,000 publishes a second for ${minutes} minutes`,
  contenders: [{ name: 'ours', program: 'scale' }],
  limits: { 'figure growth': 1.1 },
  rounds: 1,
  long: true,
  prepare: async (stage, share) => ({
    edge: await stage.canned(),
    types: Array.from({ length: types }, (_, index) => `same-${listed}-${index}`),
    perSecond: 1_000,
    seconds: minutes * 60 * share,
  }),
};
