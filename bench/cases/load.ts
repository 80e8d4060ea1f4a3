import type { Case } from '../case';

/** Needs `npm run build`. */
export const load: Case = {
  name: 'load',
  about: 'loads all nodes, as Node-RED does, and makes a client of a service, against undici alone',
  contenders: [
    { name: 'undici', program: 'load', task: { modules: ['undici'] } },
    { name: 'ours', program: 'load', task: { nodes: true } },
    { name: 'ours, with a client', program: 'load', task: { nodes: true, client: true } },
  ],
  limits: { cpu: 1.2 },
  prepare: async () => ({}),
};
