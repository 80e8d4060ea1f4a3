import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { type ClientOptions, SyncServiceClient, type SyncServiceError } from '../../../src/client';
import { proxyFor } from '../../../src/client/connection/proxy';
import { LocalService } from '../../../src/local-service';
import { serve } from '../../support/server';
import { until } from '../../support/until';

const health = (kind: string): string => JSON.stringify({ general: { nodeType: kind } });
const variables = [
  'http_proxy',
  'HTTP_PROXY',
  'https_proxy',
  'HTTPS_PROXY',
  'no_proxy',
  'NO_PROXY',
  'all_proxy',
  'ALL_PROXY',
];

describe('the proxy of the environment', () => {
  const css = 'https://css.example:9443';

  it('is the one for the scheme, or the one for http', () => {
    const both = { http_proxy: 'http://one:1', HTTPS_PROXY: 'two:2' };
    assert.equal(proxyFor('http://css.example', both)?.origin, 'http://one:1');
    assert.equal(proxyFor(css, both)?.origin, 'http://two:2');
    assert.equal(proxyFor(css, { http_proxy: 'http://one:1' })?.origin, 'http://one:1');
    assert.equal(proxyFor(css, {}), undefined);
    assert.equal(proxyFor(css, { https_proxy: 'http://' }), undefined);
  });

  it('is that of ALL_PROXY where there is none for the scheme, as in Node-RED', () => {
    const all = { ALL_PROXY: 'http://all:1', HTTP_PROXY: 'http://one:1' };
    assert.equal(proxyFor(css, all)?.origin, 'http://all:1');
    assert.equal(proxyFor('http://css.example', all)?.origin, 'http://one:1');
    assert.equal(proxyFor(css, { ...all, HTTPS_PROXY: 'http://two:2' })?.origin, 'http://two:2');
    assert.equal(proxyFor(css, { ...all, all_proxy: 'http://lower:1' })?.origin, 'http://lower:1');
  });

  it('is refused where it does not speak HTTP, without its password: nothing goes past it', () => {
    const environment = { all_proxy: 'socks5://me:hush@proxy:1080' };
    assert.throws(
      () => proxyFor(css, environment),
      ({ code, message }: SyncServiceError) => {
        assert.equal(code, 'SYNC_INVALID_ARGUMENT');
        assert.match(message, /socks5:\/\//);
        assert.doesNotMatch(message, /hush/);
        return true;
      },
    );
    assert.equal(proxyFor(css, { ...environment, no_proxy: '*' }), undefined);
  });

  it('is left out for addresses that NO_PROXY names, alone or by their range', () => {
    for (const [origin, exceptions, left] of [
      ['https://10.1.2.3', '10.0.0.0/8', true],
      ['https://11.1.2.3', '10.0.0.0/8', false],
      ['https://10.1.2.3', '10.0.0.0/33, what/ever', false],
      ['https://css.example', '0.0.0.0/0', false],
      ['https://[fd00::7]:9443', 'fd00::/8', true],
      ['https://[fd00::7]:9443', 'fd00::7', true],
      ['https://[fd00::7]:9443', '[fd00::7]:9443', true],
      ['https://[fd00::7]:9443', '[fd00::7]:80', false],
      ['https://[fd00::1:7]', 'fd00::1', false],
    ] as const) {
      const proxy = proxyFor(origin, { https_proxy: 'http://p:1', no_proxy: exceptions });
      assert.equal(proxy === undefined, left, `${origin} ${exceptions}`);
    }
  });

  it('is left out for whom NO_PROXY names', () => {
    for (const [exceptions, left] of [
      ['', false],
      ['*', true],
      ['css.example', true],
      ['other, .example', true],
      ['*.example', true],
      ['CSS.example:9443', true],
      ['css.example:80', false],
      ['ss.example', false],
    ] as const) {
      const proxy = proxyFor(css, { https_proxy: 'http://p:1', no_proxy: exceptions });
      assert.equal(proxy === undefined, left, exceptions);
    }
  });
});

describe('a client behind a proxy', () => {
  const clients: SyncServiceClient[] = [];
  const servers: Server[] = [];
  const before = new Map<string, string | undefined>();
  let sockets: Socket[];
  beforeEach(() => {
    sockets = [];
    for (const name of variables) {
      before.set(name, process.env[name]);
      delete process.env[name];
    }
  });
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.close()));
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      server.close();
    }
    for (const socket of sockets) socket.destroy();
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
  });

  const proxy = async (handle: RequestListener): Promise<Server> => {
    const server = createServer(handle).listen(0, '127.0.0.1');
    servers.push(server);
    server.on('connection', (socket) => sockets.push(socket));
    await once(server, 'listening');
    const address = `http://me:hush@127.0.0.1:${(server.address() as AddressInfo).port}`;
    process.env.http_proxy = address;
    process.env.https_proxy = address;
    return server;
  };
  const client = (options: Partial<ClientOptions>): SyncServiceClient => {
    const address = 'https://css.example:9443';
    const made = new SyncServiceClient({
      address,
      organization: 'demo',
      proxyFromEnvironment: true,
      ...options,
    });
    clients.push(made);
    return made;
  };

  it('asks it for what has no TLS, if it is for a CSS', async () => {
    const asked: unknown[] = [];
    await proxy((request, response) => {
      asked.push([request.url, request.headers.host, request.headers['proxy-authorization']]);
      response.end(health('CSS'));
    });
    const edge = await serve((_request, response) => response.end(health('ESS')), 'ESS');
    const around = new SyncServiceClient({ address: edge.address, proxyFromEnvironment: true });
    clients.push(around);
    await around.getHealth();
    assert.deepEqual(asked, []);
    await client({ address: 'http://css.example:9080' }).getHealth();
    const authorization = `Basic ${Buffer.from('me:hush').toString('base64')}`;
    assert.deepEqual(asked, [['http://css.example:9080/api/v1/health', 'css.example:9080', authorization]]);
    await edge.close();
  });

  it('goes through it to what has TLS', async () => {
    const service = await LocalService.start({ cloud: { tls: true } });
    const { address, caCertificate } = service.cloud;
    const { port } = new URL(address);
    const asked: (string | undefined)[] = [];
    (await proxy(() => undefined)).on('connect', (request, socket) => {
      asked.push(request.url);
      const through = connect(Number(port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        socket.pipe(through).pipe(socket);
      });
      sockets.push(through);
    });
    const through = client({ address, key: 'admin@demo', tls: { ca: caCertificate } });
    const object = { objectType: 't', objectID: 'o' };
    await through.publish(object, Buffer.alloc(300_000, 'x'));
    assert.equal((await through.fetchObjectData(object)).length, 300_000);
    assert.ok(asked.length > 0 && asked.every((target) => target === new URL(address).host));
    await service.stop();
  });

  it('says what the proxy refused, and not its password', async () => {
    for (const [status, said] of [
      [407, /the proxy http:\/\/127\.0\.0\.1:\d+ wants a name and a password/],
      [502, /the proxy http:\/\/127\.0\.0\.1:\d+ answered with 502/],
    ] as const) {
      (await proxy(() => undefined)).on('connect', (_request, socket) => {
        socket.end(`HTTP/1.1 ${status} No\r\n\r\n`);
      });
      const error = await client({})
        .getHealth()
        .catch((thrown) => thrown);
      assert.equal(error.code, 'SYNC_UNREACHABLE');
      assert.match(error.message, said);
      assert.doesNotMatch(error.message, /hush/);
    }
  });

  it('tries a few times, and no more, where the proxy closes', async () => {
    (await proxy(() => undefined)).on('connect', (_request, socket) => socket.destroy());
    await assert.rejects(client({}).getHealth(), {
      code: 'SYNC_UNREACHABLE',
      message: /through the proxy http:\/\/127\.0\.0\.1:\d+: ECONNRESET/,
    });
    assert.ok(sockets.length <= 4, `${sockets.length} connections`);
  });

  it('lets a caller go, and ends in time, where the proxy says nothing', async () => {
    (await proxy(() => undefined)).on('connect', () => undefined);
    const stop = new AbortController();
    const aborted = client({}).getHealth({ signal: stop.signal });
    await until('it is asked', () => sockets.length > 0);
    stop.abort();
    await assert.rejects(aborted, { code: 'SYNC_ABORTED' });
    await assert.rejects(client({ timeouts: { connect: 50 } }).getHealth(), {
      code: 'SYNC_TIMEOUT',
      message: /through the proxy/,
    });
  });
});
