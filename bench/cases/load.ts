import type { Case } from '../case';

/** Needs `npm run build`. */
export const load: Case = {
  name: 'load',
  about: 'loads all nodes, as Node-RED does, against undici alone',
  contenders: [
    { name: 'undici', program: 'load', task: { modules: ['undici'] } },
    { name: 'ours', program: 'load', task: { nodes: true } },
  ],
  limits: { cpu: 1.2 },
  prepare: async () => ({}),
};
