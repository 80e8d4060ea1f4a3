import type { Case } from '../case';

const consumed = 5_000;

export const localIdle: Case = {
  name: 'local-idle',
  about: `the local service with ${consumed} consumed objects: ms of CPU a second above one with none`,
  contenders: [
    { name: 'nothing in it', program: 'local-idle', task: { consumed: 0 } },
    { name: 'ours', program: 'local-idle', task: { consumed } },
  ],
  limits: { added: 9 },
  prepare: async () => ({ seconds: 20 }),
};
