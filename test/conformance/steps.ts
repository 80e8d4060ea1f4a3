import type { KeyPair } from '../../src/local-service';
import { until } from '../support/until';
import type { Recording } from './records';
import type { World } from './world';

/** What happened between two recorded requests, and why it has to happen in a replay too. */
export interface Step {
  before: number;
  why: string;
  run(world: World): Promise<void> | void;
}

const toEdge1 = { destinationType: 'gateway', destinationID: 'edge1' };
const organization = 'myorg';
/** The keys that the services were set up with for a while; the names tell the roles. */
const keys: KeyPair[] = [
  { key: 'rootkey', secret: 'rootsecret', role: 'syncAdmin', organization: '', name: 'rootkey' },
  { key: 'adminkey', secret: 'adminsecret', role: 'admin', organization, name: 'adminkey' },
  { key: 'userkey', secret: 'usersecret', role: 'user', organization, name: 'userkey' },
  { key: 'svckey', secret: 'svcsecret', role: 'service', organization, name: 'myorg/1.0.0/svc' },
  { key: 'edge1key', secret: 'edge1secret', role: 'edge', organization, name: 'gateway/edge1' },
];

const hold = (world: World): void => {
  world.fetching = false;
};
const release = (world: World): void => {
  world.fetching = true;
};

/** A passing state is in the records: the edges must not fetch before it was asked for. */
function passing(from: number, to = from): Step[] {
  return [
    { before: from, why: 'the record shows a state that passes', run: hold },
    { before: to + 1, why: 'the state may pass', run: release },
  ];
}

/** Between the records of `recordings.jsonl`. */
const steps: Step[] = [
  {
    before: 0,
    why: 'the first part was recorded from this time on, at first without edges',
    run: (world) => world.start('2026-11-23T21:55:14Z', { edges: false }),
  },
  { before: 140, why: 'two edges had registered', run: (world) => world.addEdges() },
  ...passing(145, 281),
  ...passing(315, 316),
  {
    before: 317,
    why: 'everything was wiped, and the second part begins at this time',
    run: (world) => world.start('2026-11-23T21:59:21Z'),
  },
  ...passing(341),
  ...passing(379),
  // The cloud forgets what was deleted once its edges have looked at it.
  ...passing(385, 392),
  ...passing(407, 409),
  {
    before: 415,
    why: 'made without a record',
    run: (world) => world.put('css', 'c2/two', { ...toEdge1, consumers: 2 }, 'x'),
  },
  {
    before: 416,
    why: 'made without a record, for all edges',
    run: (world) => world.put('css', 'c3/bc', {}, 'x'),
  },
  { before: 468, why: 'made without a record', run: (world) => world.put('ess', 'u1/e3', {}) },
  {
    before: 498,
    why: 'made without a record',
    run: (world) => world.put('css', 'w1/b', toEdge1, 'x'),
  },
  {
    before: 609,
    why: 'made without a record; then the cloud was away',
    async run(world) {
      for (const id of ['a', 'b', 'c']) await world.put('css', `dn/${id}`, toEdge1, 'x');
      world.fetch();
      await world.service.cloud.stop();
    },
  },
  {
    before: 616,
    why: 'consumed was sent before, and was answered when the cloud was back',
    async run(world) {
      world.begin(619);
      await until('the edge has taken it', () => world.edge1.updates('myorg', 'dn', false).length === 1);
    },
  },
  { before: 619, why: 'the cloud was back', run: (world) => world.service.cloud.start() },
  {
    before: 624,
    why: 'the edge was away when this was made, without a record',
    async run(world) {
      hold(world);
      await world.edge1.stop();
      await world.put('css', 'ed/a', toEdge1, 'x');
    },
  },
  {
    before: 627,
    why: 'the edge was back',
    async run(world) {
      await world.edge1.start();
      release(world);
    },
  },
  {
    before: 641,
    why: 'all were restarted with keys and secrets',
    run: (world) => world.start('2026-11-23T22:06:00Z', { keys }),
  },
  {
    before: 658,
    why: 'all were restarted with the users of the development mode',
    run: (world) => world.start('2026-11-23T22:07:00Z'),
  },
  {
    before: 666,
    why: 'the edges had been refused since their organization was deleted, until they were restarted',
    async run(world) {
      for (const edge of world.service.edges) {
        await edge.stop();
        await edge.start();
        await until('it has registered', () => world.service.cloud.knows(edge));
      }
    },
  },
  {
    before: 674,
    why: 'five versions in a burst, without a record',
    async run(world) {
      for (const version of [0, 1, 2, 3, 4]) {
        await world.put('css', 'bu/a', { ...toEdge1, version: `v${version}` }, `d${version}`);
      }
    },
  },
];

/** Brings a world to where it was when the real service was asked for a record. */
export type Between = (world: World, recording: Recording) => Promise<void>;

/** What happened between the records of a file, by the rule under which it was made. */
export function betweenThoseOf([first]: readonly Recording[]): Between {
  return first?.name === 'health.css' ? bySteps() : byPolls();
}

function bySteps(): Between {
  const due = [...steps];
  return async (world, { index }) => {
    while (due[0] && due[0].before <= index) await due.shift()?.run(world);
    if (world.fetching) world.fetch();
  };
}

/**
 * From a fresh start with both edges, in one go: edges had fetched all that was for them, but those that are named, which
 * had until the first record that names them.
 */
function byPolls(): Between {
  let started = false;
  let held: readonly string[] = [];
  return async (world, { unpolled = [] }) => {
    if (!started) await world.start('2026-11-25T14:06:00Z');
    started = true;
    world.fetch(held.filter((edge) => unpolled.includes(edge)));
    held = unpolled;
  };
}
