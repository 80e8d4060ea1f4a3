import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Node, NodeAPI } from 'node-red';
import helper from 'node-red-node-test-helper';
import { answerHook, newHookPath } from '../../nodes/sync-in/hooks';
import { sharedLocalService } from '../../nodes/sync-service/local';
import {
  nodes as allNodes,
  give,
  next,
  receivingFlow,
  sendingFlow,
  services,
  wholeFlow,
  withNodeRed,
} from '../support/flow';
import { metadataOf } from '../support/metadata';
import { record } from '../support/recorder';
import { edgeNode } from '../support/service-nodes';
import { until } from '../support/until';

const hookPath = 'a'.repeat(48);
/** Longer than any test: what comes was rung for. */
const poll = { interval: '3600', trigger: 'webhook' };

describe('a webhook', () => {
  let RED: NodeAPI;
  let web: Server;
  let baseURL = '';
  const nodes = [
    (runtime: NodeAPI): void => {
      RED = runtime;
    },
    ...allNodes,
  ];

  withNodeRed();
  before(async () => {
    web = createServer((request, response) =>
      (RED.httpNode as unknown as RequestListener)(request, response),
    );
    web.listen(0, '127.0.0.1');
    await once(web, 'listening');
    baseURL = `http://127.0.0.1:${(web.address() as AddressInfo).port}/`;
  });
  after(() => {
    web.close();
    web.closeAllConnections();
  });

  const warningsOf = (id: string): string[] => {
    const node = helper.getNode(id) as unknown as Node;
    const warnings: string[] = [];
    node.warn = (warning) => void warnings.push(String(warning));
    return warnings;
  };
  const post = (path: string, body = ''): Promise<Response> =>
    fetch(`${baseURL}edge-sync/hooks/${path}`, { method: 'POST', body });

  it('brings an object long before the next poll', async () => {
    const receive = { ...poll, baseURL };
    await helper.load(nodes, wholeFlow(services, sendingFlow(), receivingFlow({ receive })), {
      in: { hookPath },
    });
    const edge = await sharedLocalService().use({
      side: 'edge',
      organization: 'demo',
      edgeType: 'gateway',
      edgeID: 'edge1',
    });
    await until('the route answers', async () => (await post(hookPath)).status === 204);
    const consumed = next('consumed');
    give('out', { payload: 'hello' });
    assert.equal((await consumed).outcome, 'consumed');
    edge.release();
  });

  it('brings at once what came before the service knew whom to call', async () => {
    const polls: string[] = [];
    let registered = false;
    const service = await record('ESS', async ({ method, path = '' }) => {
      if (method !== 'GET') {
        await until('the first poll is over', () => polls.length >= 2);
        registered = true;
        return {};
      }
      polls.push(path);
      if (!registered || !path.endsWith('/rules')) return { status: 404 };
      return { body: JSON.stringify([metadataOf({ objectType: 'rules', objectID: 'r1', noData: true })]) };
    });
    const receive = { ...poll, baseURL, wires: [['deleted'], []] };
    await helper.load(nodes, wholeFlow([edgeNode(service.client.address)], receivingFlow({ receive })), {
      in: { hookPath },
    });
    assert.equal((await next('deleted')).topic, 'rules/r1');
    await helper.unload();
    await service.close();
  });

  it('has a path of its own in each instance of a subflow, the same after a restart', async () => {
    const service = await record('ESS', ({ method }) => (method === 'GET' ? { status: 404 } : {}));
    const inside = {
      id: 'in',
      type: 'sync-in',
      z: 'sub',
      service: 'ess',
      objectTypes: 'rules',
      ...poll,
      baseURL,
    };
    const flow = wholeFlow(
      [edgeNode(service.client.address), { id: 'sub', type: 'subflow', name: 's', in: [], out: [] }],
      [{ ...inside, wires: [[], []] }],
      ['one', 'two'].map((id) => ({ id, type: 'subflow:sub', z: 'tab' })),
    );
    const registered = (): string[] =>
      service.seen
        .filter(({ body }) => body.includes('register'))
        .map(({ body }) => (JSON.parse(body) as { url: string }).url);
    await helper.load(nodes, flow, { in: { hookPath } });
    await until('both are registered', () => registered().length === 2);
    const [first, second] = registered();
    assert.notEqual(first, second);
    for (const url of [first, second]) {
      assert.match(String(url), /\/hooks\/[0-9a-f]{48}$/);
      const polls = (): number => service.seen.filter(({ method }) => method === 'GET').length;
      const before = polls();
      assert.equal((await fetch(String(url), { method: 'POST' })).status, 204);
      await until('it polls', () => polls() > before);
    }
    await helper.unload();
    await helper.load(nodes, flow, { in: { hookPath } });
    await until('both are registered again', () => registered().length === 4);
    assert.deepEqual(registered().slice(2).sort(), [first, second].sort());
    await helper.unload();
    await service.close();
  });

  it('is registered under the same URL after a restart, and deleted on close', async () => {
    const service = await record('ESS', ({ method }) => (method === 'GET' ? { status: 404 } : {}));
    const flow = wholeFlow(
      [edgeNode(service.client.address)],
      receivingFlow({ receive: { ...poll, baseURL, objectTypes: 'rules, files' } }),
    );
    const changes = (): { path: string; action?: string; url?: string }[] =>
      service.seen
        .filter(({ method }) => method === 'PUT')
        .map(({ path = '', body }) => ({ path, ...(JSON.parse(body) as object) }));
    /** Both types are asked for at once, so that either may come first. */
    const last = (): object[] =>
      changes()
        .slice(-2)
        .sort((one, other) => one.path.localeCompare(other.path));
    const url = `${baseURL}edge-sync/hooks/${hookPath}`;
    const expected = (action: string): object[] => [
      { path: '/api/v1/objects/files', action, url },
      { path: '/api/v1/objects/rules', action, url },
    ];
    for (const times of [1, 2]) {
      await helper.load(nodes, flow, { in: { hookPath } });
      await until('the hooks are registered', () => changes().length === times * 4 - 2);
      assert.deepEqual(last(), expected('register'));
      await helper.unload();
      assert.deepEqual(last(), expected('delete'));
      assert.equal((await post(hookPath)).status, 404);
    }
    await service.close();
  });

  it('takes its route back with the last path, and no other route', async () => {
    await helper.load(nodes, wholeFlow([]));
    const app = RED.httpNode;
    const stack = (): unknown[] => (app as unknown as { _router: { stack: unknown[] } })._router.stack;
    app.get('/before', (_request, response) => void response.end());
    const [one, two] = ['one', 'two'].map((path) => answerHook(app, path, () => undefined));
    app.get('/after', (_request, response) => void response.end());
    const all = stack().length;
    one?.();
    one?.();
    assert.equal(stack().length, all);
    two?.();
    assert.equal(stack().length, all - 1);
    const again = answerHook(app, 'one', () => undefined);
    assert.equal(stack().length, all);
    again();
    assert.equal(stack().length, all - 1);
  });

  it('gets a path of its own where the flow brought none', async () => {
    const receive = { ...poll, baseURL };
    await helper.load(nodes, wholeFlow(services, receivingFlow({ receive })));
    const { hookPath: made } = RED.nodes.getCredentials('in') as { hookPath: string };
    assert.match(made, /^[0-9a-f]{48}$/);
    assert.notEqual(newHookPath(), made);
    assert.equal((await post(made, 'x'.repeat(100_000))).status, 204);
  });

  it('is missing, and the node says so and polls, where the service refuses it', async () => {
    const service = await record('ESS', ({ method }) =>
      method === 'GET' ? { status: 404 } : { status: 403, body: 'Unauthorized' },
    );
    await helper.load(
      nodes,
      wholeFlow(
        [edgeNode(service.client.address)],
        receivingFlow({ receive: { ...poll, interval: '0.02', baseURL } }),
      ),
      { in: { hookPath } },
    );
    const warnings = warningsOf('in');
    await until('the node says so', () => warnings.length > 0);
    assert.match(String(warnings[0]), /^The webhook does not work, so the service is only polled: .*403/);
    const polls = (): number => service.seen.filter(({ method }) => method === 'GET').length;
    const before = polls();
    await until('it polls on', () => polls() > before + 3);
    await helper.unload();
    await service.close();
  });

  for (const [what, settings, url] of [
    ['Node-RED asks for a password', { httpNodeAuth: { user: 'u', pass: 'p' } }, 'http://h'],
    ['Node-RED has no HTTP server', { httpNodeRoot: false }, 'http://h'],
    ['it has no base URL', {}, ''],
  ] as const) {
    it(`is not asked for where ${what}`, async () => {
      const service = await record('ESS', () => ({ status: 404 }));
      const flow = wholeFlow(
        [edgeNode(service.client.address)],
        receivingFlow({ receive: { ...poll, interval: '0.02', baseURL: url } }),
      );
      helper.settings(settings as Parameters<typeof helper.settings>[0]);
      try {
        await helper.load(nodes, flow, { in: { hookPath } });
        await until('it polls', () => service.seen.length > 3);
        assert.deepEqual(Array.from(new Set(service.seen.map(({ method }) => method))), ['GET']);
      } finally {
        await helper.unload();
        helper.settings({});
        await service.close();
      }
    });
  }
});
