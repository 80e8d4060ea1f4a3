import type { Case } from '../case';

const objects = 10_000;

export const delivery: Case = {
  name: 'delivery',
  about: `${objects} objects of 1 KiB from the cloud to three edges, fetched and consumed at each`,
  contenders: [{ name: 'ours', program: 'deliver' }],
  limits: { 'figure share with nothing under way': 0.05 },
  rounds: 1,
  long: true,
  prepare: async (stage, share) => ({
    cloud: await stage.cloud(),
    edges: await stage.edges(),
    services: await stage.services(),
    objectType: stage.name('bench'),
    objects: Math.round(objects * share),
    bytes: 1_024,
  }),
};
