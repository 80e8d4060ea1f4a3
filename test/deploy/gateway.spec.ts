import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SyncServiceClient } from '../../src/client';
import { OpenHorizon } from '../support/horizon';
import { otherRsa, rsa } from '../support/keys';
import { freePort } from '../support/ports';
import { until } from '../support/until';
import { makeUserDir, type UserDir } from '../support/user-dir';

const root = join(__dirname, '..', '..');
const kit = join(root, 'deploy', 'open-horizon');
const flows = { objectType: 'node-red-flows', objectID: 'flows' };

interface Delivered {
  flows: object[];
  environment?: Record<string, string>;
}

/** A service of Open Horizon, started as the image starts it, in a folder that stands for /data. */
class Gateway {
  #process: ChildProcess | undefined;
  #printed = '';

  private constructor(
    private readonly horizon: OpenHorizon,
    private readonly userDir: UserDir,
    private readonly port: number,
  ) {}

  static async make(): Promise<Gateway> {
    const userDir = await makeUserDir();
    const image = await readFile(join(kit, 'gateway', 'flows.json'), 'utf8');
    // The same, but sooner.
    const sooner = image.replaceAll('"interval": "5"', '"interval": "0.2"');
    await writeFile(join(userDir.path, 'flows.json'), sooner);
    return new Gateway(await OpenHorizon.start(), userDir, await freePort());
  }

  get cloud(): SyncServiceClient {
    return this.horizon.cloud;
  }

  /** What the image's entry point does. */
  start(): void {
    const options = [
      '--userDir',
      this.userDir.path,
      'flows.json',
      '--settings',
      join(kit, 'gateway', 'settings.js'),
    ];
    const started = spawn(process.execPath, [join(root, 'node_modules/node-red/red.js'), ...options], {
      cwd: this.userDir.path,
      env: {
        ...this.horizon.environment,
        HZN_NODE_ID: 'edge1',
        EDGE_SYNC_FLOWS_KEY: rsa.publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
        FLOWS_PROBATION: '1',
        NODE_RED_USER_DIR: this.userDir.path,
        PORT: String(this.port),
      },
    });
    for (const stream of [started.stdout, started.stderr]) {
      stream.on('data', (text: Buffer) => {
        this.#printed += text.toString();
      });
    }
    this.#process = started;
  }

  /** What the container's engine does: starts it again when it has ended. */
  keepRunning(): void {
    this.start();
    this.#process?.once('exit', (code) => code !== 0 && code !== null && this.keepRunning());
  }

  async stop(): Promise<void> {
    const running = this.#process;
    if (running?.exitCode !== null || !running.kill('SIGTERM')) return;
    await once(running, 'exit');
  }

  async remove(): Promise<void> {
    await this.stop();
    await this.horizon.stop();
    await this.userDir.remove();
  }

  /** Sends flows to it, signed. */
  async send(delivered: Delivered | string, privateKey = rsa.privateKey): Promise<void> {
    const key = privateKey.export({ type: 'pkcs1', format: 'pem' });
    const data = typeof delivered === 'string' ? delivered : JSON.stringify(delivered);
    await this.cloud.publish({ ...flows, destinationType: 'gateway' }, data, { sign: { privateKey: key } });
  }

  /** What the cloud is told of the flows, next. */
  async report(): Promise<{ good: boolean; reason?: string; node?: string }> {
    const found = await until(
      `a report; the log says: ${this.#printed}`,
      async () => (await this.cloud.listUpdates('node-red-flows-report')).at(0),
      90_000,
    );
    const report = JSON.parse(String(await this.cloud.fetchObjectData(found))) as { good: boolean };
    await this.cloud.markObjectConsumed(found);
    return report;
  }

  async answer(path: string): Promise<string> {
    const response = await fetch(`http://127.0.0.1:${this.port}${path}`);
    return `${response.status} ${await response.text()}`;
  }

  /** What the report says of the object, beside what became of it. */
  async version(): Promise<object> {
    const { objectID, instanceID, version } = await this.cloud.getObjectMetadata(flows);
    return { objectID, instanceID, version };
  }

  untilLogged(text: RegExp): Promise<unknown> {
    return until(`${text} is logged`, () => text.test(this.#printed), 60_000);
  }

  untilItListens(): Promise<unknown> {
    return until(`Node-RED listens: ${this.#printed}`, () => this.answer('/').catch(() => false), 60_000);
  }
}

describe('a gateway of the kit', function () {
  this.timeout(240_000);
  let gateway: Gateway;
  let delivered: Delivered;

  before(async () => {
    delivered = JSON.parse(await readFile(join(kit, 'delivered', 'flows.json'), 'utf8')) as Delivered;
    gateway = await Gateway.make();
    gateway.keepRunning();
    await gateway.untilItListens();
  });
  after(() => gateway.remove());

  it('receives settings by the socket of Open Horizon, as a service', async () => {
    await gateway.cloud.publish(
      { objectType: 'config', objectID: 'settings', destinationType: 'gateway' },
      '{"limit":80}',
    );
    await gateway.untilLogged(/limit: 80/);
  });

  it('tells how it is', async () => {
    assert.match(
      await gateway.answer('/edge-sync/metrics'),
      /^200 [\s\S]*edge_sync_objects_received_total\{type="config"\} 1/,
    );
  });

  it('lets nobody in', async () => {
    assert.match(await gateway.answer('/admin/'), /^404/);
    assert.match(await gateway.answer('/admin/flows'), /^401/);
  });

  it('takes no flows of another key, and tells the cloud', async () => {
    await gateway.send(delivered, otherRsa.privateKey);
    const { good, reason } = await gateway.report();
    assert.equal(good, false);
    assert.match(reason ?? '', /key/);
    assert.match(await gateway.answer('/hello'), /^404/);
  });

  it('runs flows that were signed, with their variables', async () => {
    await gateway.send(delivered);
    assert.deepEqual(await gateway.report(), { good: true, node: 'edge1', ...(await gateway.version()) });
    assert.equal(await gateway.answer('/hello'), '200 Hello from the cloud');
  });

  it('goes on with those before when new ones cannot run here', async () => {
    const { flows: nodes } = delivered;
    await gateway.send({
      flows: [...nodes, { id: 'x', type: 'not-there', z: 'hello', x: 1, y: 1, wires: [] }],
    });
    assert.match((await gateway.report()).reason ?? '', /Not installed: not-there/);
    await gateway.send({
      flows: [...nodes, { id: 'fd-in', type: 'debug', z: 'hello', x: 1, y: 1, wires: [] }],
    });
    assert.match((await gateway.report()).reason ?? '', /IDs are those of the tab that takes flows: fd-in/);
    await gateway.send('{"nodes":[]}');
    assert.match((await gateway.report()).reason ?? '', /must hold \{"flows"/);
    assert.equal(await gateway.answer('/hello'), '200 Hello from the cloud');
  });

  it('goes back to those before when new ones end Node-RED', async () => {
    const bomb = {
      id: 'bomb',
      type: 'function',
      z: 'hello',
      name: '',
      func: 'return msg;',
      outputs: 1,
      timeout: 0,
      noerr: 0,
      initialize: "Promise.reject(new Error('over'));",
      finalize: '',
      libs: [],
      x: 200,
      y: 300,
      wires: [[]],
    };
    await gateway.send({ flows: [...delivered.flows, bomb] });
    assert.match((await gateway.report()).reason ?? '', /Node-RED ended 3 times with these flows/);
    await until('the former flows answer', async () => {
      const answer = await gateway.answer('/hello').catch(() => '');
      return answer === '200 Hello from the cloud';
    });
  });
});
