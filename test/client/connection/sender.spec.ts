import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SyncServiceClient } from '../../../src/client';
import { errorOfStatus } from '../../../src/client/connection/failures';
import { metadataOf } from '../../support/metadata';
import { serve } from '../../support/server';
import { until } from '../../support/until';

describe('a request', () => {
  const clients: SyncServiceClient[] = [];
  const client = (address: string): SyncServiceClient => {
    const made = new SyncServiceClient({ address, organization: 'demo', key: 'user@demo', secret: 'hush' });
    clients.push(made);
    return made;
  };
  afterEach(async () => {
    await Promise.all(clients.splice(0).map((each) => each.close()));
  });

  it('fails with code, status, method and URL, and without the secret', async () => {
    const server = await serve((_request, response) => response.writeHead(403).end('Unauthorized'));
    const error = await client(server.address)
      .getObjectMetadata(metadataOf({}))
      .catch((thrown) => thrown);
    await server.close();
    assert.equal(error.code, 'SYNC_UNAUTHORIZED');
    assert.equal(error.statusCode, 403);
    assert.equal(error.method, 'GET');
    assert.equal(error.url, `${server.address}/api/v1/objects/demo/t/o`);
    assert.equal(error.response, 'Unauthorized');
    assert.doesNotMatch(JSON.stringify([error, error.message, error.stack]), /hush|Basic/);
  });

  it('says that no key was sent, where none was: the credentials of Node-RED may be lost', () => {
    const asked = { url: 'http://css/api/v1/health', method: 'GET' };
    const said = (keyless: boolean): string =>
      errorOfStatus({ status: 403, headers: {} }, 'Unauthorized', { ...asked, keyless }).message;
    assert.match(said(true), /answered with 403: Unauthorized \(no key was sent\)$/);
    assert.match(said(false), /answered with 403: Unauthorized$/);
  });

  const answers: [status: number, text: string, code: string][] = [
    [500, 'Failed to find destination gateway:ghost\n', 'SYNC_UNKNOWN_DESTINATION'],
    [500, 'Failed to find destination gateway:\n', 'SYNC_UNKNOWN_DESTINATION'],
    [400, 'Invalid destination gateway:ghost\n', 'SYNC_UNKNOWN_DESTINATION'],
    [400, 'Invalid destination a:b:c\n', 'SYNC_REJECTED'],
    [400, 'Invalid destination edge1\n', 'SYNC_REJECTED'],
    [400, 'Invalid destination data URI\n', 'SYNC_REJECTED'],
    [500, 'Failed to find object\n', 'SYNC_SERVER_ERROR'],
  ];
  it('tells an edge that is not registered from what is wrong, by the words of the service', async () => {
    const asked = { url: 'http://css/api/v1/objects/demo/t/o', method: 'PUT' };
    for (const [status, text, code] of answers) {
      const error = errorOfStatus({ status, headers: {} }, text, asked);
      assert.deepEqual([error.code, error.statusCode, error.response], [code, status, text]);
    }
    const { message } = errorOfStatus({ status: 500, headers: {} }, answers[0]?.[1] ?? '', asked);
    assert.match(message, /^PUT .* with 500: no edge gateway:ghost is registered there/);
  });

  it('fails as unreachable where nobody listens', async () => {
    const server = await serve(() => undefined);
    await server.close();
    await assert.rejects(client(server.address).getHealth(), { code: 'SYNC_UNREACHABLE' });
  });

  it('fails when no answer comes in time, or no further piece of one', async () => {
    const server = await serve((request, response) => {
      if (request.url?.endsWith('/status')) response.write('re');
    });
    const timeouts = { connect: 5_000, answer: 100 };
    const hasty = new SyncServiceClient({ address: server.address, organization: 'demo', timeouts });
    clients.push(hasty);
    await assert.rejects(hasty.getObjectMetadata(metadataOf({})), { code: 'SYNC_TIMEOUT' });
    await assert.rejects(hasty.getObjectStatus(metadataOf({})), { code: 'SYNC_TIMEOUT' });
    await server.close();
  });

  it('asks the proxy of the environment where that is wanted, for a CSS alone', async () => {
    const asked: string[] = [];
    const health = (kind: string): string => JSON.stringify({ general: { nodeType: kind } });
    const proxy = createServer();
    proxy.on('connect', (request, socket) => {
      asked.push(String(request.url));
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    });
    proxy.on('request', (request, response) => {
      asked.push(String(request.url));
      response.end(health('CSS'));
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    const edge = await serve((_request, response) => response.end(health('ESS')), 'ESS');
    const before = process.env.http_proxy;
    process.env.http_proxy = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    try {
      const through = new SyncServiceClient({
        address: 'http://css.example:9080',
        organization: 'demo',
        proxyFromEnvironment: true,
      });
      const around = new SyncServiceClient({ address: edge.address, proxyFromEnvironment: true });
      clients.push(through, around);
      await around.getHealth();
      assert.deepEqual(asked, []);
      await through.getHealth().catch(() => undefined);
      assert.match(asked.join(), /css\.example:9080/);
    } finally {
      if (before === undefined) delete process.env.http_proxy;
      else process.env.http_proxy = before;
      proxy.closeAllConnections();
      proxy.close();
      await edge.close();
    }
  });

  it('sends the whole body again when an upload was cut', async () => {
    const bodies: number[] = [];
    const server = await serve((request, response) => {
      let size = 0;
      request.on('data', (piece: Buffer) => {
        size += piece.length;
        if (bodies.length === 0) {
          bodies.push(-1);
          request.socket.resetAndDestroy();
        }
      });
      request.on('error', () => undefined);
      request.on('end', () => {
        bodies.push(size);
        response.writeHead(204).end();
      });
    });
    const stream = async function* () {
      for (let piece = 0; piece < 30; piece += 1) yield Buffer.alloc(100_000, piece);
    };
    await client(server.address).updateObjectData(metadataOf({}), { stream, size: 3_000_000 });
    await server.close();
    assert.deepEqual(bodies, [-1, 3_000_000]);
  });

  it('never repeats an acknowledgement', async () => {
    let count = 0;
    const server = await serve((request) => {
      count += 1;
      request.socket.resetAndDestroy();
    });
    await assert.rejects(client(server.address).markObjectConsumed(metadataOf({})), {
      code: 'SYNC_UNREACHABLE',
    });
    await server.close();
    assert.equal(count, 1);
  });

  it('refuses a name that no edge can fetch before it sends anything', async () => {
    const unreachable = client('http://127.0.0.1:1');
    await assert.rejects(unreachable.updateObject({ objectType: 't', objectID: 'a#b' }), {
      code: 'SYNC_INVALID_ARGUMENT',
    });
    await assert.rejects(unreachable.updateObject({ objectType: '', objectID: 'a' }), {
      code: 'SYNC_INVALID_ARGUMENT',
    });
  });

  it('finds an ESS where a CSS was said', async () => {
    const server = await serve((_request, response) => response.writeHead(404).end(), 'ESS');
    await assert.rejects(client(server.address).listUpdates('t'), { code: 'SYNC_WRONG_SERVICE_KIND' });
    await assert.rejects(client(server.address).checkServiceKind(), { code: 'SYNC_WRONG_SERVICE_KIND' });
    await server.close();
  });

  it('asks again what listens there, after it was away', async () => {
    const first = await serve((_request, response) => response.writeHead(404).end(), 'CSS');
    const { port } = new URL(first.address);
    const asked = client(first.address);
    assert.deepEqual(await asked.listUpdates('t'), []);
    await first.close();
    await assert.rejects(asked.listUpdates('t'), { code: 'SYNC_UNREACHABLE' });
    const second = await serve((_request, response) => response.writeHead(404).end(), 'ESS', Number(port));
    await assert.rejects(asked.listUpdates('t'), { code: 'SYNC_WRONG_SERVICE_KIND' });
    await assert.rejects(asked.listUpdates('t'), { code: 'SYNC_WRONG_SERVICE_KIND' });
    await asked.close();
    await second.close();
  });

  it('lets a caller go who does not wait for the answer, and goes on asking for the others', async () => {
    let answer: (() => void) | undefined;
    const asking = createServer((request, response) => {
      const health = request.url?.endsWith('/health') === true;
      const body = JSON.stringify({ general: { nodeType: 'CSS' } });
      if (health) {
        answer = () => {
          response.end(body);
        };
      } else response.writeHead(404).end();
    }).listen(0, '127.0.0.1');
    await once(asking, 'listening');
    const asked = client(`http://127.0.0.1:${(asking.address() as AddressInfo).port}`);
    const stop = new AbortController();
    const impatient = asked.listUpdates('t', { signal: stop.signal });
    const patient = asked.listUpdates('t');
    await until('it was asked', () => answer !== undefined);
    stop.abort();
    await assert.rejects(impatient, { code: 'SYNC_ABORTED' });
    answer?.();
    assert.deepEqual(await patient, []);
    await asked.close();
    asking.close();
  });

  it('polls while acknowledgements hang', async () => {
    const server = await serve((request, response) => {
      if (request.method === 'GET') response.writeHead(404).end();
    });
    const asked = client(server.address);
    const hanging = Array.from({ length: 100 }, () =>
      asked.markObjectConsumed(metadataOf({})).catch((error) => error.code),
    );
    assert.deepEqual(await asked.listUpdates('t'), []);
    await asked.close();
    assert.deepEqual(new Set(await Promise.all(hanging)), new Set(['SYNC_CLOSED']));
    await server.close();
  });
});
