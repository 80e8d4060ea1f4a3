import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Node, NodeMessageInFlow } from 'node-red';
import helper from 'node-red-node-test-helper';
import { stringifyExactJson } from '../../src/protocol/exact-json';
import { deploy, flowOf, give, run, sendingFlow, wholeFlow, withNodeRed } from '../support/flow';
import { metadataOf } from '../support/metadata';
import { serve } from '../support/server';
import { cloudNode, type ServiceNode } from '../support/service-nodes';
import { until } from '../support/until';

type Caught = NodeMessageInFlow & { error: { code: string; message: string }; payload: unknown };

describe('what waits in a sync-out', () => {
  let service: Awaited<ReturnType<typeof serve>>;
  /** Whether it says what it has. */
  let tells = true;
  /** Objects that the service was asked to store, and what hangs there. */
  let stored: string[];
  let hanging: ServerResponse[];
  let hangs: (request: IncomingMessage) => boolean;
  let cloud: ServiceNode;

  beforeEach(async () => {
    [stored, hanging, hangs, tells] = [[], [], () => true, true];
    service = await serve((request, response) => {
      if (request.method === 'GET') {
        if (!tells) {
          response.writeHead(500).end('no');
          return;
        }
        const [, objectType = '', objectID = ''] =
          /objects\/demo\/([^/]+)\/([^/]+)/.exec(String(request.url)) ?? [];
        response.end(stringifyExactJson(metadataOf({ objectType, objectID })));
        return;
      }
      stored.push(String(request.url));
      request.resume();
      if (hangs(request)) hanging.push(response);
      else request.on('end', () => response.writeHead(204).end());
    });
    cloud = cloudNode(service.address);
  });
  // Before that of Node-RED: its nodes wait for what hangs here.
  afterEach(async () => {
    hangs = () => false;
    for (const response of hanging) response.writeHead(204).end();
    await helper.unload();
    await service.close();
  });
  withNodeRed();

  const named = { objectID: 'name', objectIDType: 'msg', objectType: 't' };
  const flow = (fields: object = {}): Parameters<typeof wholeFlow> => [
    [cloud],
    sendingFlow({ ...named, ...fields }),
  ];
  const collect = (id: string): Caught[] => {
    const found: Caught[] = [];
    (helper.getNode(id) as unknown as Node).on('input', (message) => found.push(message as Caught));
    return found;
  };
  const logged = (): string[] =>
    (helper.log().args as unknown as [{ level: number; id?: string; msg: unknown }][])
      .filter(([{ id, level }]) => id === 'out' && level <= 30)
      .map(([{ msg }]) => String(msg));

  it('goes on when it is published, also where the service does not say afterwards what it has', async () => {
    for (const fields of [{}, { waitFor: 'delivered', timeout: '0.05' }]) {
      await run(...flow(fields));
      [hangs, tells] = [() => false, false];
      const [sent, caught] = [collect('sent'), collect('caught')];
      give('out', { payload: 'x', name: 'o' });
      await until('the message goes on, or fails', () => sent.length + caught.length > 0);
      assert.deepEqual(caught, []);
      const { object, outcome } = sent[0] as unknown as { object: object; outcome: string };
      assert.deepEqual(object, { objectType: 't', objectID: 'o' });
      assert.equal(outcome, 'waitFor' in fields ? 'timeout' : 'published');
      await helper.unload();
    }
  });

  it('is bounded: more is refused, and told', async () => {
    await run(...flow());
    const caught = collect('caught');
    for (let index = 0; index < 1_500; index += 1) give('out', { payload: 'x', name: `o${index}` });
    await until('the first are on their way', () => stored.length === 4);
    await until('the last are refused', () => caught.length >= 490);
    const codes = new Set(caught.map(({ error }) => error.code));
    assert.deepEqual(Array.from(codes), ['SYNC_QUEUE_FULL']);
    assert.equal(
      caught[0]?.error.message,
      '1000 messages of this node wait to be sent already: this one is not sent',
    );
    assert.ok(caught.length <= 500, String(caught.length));
  });

  it('is bounded in bytes, but for one that is larger by itself', async () => {
    await run(...flow());
    const caught = collect('caught');
    const payload = Buffer.alloc(60 * 1_048_576);
    for (let index = 0; index < 8; index += 1) give('out', { payload, name: `o${index}` });
    await until('those that are too much are refused', () => caught.length === 4);
    assert.match(String(caught[0]?.error.message), /^240 MiB of this node wait to be sent already/);
  });

  it('holds up no small objects while large ones hang', async () => {
    hangs = (request) =>
      Number(request.headers['content-length'] ?? 1e9) > 300_000 || /data$/.test(String(request.url));
    await run(...flow());
    const sent = collect('sent');
    const large = Buffer.alloc(1_048_576);
    for (let index = 0; index < 8; index += 1) give('out', { payload: large, name: `large${index}` });
    await until('four hang', () => hanging.length === 4);
    for (let index = 0; index < 20; index += 1) give('out', { payload: 'small', name: `small${index}` });
    await until('the small ones are there', () => sent.length === 20);
    assert.equal(hanging.length, 4);
  });

  it('keeps the order of one object, be its data large or small', async () => {
    hangs = (request) => /large|data$/.test(String(request.url));
    await run(...flow());
    give('out', { payload: Buffer.alloc(1_048_576), name: 'o-large' });
    give('out', { payload: 'small', name: 'o-large' });
    give('out', { payload: 'other', name: 'other' });
    await until('the other is sent', () => stored.some((url) => url.includes('other')));
    assert.equal(stored.filter((url) => url.includes('o-large')).length, 1);
  });

  const queued = async (mode: 'full' | 'nodes', ...more: Parameters<typeof wholeFlow>): Promise<void> => {
    for (let index = 0; index < 20; index += 1) give('out', { payload: 'x', name: `o${index}` });
    await until('four are on their way', () => stored.length === 4);
    await deploy(wholeFlow(...flow({ name: 'renamed' }), ...more), mode);
  };

  it('is told to a Catch node at a deploy of the node', async () => {
    await run(...flow());
    const caught = collect('caught');
    await queued('nodes');
    await until('all are told', () => caught.length === 16);
    assert.equal(caught[0]?.error.code, 'SYNC_ABORTED');
    assert.match(String(caught[0]?.error.message), /^t\/o\d+ was not sent: the flow was deployed$/);
    assert.deepEqual(
      caught.map(({ payload }) => payload),
      Array.from({ length: 16 }, () => 'x'),
    );
  });

  it('is told to a Catch node around the subflow that the node stands in', async () => {
    const [out, ...around] = sendingFlow(named);
    const inside = { ...out, z: 'sub', wires: [] } as unknown as { id: string; type: string };
    const subflow = {
      id: 'sub',
      type: 'subflow',
      name: 's',
      in: [{ x: 0, y: 0, wires: [{ id: 'out' }] }],
      out: [],
    };
    const instance = { id: 'instance', type: 'subflow:sub', z: 'tab', wires: [] };
    const whole = (name: string): Parameters<typeof wholeFlow> => [
      [cloud, subflow, { ...inside, name } as never, instance],
      around,
    ];
    await run(...whole('before'));
    const caught = collect('caught');
    for (let index = 0; index < 20; index += 1) give('instance', { payload: 'x', name: `o${index}` });
    await until('four are on their way', () => stored.length === 4);
    await deploy(wholeFlow(...whole('after')), 'nodes');
    await until('all are told', () => caught.length === 16);
  });

  const line =
    '16 objects were not sent, since the flow was stopped: t/o4, t/o5, t/o6, t/o7, t/o8, t/o9, t/o10, t/o11, t/o12, t/o13, ...';

  it('is told in one line of the log at a full deploy, when Catch nodes are gone', async () => {
    await run(...flow());
    const caught = collect('caught');
    await queued('full');
    assert.deepEqual(logged(), [line]);
    assert.equal(caught.length, 0);
  });

  it('is told in one line of the log where no Catch node would hear of it', async () => {
    const catchless = sendingFlow(named).filter(({ id }) => !['catch', 'caught'].includes(id));
    await run([cloud], catchless);
    for (let index = 0; index < 20; index += 1) give('out', { payload: 'x', name: `o${index}` });
    await until('four are on their way', () => stored.length === 4);
    const renamed = catchless.map((node) => (node.id === 'out' ? { ...node, name: 'renamed' } : node));
    await deploy(wholeFlow([cloud], renamed), 'nodes');
    assert.deepEqual(logged(), [line]);
  });

  it('is told in one line of the log when Node-RED stops', async () => {
    await run(...flow(), flowOf());
    for (let index = 0; index < 20; index += 1) give('out', { payload: 'x', name: `o${index}` });
    await until('four are on their way', () => stored.length === 4);
    const lines: unknown[] = [];
    (helper.getNode('out') as unknown as Node).warn = (text) => lines.push(text);
    await helper.unload();
    assert.deepEqual(lines, [line]);
  });
});
