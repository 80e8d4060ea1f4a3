import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { type LocalPair, startPair } from '../support/local-pair';

/** What a real service answered to the same (edge-sync-service of 2026). */
describe('what is asked of the local service', () => {
  let pair: LocalPair;
  beforeEach(async () => {
    pair = await startPair();
  });
  afterEach(() => pair.close());

  const asked = async (target: string): Promise<string> => {
    const { hostname, port } = new URL(pair.service.cloud.address);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    const authorization = `Basic ${Buffer.from('admin@demo:x').toString('base64')}`;
    socket.write(
      `GET ${target} HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: ${authorization}\r\nConnection: close\r\n\r\n`,
    );
    return text(socket);
  };

  it('may name its host in the target, as who takes it for a proxy does', async () => {
    for (const target of [
      '/api/v1/health',
      'http://127.0.0.1/api/v1/health',
      'HTTP://127.0.0.1:1/api/v1/health',
    ])
      assert.match(await asked(target), /^HTTP\/1\.1 200 .*"nodeType": "CSS"/s, target);
    assert.match(await asked('http://127.0.0.1'), /^HTTP\/1\.1 404 /);
  });

  it('is no path, and is answered as Go does', async () => {
    assert.match(
      await asked('/nothing'),
      /^HTTP\/1\.1 404 .*x-content-type-options: nosniff.*404 page not found\n$/s,
    );
  });

  it('is counted, but its health', async () => {
    const count = async (): Promise<number> => {
      const { usage } = await pair.cloud.getHealth({ details: true });
      return Number(usage?.clientRequests);
    };
    const before = await count();
    assert.equal(await count(), before);
    await pair.cloud.getDestinations();
    await pair.cloud.listUpdates('rules');
    assert.equal(await count(), before + 2);
  });
});
