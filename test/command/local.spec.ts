import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { SyncServiceClient } from '../../src/client';
import { help } from '../../src/local-service/command/options';
import { run, untilReady } from '../support/command';
import { until } from '../support/until';

describe('the command local', () => {
  it('starts a cloud and edges, says where, and stops cleanly', async () => {
    const local = run('local', '--port', '0', '--edge-port', '0', '--edge', 'gateway/a', '--edge', 'truck/b');
    await untilReady(local);
    const [, address = ''] = /cloud \(CSS\)\s+(http:\S+) {2}organization demo/.exec(local.output()) ?? [];
    const [, edge = ''] = /edge \(ESS\)\s+(http:\S+) {2}truck\/b/.exec(local.output()) ?? [];
    const cloud = new SyncServiceClient({ address, organization: 'demo', key: 'admin@demo' });
    const ess = new SyncServiceClient({ address: edge, key: 'admin@demo' });
    await until('both edges have registered', async () => (await cloud.getDestinations()).length === 2);
    await cloud.publish({ objectType: 't', objectID: 'o', destinationType: 'truck' }, 'hello');
    const [object] = await until('it has arrived', async () => {
      const listed = await ess.listUpdates('t');
      return listed.length > 0 && listed;
    });
    assert.ok(object);
    assert.equal(String(await ess.fetchObjectData(object)), 'hello');
    await Promise.all([cloud.close(), ess.close()]);
    local.process.kill('SIGINT');
    assert.equal(await local.code, 0);
  });

  it('has edges in memory, and is gentle, where asked to', async () => {
    const local = run('local', '--port', '0', '--edge-port', '0', '--memory', '--gentle');
    await untilReady(local);
    const [address = '', edge = ''] = Array.from(local.output().matchAll(/http:\S+/g), ([url]) => url);
    const cloud = new SyncServiceClient({ address, organization: 'demo', key: 'root@x' });
    const ess = new SyncServiceClient({ address: edge, key: 'admin@demo' });
    await until('the edge has registered', async () => (await cloud.getDestinations()).length === 1);
    await cloud.publish({ objectType: 't', objectID: 'large' }, Buffer.alloc(5_242_881));
    await until(
      'it has come without its data',
      async () => (await ess.getObjectStatus({ objectType: 't', objectID: 'large' })) === 'partiallyreceived',
    );
    const authorization = `Basic ${Buffer.from('root@x:').toString('base64')}`;
    const headers = { authorization, range: 'x' };
    const { status } = await fetch(`${address}/api/v1/objects/demo/t/large/data`, { headers });
    assert.equal(status, 400);
    await Promise.all([cloud.close(), ess.close()]);
    local.process.kill('SIGTERM');
    assert.equal(await local.code, 0);
  });

  it('speaks TLS, with a certificate to trust', async () => {
    const local = run('local', '--port', '0', '--edge-port', '0', '--tls');
    await untilReady(local);
    const [, address = '', caFile = ''] =
      /cloud \(CSS\)\s+(https:\S+).*\n\s+trust (\S+)/.exec(local.output()) ?? [];
    const ca = await readFile(caFile, 'utf8');
    const cloud = new SyncServiceClient({ address, organization: 'demo', key: 'admin@demo', tls: { ca } });
    assert.equal((await cloud.getHealth()).general.nodeType, 'CSS');
    await cloud.close();
    local.process.kill('SIGTERM');
    assert.equal(await local.code, 0);
    await assert.rejects(readFile(caFile), { code: 'ENOENT' });
  });

  it('says in a line that a port is in use', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const local = run('local', '--port', String(port), '--edge-port', '0');
    assert.equal(await local.code, 1);
    assert.equal(local.output().trim(), `Port ${port} is in use`);
    taken.close();
  });

  it('says who has its folder, and what of that cannot be read any more', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'edge-sync-data-'));
    try {
      await writeFile(join(folder, 'journal'), 'of another program');
      const args = ['local', '--port', '0', '--edge-port', '0', '--data', folder];
      const local = run(...args);
      await untilReady(local);
      const damaged = join(folder, 'damaged-1');
      assert.match(local.output(), /^18 bytes of what was kept are damaged\. They are in /m);
      assert.ok(local.output().includes(damaged));
      assert.equal(await readFile(damaged, 'utf8'), 'of another program');
      const other = run(...args);
      assert.equal(await other.code, 1);
      const holder = `process ${local.process.pid} on ${hostname()}`;
      assert.equal(other.output().trim(), `${folder} is in use by ${holder}`);
      local.process.kill('SIGINT');
      assert.equal(await local.code, 0);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('says what is wrong with its arguments', async () => {
    for (const [args, said] of [
      [['local', '--frobnicate'], /--frobnicate/],
      [['local', '--port', 'x'], /--port must be a port, not x/],
      [['local', '--edge', 'one'], /--edge must be TYPE\/ID, not one/],
      [['frobnicate'], /There is no command frobnicate/],
    ] as const) {
      const wrong = run(...args);
      assert.equal(await wrong.code, 2);
      assert.match(wrong.output(), said);
      assert.doesNotMatch(wrong.output(), /\n\s+at /);
    }
  });

  it('helps', async () => {
    for (const [args, text] of [
      [['--help'], /receive TYPE/],
      [[], /receive TYPE/],
      [['local', '--help'], /--organization NAME/],
    ] as const) {
      const asked = run(...args);
      assert.equal(await asked.code, 0);
      assert.match(asked.output(), text);
    }
    const page = readFileSync(join(__dirname, '..', '..', 'docs', 'command.md'), 'utf8');
    const [, section = ''] = page.split('\n## `local`');
    for (const [option] of help.matchAll(/--[a-z-]+/g))
      assert.ok(option === '--help' || section.includes(option), option);
  });
});
