import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import helper from 'node-red-node-test-helper';
import { LastingWindow } from '../../nodes/sync-in/lasting-window';
import { States } from '../../nodes/sync-in/states';
import type { ReceiverState } from '../../src/client';
import { stringifyExactJson } from '../../src/protocol/exact-json';
import { flowOf, run, withNodeRed } from '../support/flow';
import { ManualClock } from '../support/manual-clock';
import { metadataOf } from '../support/metadata';
import { edgeNode } from '../support/service-nodes';
import { until } from '../support/until';

const patience = 60_000;

interface Entry {
  id?: string;
  level: number;
  msg: unknown;
}

describe('the log, of a window that is full,', () => {
  const logging = () => {
    const [clock, lines, states] = [new ManualClock(), [] as string[], new States()];
    const say = (line: string): void => void lines.push(line);
    const window = new LastingWindow(clock, { log: say, warn: say } as never);
    const tell = (phase: ReceiverState['phase'], objectType = 't', inFlight = 2): void => {
      const told = { phase, inFlight, acknowledging: 0, exhausted: 0 };
      states.set(objectType, told);
      window.states(states);
    };
    return { clock, lines, tell, window };
  };

  it('has one line when that lasts, and one when it is over', async () => {
    const { clock, lines, tell } = logging();
    for (let poll = 0; poll < 1_000; poll += 1) {
      tell('full');
      await clock.advance(5_000);
    }
    tell('backing-off');
    tell('full');
    await clock.advance(120_000);
    assert.deepEqual(lines, ['2 objects are in the flow and not consumed: nothing new comes until they are']);
    tell('connected');
    tell('connected');
    assert.deepEqual(lines.slice(1), ['The flow consumes again']);
  });

  it('counts on while that of one object type is full, whatever those of others are', async () => {
    const { clock, lines, tell } = logging();
    tell('full', 'a');
    await clock.advance(59_000);
    tell('full', 'b');
    tell('connected', 'a');
    await clock.advance(1_000);
    assert.equal(lines.length, 1);
    tell('connected', 'b');
    assert.deepEqual(lines.slice(1), ['The flow consumes again']);
  });

  it('counts the objects of one that is full still', async () => {
    const { clock, lines, tell } = logging();
    tell('full', 'a', 32);
    tell('full', 'b', 5);
    tell('connected', 'b');
    await clock.advance(60_000);
    assert.match(lines.join(), /^32 objects/);
  });

  it('has none where the flow is at work, or the node closes', async () => {
    const { clock, lines, tell, window } = logging();
    for (let poll = 0; poll < 100; poll += 1) {
      tell('full');
      await clock.advance(50_000);
      tell('connected');
    }
    tell('full');
    window.close();
    await clock.advance(120_000);
    assert.deepEqual(lines, []);
    assert.equal(clock.waiting, 0);
  });
});

describe('the log of a connection and its sync-in nodes', function () {
  this.timeout(150_000);
  let server: Server;
  let fails: boolean;
  let polls: Map<string, number>;
  withNodeRed();
  beforeEach(async () => {
    [fails, polls] = [false, new Map()];
    server = createServer((request, response) => {
      if (request.url === '/api/v1/health') response.end('{"general":{"nodeType":"ESS"}}');
      else if (request.method === 'PUT') response.writeHead(400).end('no hooks here');
      else {
        const [objectType = ''] = /[^/]+$/.exec((request.url ?? '').replace(/\?.*/, '')) ?? [];
        polls.set(objectType, (polls.get(objectType) ?? 0) + 1);
        if (fails) response.writeHead(500).end('on fire');
        else response.end(stringifyExactJson([metadataOf({ objectType, objectID: 'o' })]));
      }
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const start = (...receivers: object[]): Promise<void> => {
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return run(
      [
        edgeNode(address),
        ...receivers.map((fields, index) => ({
          id: index === 0 ? 'in' : `in ${index}`,
          type: 'sync-in',
          z: 'tab',
          service: 'ess',
          objectTypes: 't',
          interval: '0.02',
          ...fields,
        })),
      ],
      flowOf('unused'),
    );
  };
  /** What the connection and its nodes have logged, by its level. */
  const entries = (): Entry[] =>
    helper
      .log()
      .args.map(([entry]) => entry as Entry)
      .filter(({ id }) => id === 'ess' || id?.startsWith('in'));
  const lines = (): string[] =>
    entries().map(({ level, msg }) => `${level} ${msg instanceof Error ? msg.message : String(msg)}`);

  const tellers = (): (string | undefined)[] => entries().map(({ id }) => id);
  /** How often each object type was listed. */
  const asked = (objectType: string): number => polls.get(objectType) ?? 0;

  it('has an outage once with its reason, and its end, however many nodes polled, and how often', async () => {
    await start({}, { objectTypes: 'u' }, { objectTypes: 'v' });
    const types = ['t', 'u', 'v'];
    await until('all poll', () => types.every((type) => asked(type) > 2), patience);
    fails = true;
    await until('it is told', () => lines().length > 0, patience);
    const before = types.map(asked);
    await until(
      'all were asked again and again',
      () => types.every((type, index) => asked(type) > (before[index] ?? 0) + 2),
      patience,
    );
    assert.equal(lines().length, 1);
    assert.match(lines()[0] ?? '', /^20 .*was answered with 500: on fire$/);
    fails = false;
    await until('its end is told', () => lines().length > 1, patience);
    const after = types.map(asked);
    await until(
      'all are answered',
      () => types.every((type, index) => asked(type) > (after[index] ?? 0) + 2),
      patience,
    );
    assert.deepEqual(lines().slice(1), ['40 The service answers again']);
    assert.deepEqual(new Set(tellers()), new Set(['ess']));
  });

  it('has an object that is given up once, and a webhook that is refused', async () => {
    const webhook = { trigger: 'webhook', baseURL: 'http://127.0.0.1:1880' };
    await start({ redeliverAfter: '0.02', maxAttempts: '2', ...webhook });
    await until('both are told', () => lines().length > 1, patience);
    const before = asked('t');
    await until('it was asked again and again', () => asked('t') > before + 20, patience);
    const told = lines().sort();
    assert.equal(told.length, 2, told.join('\n'));
    assert.match(
      told[0] ?? '',
      /^30 The webhook does not work, so the service is only polled: .*no hooks here/,
    );
    assert.match(told[1] ?? '', /^30 t\/o is given up after 2 attempts: it rests until it changes/);
  });
});
