import assert from 'node:assert/strict';
import { mock } from 'node:test';
import type { Node, NodeMessageInFlow } from 'node-red';
import helper from 'node-red-node-test-helper';
import { systemClock } from '../../src/system/clock';
import { flowOf, give, nodes, wholeFlow } from '../support/flow';
import { SeededRandom } from '../support/random';
import { cloudNode, edgeNode } from '../support/service-nodes';
import { until } from '../support/until';
import { data, HostileService, object } from './hostile-service';
import { MessageEnds } from './message-ends';
import { type Mode, modes } from './modes';
import { isWhole } from './whole';

/** The clock of all nodes is so many times as fast: their half minutes are over in less than a second. */
const hurry = 50;
/** In ms: no message takes so long with that clock, on any machine. */
const bound = 120_000;
const secret = 'MARKED-s3cret';
/** Nodes read a list up to a gibibyte: of these many at once take minutes. The client is tried with them, with less. */
const floods = ['blanks without end', 'an entry without end'];
const short = modes.filter(({ name }) => !floods.includes(name));

const typed = { objectTypeType: 'str', objectIDType: 'str', dataType: 'msg' };
const toAll = { action: 'publish', data: 'payload', destination: 'all' };
const queried = [
  'metadata',
  'status',
  'destinations',
  'updates',
  'all',
  'list',
  'types',
  'registered',
  'health',
];
const place = { z: 'tab', wires: [[]] };
const asks = [
  ...queried.map((query) => ({ id: query, type: 'sync-query', service: 'css', query })),
  { id: 'edge-updates', type: 'sync-query', service: 'ess', query: 'updates' },
  { id: 'out', type: 'sync-out', service: 'css', ...toAll },
  { id: 'out-delivered', type: 'sync-out', service: 'css', ...toAll, waitFor: 'delivered' },
  { id: 'delete', type: 'sync-out', service: 'css', action: 'delete' },
  { id: 'lone-fetch', type: 'sync-fetch', service: 'ess', output: 'buffer' },
  { id: 'lone-json', type: 'sync-fetch', service: 'css', output: 'json' },
  { id: 'lone-consume', type: 'sync-consume', service: 'ess' },
].map((node) => ({ ...place, ...object, ...typed, ...node }));
const receiving = [
  { id: 'in', type: 'sync-in', service: 'ess', objectTypes: object.objectType, objectTypesType: 'str' },
  { id: 'fetch', type: 'sync-fetch', service: 'ess', output: 'buffer', wires: [['consume', 'fetched']] },
  { id: 'consume', type: 'sync-consume', service: 'ess', wires: [['consumed']] },
].map((node) => ({ z: 'tab', wires: [['fetch'], ['consume'], []], interval: '1', ...node }));

describe('hostile services behind a flow', function () {
  this.timeout(1_800_000);
  const unheard: string[] = [];
  const hear = (thrown: unknown): number => unheard.push(String((thrown as Error)?.stack ?? thrown));
  let css: HostileService;
  let ess: HostileService;
  let ends: MessageEnds;
  /** Versions that have been consumed, with the data that they had. */
  const consumed = new Map<string, unknown>();

  before(async () => {
    const { after: later, elapsed } = systemClock;
    mock.method(systemClock, 'elapsed', () => elapsed() * hurry);
    mock.method(systemClock, 'after', (...[delay, ...others]: Parameters<typeof later>) =>
      later(delay / hurry, ...others),
    );
    helper.startServer();
    process.on('unhandledRejection', hear);
    css = await HostileService.start('CSS');
    ess = await HostileService.start('ESS');
    const asked = [...asks, ...receiving].map(({ id }) => id);
    ends = new MessageEnds(new Set(asked.filter((id) => id !== 'in')));
    const services = [cloudNode(css.address), edgeNode(ess.address)];
    const keys = { key: 'admin@demo', secret };
    const caught = { id: 'catch', type: 'catch', z: 'tab', scope: null, wires: [[]] };
    const flow = wholeFlow(services, receiving, asks, flowOf('fetched', 'consumed'), [caught]);
    await helper.load(nodes, flow, { css: keys, ess: keys });
    (helper.getNode('consumed') as unknown as Node).on('input', (message) => {
      const { object: of, payload } = message as NodeMessageInFlow & { object: { instanceID: string } };
      consumed.set(of.instanceID, payload);
    });
  });
  after(async () => {
    await helper.unload();
    ends.close();
    await Promise.all([css.close(), ess.close()]);
    helper.stopServer();
    process.off('unhandledRejection', hear);
    mock.restoreAll();
  });

  /** Who consumes by itself would take from sync-in what it has to hand out: of that it says another type. */
  const tell = (id: string): void => {
    const told = id === 'lone-consume' ? { ...object, objectType: 'alone' } : object;
    give(id, { payload: 'good', object: told });
  };
  const ask = (): void => {
    for (const { id } of asks) tell(id);
  };

  /** The service is good again: everything that a flow does with it goes well, at the latest when tried again. */
  async function isGoodAgain(after: string): Promise<void> {
    css.mode = undefined;
    ess.mode = undefined;
    ess.version += 1n;
    css.version += 1n;
    const version = String(1_795_470_914_231_361_000n + ess.version);
    const payload = await until(
      `the new version is consumed after ${after}`,
      () => consumed.get(version),
      bound,
    );
    assert.deepEqual(payload, data, after);
    for (const { id } of asks) {
      // Each is given anew until one goes well.
      await until(
        `${id} goes well after ${after}`,
        () => {
          const last = ends.lastOf(id);
          const isWell = last?.code === undefined || last.code === 'SYNC_NOT_JSON';
          if (last && !isWell) tell(id);
          return last && isWell;
        },
        bound,
      );
    }
  }

  it('of any kind: each message ends, well or with a typed failure, and all goes on once the service is good', async () => {
    const seed = Number(process.env.EDGE_SYNC_SEED ?? 1);
    const random = new SeededRandom(seed);
    const tried = isWhole ? short : Array.from({ length: 10 }, () => random.pick(short as [Mode]));
    ask();
    await isGoodAgain('the start');
    for (const mode of tried) {
      css.mode = mode;
      ess.mode = mode;
      ess.version += 1n;
      ask();
      // Who consumes waits for a service that is away.
      const isEnded = (): boolean => ends.open.every((id) => id.endsWith('consume'));
      await until(`all ends with ${mode.name}`, isEnded, bound).catch((error: Error) => {
        throw new Error(`${error.message}: ${ends.open.join()}`);
      });
      await isGoodAgain(mode.name);
    }
    await until('all has ended', () => ends.open.length === 0, bound);
    const codes: Record<string, number> = {};
    for (const { code, node, text } of ends.ends) {
      const how = code === undefined ? 'well' : String(code);
      codes[how] = (codes[how] ?? 0) + 1;
      assert.match(how, /^(well|SYNC_[A-Z_]+)$/, `${node}: ${String(text)}`);
      assert.notEqual(how, 'SYNC_NODE_ERROR', `${node}: ${String(text)}`);
      assert.ok(!String(text).includes(secret), String(text));
    }
    console.log(
      `      EDGE_SYNC_SEED=${seed}: ${tried.length} of ${short.length} modes, ${ends.ends.length} messages: ${JSON.stringify(codes)}`,
    );
    assert.deepEqual([unheard, ends.surplus], [[], []]);
  });
});
