import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { Node, NodeAPI } from 'node-red';
import { AbsentService } from '../../nodes/common/failure';
import { construct } from '../../nodes/common/input';
import { sharedText } from '../../nodes/common/text';
import {
  deploy,
  flowOf,
  give,
  next,
  receivingFlow,
  run,
  sendingFlow,
  services,
  statusesOf,
  wholeFlow,
  withNodeRed,
} from '../support/flow';
import { translate } from '../support/texts';
import { until } from '../support/until';

const { events } = require('node-red') as { events: EventEmitter };

const asking = { z: 'tab', service: 'css' };
const flow = [
  ...sendingFlow({ waitFor: 'consumed' }),
  ...receivingFlow(),
  { ...asking, id: 'query', type: 'sync-query', query: 'types', wires: [['asked']] },
  { ...asking, id: 'admin', type: 'sync-admin', action: 'organizations', wires: [['asked']] },
  ...flowOf('asked'),
];
const whole = wholeFlow(services, flow);
const without = wholeFlow(flow);

/** The status that a node shows last. */
function lastStatusOf(id: string): () => string {
  const shown = statusesOf(id);
  return () => String(shown.at(-1)?.text ?? '');
}

describe('what is wrong with a node', () => {
  withNodeRed();

  it('does not stand in its status any more once that is mended and deployed, before it has anything else to say', async () => {
    const wrong = flow.map((node) => ('service' in node ? { ...node, service: '' } : node));
    await run(services, wrong);
    const shown = ['in', 'fetch', 'consume', 'out', 'query', 'admin'].map(statusesOf);
    await deploy(whole, 'nodes');
    assert.deepEqual(
      shown.map((statuses) => statuses.at(-1)),
      shown.map(() => ({})),
    );
  });
});

/** Node-RED starts nodes again whose config node has gone or changed, but none whose config node has come. */
describe('a sync-service that was deleted and comes back with a deploy of modified nodes', () => {
  withNodeRed();

  it('is used by all nodes that name it, without another deploy', async () => {
    await run(services, flow);
    await deploy(without, 'nodes');
    const caught = next('caught');
    give('out', { payload: 'hello' });
    assert.match(String(((await caught).error as { message: string }).message), /is gone: choose another/);
    const received = lastStatusOf('in');
    await deploy(whole, 'nodes');
    const [sent, consumed] = [next('sent'), next('consumed')];
    give('out', { payload: 'hello' });
    assert.equal((await consumed).outcome, 'consumed');
    assert.equal((await sent).outcome, 'consumed');
    await until('sync-in says so', () => received().endsWith('connected'));
    for (const id of ['query', 'admin']) {
      const asked = next('asked');
      give(id, {});
      assert.ok(Array.isArray((await asked).payload), id);
    }
  });

  it('has no node say that it is gone any more, also one that has nothing else to say', async () => {
    await run(services, flow);
    await deploy(without, 'nodes');
    const shown = ['fetch', 'consume', 'query', 'admin'].map(statusesOf);
    await deploy(whole, 'nodes');
    assert.deepEqual(shown, [[{}], [{}], [{}], [{}]]);
  });

  it('has each message answered once, and no more by who said that it is gone', () => {
    const node = new EventEmitter() as Node & EventEmitter;
    Object.assign(node, { status: () => undefined });
    const runtime = new EventEmitter();
    let isThere = false;
    const build = (): void => {
      if (!isThere) throw new AbsentService('gone', sharedText('wrong.serviceGone'), () => isThere);
      node.on('input', (_message, _send, done) => done());
    };
    construct({ events: runtime, _: translate } as unknown as NodeAPI, node, build);
    const answered: unknown[] = [];
    const ask = (): unknown =>
      node.emit(
        'input',
        {},
        () => undefined,
        (error?: Error) => answered.push(error?.message),
      );
    runtime.emit('flows:started');
    ask();
    isThere = true;
    runtime.emit('flows:started');
    ask();
    assert.deepEqual(answered, ['gone', undefined]);
  });

  it('is waited for by no node that has closed meanwhile', async () => {
    const listening = (): number => events.listenerCount('flows:started');
    const before = listening();
    await run(flow);
    assert.ok(listening() > before);
    await deploy(wholeFlow(flowOf('other')), 'nodes');
    assert.equal(listening(), before);
  });
});
