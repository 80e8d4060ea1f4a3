import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EmbeddedNodeRed } from '../support/embedded-node-red';
import { until } from '../support/until';
import { hostileBodies, hostilePaths } from './requests';
import { isWhole } from './whole';

const bcrypt = require('bcryptjs') as { hashSync(text: string, rounds: number): string };

/** Somebody with each set of permissions that the routes can tell apart. */
const people = {
  nobody: undefined,
  without: ['flows.read'],
  reader: ['sync-service.read'],
  writer: ['sync-service.write'],
  deployer: ['sync-service.write', 'flows.write'],
  all: '*',
} as const;
type Person = keyof typeof people;

const marked = 'MARKED-variable-of-the-process';
const secret = 'MARKED-s3cret';
const hookPath = 'c0ffee'.repeat(8);

describe('the admin interface of a Node-RED with users', function () {
  this.timeout(240_000);
  let nodeRed: EmbeddedNodeRed;
  let admin = '';
  /** A service of somebody else, which keeps all that it is sent. */
  let elsewhere: Server;
  let folder = '';
  let socket: Server;
  const heard: string[] = [];
  const tokens = new Map<Person, string>();
  const url = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'edge-sync-hostile-'));
    const listen = (): Server =>
      createServer((request, response) => {
        // The flow that is deployed asks of its own, at any time: lists of both kinds, and to be called.
        if (request.url?.split('?')[0] === '/api/v1/objects/demo/t') {
          response.end('[]');
          return;
        }
        heard.push(`${request.url} ${JSON.stringify(request.headers)}`);
        response.end('{"general":{"nodeType":"CSS","healthStatus":"green"},"dbHealth":{}}');
      });
    elsewhere = listen().listen(0, '127.0.0.1');
    socket = listen().listen(join(folder, 'socket'));
    await Promise.all([once(elsewhere, 'listening'), once(socket, 'listening')]);
    const users = Object.entries(people).flatMap(([username, permissions]) =>
      permissions ? [{ username, password: bcrypt.hashSync(username, 4), permissions }] : [],
    );
    const settings = { adminAuth: { type: 'credentials', users } };
    nodeRed = await EmbeddedNodeRed.start({
      EDGE_SYNC_TEST_SETTINGS: JSON.stringify(settings),
      MARKED_VARIABLE: marked,
    });
    admin = await nodeRed.admin();
    await nodeRed.deploy(
      {
        flows: [
          { id: 'tab', type: 'tab', label: 'x' },
          { ...{ id: 'css', type: 'sync-service' }, ...deployed(url(elsewhere)) },
          {
            id: 'query',
            type: 'sync-query',
            z: 'tab',
            x: 0,
            y: 0,
            service: 'css',
            query: 'health',
            wires: [],
          },
          {
            ...{ id: 'in', type: 'sync-in', z: 'tab', x: 0, y: 0, service: 'css', objectTypes: 't' },
            ...{ trigger: 'webhook', baseURL: nodeRed.url, interval: '3600', wires: [[], [], []] },
          },
        ],
        credentials: { css: { key: 'admin@demo', secret }, in: { hookPath } },
      },
      'full',
    );
    for (const { username } of users) tokens.set(username as Person, await tokenOf(username));
  });
  after(async () => {
    await nodeRed?.kill();
    for (const server of [elsewhere, socket]) {
      server?.close();
      server?.closeAllConnections();
    }
    await rm(folder, { recursive: true, force: true });
  });

  const deployed = (address: string): Record<string, string> => ({
    ...{ connection: 'address', side: 'cloud', organization: 'demo', address },
  });
  async function tokenOf(username: string): Promise<string> {
    const login = {
      client_id: 'node-red-admin',
      grant_type: 'password',
      scope: '',
      username,
      password: username,
    };
    const response = await fetch(`${admin}/auth/token`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(login),
    });
    return ((await response.json()) as { access_token: string }).access_token;
  }
  const ask = (person: Person, method: string, path: string, body?: string): Promise<Response> =>
    fetch(`${admin}${path}`, {
      method,
      headers: {
        'content-type': 'application/json',
        ...(tokens.has(person) && { authorization: `Bearer ${tokens.get(person)}` }),
      },
      ...(body !== undefined && { body }),
      signal: AbortSignal.timeout(60_000),
    });
  const draft = (settings: object, credentials: object = { key: 'k', secret: 's' }, id = 'new'): string =>
    JSON.stringify({ id, settings: { ...deployed(url(elsewhere)), ...settings }, credentials });
  const within = (body: string): string =>
    JSON.stringify({ draft: JSON.parse(body), suggestion: { what: 'objectTypes' } });

  it('answers each route for those who may, and for nobody else', async () => {
    const routes: [string, string, () => string | undefined, readonly Person[]][] = [
      ['POST', '/sync-service/test', () => draft({}), ['writer', 'deployer', 'all']],
      ['POST', '/sync-service/suggestions', () => within(draft({})), ['writer', 'deployer', 'all']],
      ['POST', '/sync-service/edges', () => within(draft({})), ['writer', 'deployer', 'all']],
      ['GET', '/sync-service/css/suggestions?what=objectTypes', () => undefined, ['reader', 'all']],
      ['GET', '/sync-service/css/edges', () => undefined, ['reader', 'all']],
      ['GET', '/edge-sync/metrics', () => undefined, ['reader', 'all']],
    ];
    for (const [method, path, body, may] of routes) {
      for (const person of Object.keys(people) as Person[]) {
        const { status } = await ask(person, method, path, body());
        const expected = may.includes(person) ? [200, 502] : [401];
        assert.ok(expected.includes(status), `${person}: ${method} ${path} was answered with ${status}`);
      }
    }
  });

  it('has nobody who may not deploy reach into the computer by a dialog: no variable, file, socket, certificate or port', async () => {
    const reaching: [string, string][] = [
      ['a variable in the key', draft({}, { key: '${MARKED_VARIABLE}', secret: 's' })],
      ['a variable in the secret', draft({}, { key: 'k', secret: '${MARKED_VARIABLE}' })],
      ['a variable within the organization', draft({ organization: 'x${MARKED_VARIABLE}' })],
      ['a variable within the address', draft({ address: `${url(elsewhere)}/\${MARKED_VARIABLE}` })],
      ['a file', draft({ caFile: '/etc/hostname' })],
      ['a device', draft({ caFile: '/dev/zero' })],
      ['a socket', draft({ address: `unix://${join(folder, 'socket')}` })],
      ['a socket with TLS', draft({ address: `secure-unix://${join(folder, 'socket')}` })],
      ['a certificate of a tls-config node', draft({ tls: 'css' })],
      ["Open Horizon's credentials", draft({ connection: 'openhorizon' })],
      ['ports for a local service', draft({ connection: 'local', side: 'edge', edgeType: 'a', edgeID: 'b' })],
    ];
    for (const [what, body] of reaching) {
      heard.length = 0;
      for (const path of ['test', 'suggestions', 'edges']) {
        const posted = path === 'test' ? body : within(body);
        const { status } = await ask('writer', 'POST', `/sync-service/${path}`, posted);
        assert.equal(status, 401, `${what}: ${path} was answered with ${status}`);
      }
      assert.deepEqual(heard, [], what);
    }
    // Who may deploy might have all that, anyway.
    const allowed = await ask('deployer', 'POST', '/sync-service/test', reaching[2]?.[1]);
    assert.equal(allowed.status, 200);
    assert.ok(
      heard.some((each) => each.includes(marked)),
      'it is filled in for who may deploy',
    );
  });

  it('sends no stored secret elsewhere than it is deployed for, whoever asks', async () => {
    const stored = { key: 'admin@demo', secret: '__PWRD__' };
    const other = createServer((request, response) => {
      heard.push(`other ${JSON.stringify(request.headers)}`);
      response.end();
    }).listen(0, '127.0.0.1');
    await once(other, 'listening');
    heard.length = 0;
    for (const settings of [{ address: url(other) }, { proxy: true }, { address: `${url(elsewhere)}/x` }]) {
      for (const id of ['css', 'query', 'new', '__proto__']) {
        const response = await ask('all', 'POST', '/sync-service/test', draft(settings, stored, id));
        assert.equal(
          ((await response.json()) as { finding: string }).finding,
          'invalid',
          JSON.stringify(settings),
        );
      }
    }
    assert.deepEqual(heard, []);
    const same = await ask('writer', 'POST', '/sync-service/test', draft({}, stored, 'css'));
    assert.equal(same.status, 200);
    assert.ok(heard.length > 0);
    other.close();
    other.closeAllConnections();
  });

  it('lives and answers, whatever is posted to it', async () => {
    const bodies = hostileBodies(draft({})).filter((_, index) => isWhole || index % 6 === 0);
    let count = 0;
    const statuses: Record<number, number> = {};
    for (const path of ['test', 'suggestions', 'edges']) {
      for (const body of bodies) {
        const { status } = await ask('all', 'POST', `/sync-service/${path}`, body);
        statuses[status] = (statuses[status] ?? 0) + 1;
        count += 1;
        assert.ok([200, 400, 413, 502].includes(status), `${path}: ${status} for ${body.slice(0, 200)}`);
      }
    }
    for (const path of hostilePaths) {
      const { status } = await ask('all', 'GET', path);
      statuses[status] = (statuses[status] ?? 0) + 1;
      count += 1;
      assert.ok([200, 400, 404, 502].includes(status), `${status} for ${path.slice(0, 200)}`);
    }
    console.log(`      ${count} requests: ${JSON.stringify(statuses)}`);
    assert.equal((await ask('writer', 'POST', '/sync-service/test', draft({}))).status, 200);
    assert.equal(nodeRed.hasEnded, false, nodeRed.printed);
  });

  it('has a webhook that reads nothing of what is posted to it, and answers to no other path or method', async () => {
    const hooks = `${nodeRed.url}/edge-sync/hooks`;
    const post = async (path: string, init: RequestInit = {}): Promise<number> =>
      (await fetch(`${hooks}${path}`, { method: 'POST', signal: AbortSignal.timeout(60_000), ...init }))
        .status;
    await until('the webhook is there', async () => (await post(`/${hookPath}`)) === 204, 60_000);
    const bodies = [
      '',
      '{',
      'x'.repeat(500_000),
      '\0',
      '{"__proto__":{"polluted":1}}',
      ...hostileBodies(draft({})).slice(0, 40),
    ];
    for (const body of bodies) {
      for (const type of ['application/json', 'text/xml', 'multipart/form-data; boundary=x', 'x'])
        assert.equal(
          await post(`/${hookPath}`, { body, headers: { 'content-type': type } }),
          204,
          body.slice(0, 50),
        );
    }
    const others = [
      '',
      '/',
      '/x',
      '/__proto__',
      '/constructor',
      `/${hookPath}x`,
      `/${hookPath}/x`,
      '/..%2f',
      '/%ff',
      '/%00',
    ];
    for (const path of others) assert.ok([400, 404].includes(await post(path)), path);
    for (const method of ['GET', 'PUT', 'DELETE', 'PATCH'])
      assert.equal(await post(`/${hookPath}`, { method }), 404, method);
    console.log(`      ${bodies.length * 4 + others.length + 4} requests`);
    assert.equal(nodeRed.hasEnded, false, nodeRed.printed);
  });

  it('does not stay with who sends no more, or what is no HTTP', async () => {
    const { port } = new URL(admin);
    const texts = [
      'POST /sync-service/test HTTP/1.1\r\nContent-Length: 100\r\n\r\n{',
      'SSH-2.0-x\r\n',
      '\0'.repeat(1_000),
    ];
    for (const text of texts) {
      const line = connect(Number(port), '127.0.0.1');
      line.on('error', () => undefined);
      await once(line, 'connect');
      line.write(text);
      line.end();
      line.resume();
      await once(line, 'close');
    }
    assert.equal((await ask('writer', 'POST', '/sync-service/test', draft({}))).status, 200);
  });
});
