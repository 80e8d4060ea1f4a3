import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { SyncServiceClient } from '../../src/client';
import { press } from '../support/examples';
import { freePort } from '../support/ports';
import { until } from '../support/until';

/** `npm start`, after the build. */
describe('the main job', function () {
  this.timeout(120_000);
  let started: ChildProcess | undefined;
  let printed = '';

  const start = (ports: number[]): ChildProcess => {
    const [editor, css, ess] = ports.map(String);
    printed = '';
    started = spawn(process.execPath, ['scripts/start.mjs'], {
      env: { ...process.env, PORT: editor, EDGE_SYNC_LOCAL_CSS_PORT: css, EDGE_SYNC_LOCAL_ESS_PORT: ess },
    });
    for (const stream of [started.stdout, started.stderr]) {
      stream?.on('data', (text: Buffer) => {
        printed += text.toString();
      });
    }
    return started;
  };

  afterEach(async () => {
    if (started?.exitCode !== null || !started.kill('SIGINT')) return;
    await once(started, 'exit');
  });

  it('sends a file and a configuration from cloud to edge, where they are consumed', async () => {
    const [editor = 0, css = 0, ess = 0] = await Promise.all([freePort(), freePort(), freePort()]);
    const demo = start([editor, css, ess]);
    await until('npm start is ready', () => printed.includes('Ready.'), 60_000);
    for (const port of [editor, css, ess]) assert.ok(printed.includes(`http://127.0.0.1:${port}`), printed);
    for (const button of ['es-c-file', 'es-c-config']) await press(`http://127.0.0.1:${editor}`, button);
    const cloud = new SyncServiceClient({
      address: `http://127.0.0.1:${css}`,
      organization: 'demo',
      key: 'test@demo',
    });
    for (const object of [
      { objectType: 'files', objectID: 'picture.png' },
      { objectType: 'config', objectID: 'settings' },
    ]) {
      await until(
        `${object.objectType} is consumed`,
        async () => (await cloud.getObjectDestinations(object))[0]?.status === 'consumed',
      );
    }
    await cloud.close();
    const folder = /files arrive in +(\S+)/.exec(printed)?.[1] ?? '';
    const [sent, received] = await Promise.all([
      readFile('docs/demo.png'),
      readFile(join(folder, 'picture.png')),
    ]);
    assert.ok(sent.length > 100 * 1024 && sent.equals(received));
    demo.kill('SIGINT');
    const [code] = await once(demo, 'exit');
    assert.equal(code, 0, printed);
  });

  it('says in one line that a port is in use', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    const demo = start([port, await freePort(), await freePort()]);
    const [code] = await once(demo, 'close');
    taken.close();
    assert.equal(code, 1);
    assert.equal(printed, `Port ${port} is in use\n`);
  });
});
