import type { Case } from '../case';
import { idleFlow } from './idle';

/** How cost grows: the same work at three sizes, each compared with the smallest. */

export const growthOfList: Case = {
  name: 'growth-list',
  about: 'polls lists of 1,000, 10,000 and 50,000 objects that do not change: CPU of 20 polls',
  contenders: [1_000, 10_000, 50_000].map((objects) => ({
    name: `${objects} objects`,
    program: 'list',
    task: { objectType: `same-${objects}` },
  })),
  limits: {},
  rounds: 3,
  long: true,
  prepare: async (stage) => ({ edge: await stage.canned(), polls: 20 }),
};

export const growthOfSize: Case = {
  name: 'growth-size',
  about: 'fetches 500 objects of 1 KiB, 64 KiB and 1 MiB into memory',
  contenders: [1, 64, 1_024].map((kibibytes) => ({
    name: `${kibibytes} KiB`,
    program: 'fetch',
    task: { bytes: kibibytes * 1_024 },
  })),
  limits: {},
  rounds: 3,
  long: true,
  prepare: async (stage) => ({ edge: await stage.canned(), count: 500 }),
};

/** Needs `npm run build`. What a single node adds is less than what Node-RED's own idling differs by. */
export const growthOfNodes: Case = {
  name: 'growth-nodes',
  about: '20, 100 and 400 idle sync-in nodes of as many types: ms of CPU a second above Node-RED alone',
  contenders: [0, 20, 100, 400].map((nodes) => ({
    name: `${nodes} nodes`,
    program: 'node-red',
    task: { nodes },
  })),
  limits: { added: 60 },
  rounds: 3,
  long: true,
  prepare: async (stage) => ({
    flows: await idleFlow(stage, 400, (index) => `live-0-${index}`),
    seconds: 30,
  }),
};
