import type { Case } from '../case';

/** Needs `npm run build`. The nodes load undici when the first of them connects. */
export const load: Case = {
  name: 'load',
  about: 'loads all nodes, as Node-RED does, alone and with undici, against undici alone',
  contenders: [
    { name: 'undici', program: 'load', task: { modules: ['undici'] } },
    { name: 'ours', program: 'load', task: { nodes: true } },
    { name: 'ours, with undici', program: 'load', task: { nodes: true, modules: ['undici'] } },
  ],
  limits: { cpu: 1.2 },
  prepare: async () => ({}),
};
