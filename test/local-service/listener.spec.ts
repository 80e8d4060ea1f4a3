import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
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
