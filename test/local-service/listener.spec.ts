import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { hostname as systemName, tmpdir } from 'node:os';
import { join } from 'node:path';
import { LocalService } from '../../src/local-service';

describe('a listener of the local service', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'edge-sync-test-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('keeps its port when it is stopped and started', async () => {
    const service = await LocalService.start();
    const { address } = service.cloud;
    await service.cloud.stop();
    await service.cloud.start();
    assert.equal(service.cloud.address, address);
    await service.stop();
  });

  it('is on loopback alone', async () => {
    const service = await LocalService.start();
    assert.match(service.cloud.address, /^http:\/\/127\.0\.0\.1:\d+$/);
    await service.stop();
    const exposed = await LocalService.start({ cloud: { exposeTo: '127.0.0.2' } });
    assert.match(exposed.cloud.address, /^http:\/\/127\.0\.0\.2:\d+$/);
    await exposed.stop();
  });

  describe('asked by a name', () => {
    const ask = async (address: string, host: string): Promise<number | undefined> => {
      const { hostname, port } = new URL(address);
      const headers = { host, authorization: `Basic ${Buffer.from('admin@demo:').toString('base64')}` };
      const asking = get({ hostname, port, headers, path: '/api/v1/health', agent: false });
      const [response] = (await once(asking, 'response')) as [IncomingMessage];
      response.resume();
      return response.statusCode;
    };

    it('answers to those of loopback alone: others may be a page that made its own point here', async () => {
      const service = await LocalService.start();
      const { address } = service.cloud;
      for (const host of [
        '127.0.0.1',
        '127.1.2.3:80',
        'localhost:1',
        'LocalHost.',
        'a.localhost',
        '[::1]:9',
      ]) {
        assert.equal(await ask(address, host), 200, host);
      }
      for (const host of [
        'evil.example',
        'localhost.evil.example',
        '127.0.0.1.evil.example',
        '10.0.0.1',
        'a b',
      ]) {
        assert.equal(await ask(address, host), 421, host);
      }
      await service.stop();
    });

    it('answers to that which it was told to listen on', async () => {
      const exposed = await LocalService.start({ cloud: { exposeTo: '127.0.0.2' } });
      assert.equal(await ask(exposed.cloud.address, '127.0.0.2'), 200);
      assert.equal(await ask(exposed.cloud.address, '10.0.0.1'), 421);
      await exposed.stop();
      const everywhere = await LocalService.start({ cloud: { exposeTo: '0.0.0.0' } });
      const address = everywhere.cloud.address.replace('0.0.0.0', '127.0.0.1');
      for (const host of ['10.0.0.1:80', '[fe80::1]', systemName()])
        assert.equal(await ask(address, host), 200);
      assert.equal(await ask(address, 'evil.example'), 421);
      await everywhere.stop();
    });
  });

  it('replaces the socket of a dead service, not that of a living one, and removes its own', async () => {
    const socketPath = join(folder, 'css.sock');
    const dead = spawn(process.execPath, [
      '-e',
      `require('node:net').createServer().listen(${JSON.stringify(socketPath)}, () => console.log('up'))`,
    ]);
    await once(dead.stdout, 'data');
    await assert.rejects(LocalService.start({ cloud: { socketPath } }), { code: 'EADDRINUSE' });
    dead.kill('SIGKILL');
    await once(dead, 'exit');
    assert.ok(existsSync(socketPath));
    const service = await LocalService.start({ cloud: { socketPath } });
    await service.stop();
    assert.equal(existsSync(socketPath), false);
  });

  it('answers what is no HTTP, and lives on', async () => {
    const service = await LocalService.start();
    const { hostname, port } = new URL(service.cloud.address);
    const socket = connect(Number(port), hostname);
    socket.end('hello?\r\n\r\n');
    const [answer] = await once(socket, 'data');
    assert.match(String(answer), /^HTTP\/1\.1 400 Bad Request/);
    assert.equal((await fetch(service.cloud.address)).status, 404);
    await service.stop();
  });
});
