import assert from 'node:assert/strict';
import { SyncServiceClient } from '../../src/client';
import { LocalService } from '../../src/local-service';
import { EmbeddedNodeRed, type Flows } from '../support/embedded-node-red';
import { freePort } from '../support/ports';
import { givenID, publishingNode } from '../support/publishing-node';
import { admin, cloudNode } from '../support/service-nodes';
import { until } from '../support/until';
import { makeUserDir, type UserDir } from '../support/user-dir';

const objectType = 'readings';

/** What is posted is sent by sync-out; the response is the outcome of its message. */
function sendingFlow(address: string): Flows {
  const place = { z: 'tab', x: 0, y: 0 };
  const outcome = { t: 'set', p: 'payload', pt: 'msg', to: 'outcome', tot: 'msg' };
  return {
    flows: [
      { id: 'tab', type: 'tab', label: 'sending' },
      cloudNode(address, { outboxOrder: 'every', outboxRate: '100' }),
      { id: 'post', type: 'http in', url: '/send', method: 'post', wires: [['out']], ...place },
      {
        ...{ ...publishingNode(objectType), ...givenID, id: 'out', service: 'css', destination: 'all' },
        ...{ whenAway: 'keep', waitFor: 'queued', wires: [['outcome']], ...place },
      },
      { id: 'outcome', type: 'change', rules: [outcome], wires: [['response']], ...place },
      { id: 'response', type: 'http response', statusCode: '200', wires: [], ...place },
    ],
    credentials: { css: admin },
  };
}

describe('a Node-RED that is killed, with an outbox', function () {
  this.timeout(240_000);
  let userDir: UserDir;
  let port: number;
  let running: LocalService | undefined;
  const nodeReds: EmbeddedNodeRed[] = [];

  before(async () => {
    userDir = await makeUserDir();
    port = await freePort();
  });
  after(async () => {
    for (const nodeRed of nodeReds) await nodeRed.kill();
    await running?.stop();
    await userDir.remove();
  });

  async function start(): Promise<EmbeddedNodeRed> {
    const nodeRed = await EmbeddedNodeRed.start({}, userDir);
    nodeReds.push(nodeRed);
    return nodeRed;
  }

  /** Posts one reading after the other, a few at once, and kills the process amid them. @returns what it confirmed. */
  async function postAndKill(nodeRed: EmbeddedNodeRed, name: string, enough: number): Promise<string[]> {
    const confirmed: string[] = [];
    let next = 0;
    let isDead = false;
    const post = async (): Promise<void> => {
      while (!isDead) {
        const id = `${name}${next++}`;
        const response = await fetch(`${nodeRed.url}/send`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ id }),
        }).catch(() => undefined);
        if ((await response?.text().catch(() => '')) === 'queued') confirmed.push(id);
        if (!response) return;
      }
    };
    const posting = Promise.all(Array.from({ length: 8 }, post));
    await until('enough are confirmed', () => confirmed.length >= enough, 60_000);
    await nodeRed.kill();
    isDead = true;
    await posting;
    return confirmed;
  }

  it('has everything arrive that it has confirmed as queued; a second one on its folder says that it is in use', async () => {
    let nodeRed = await start();
    await nodeRed.deploy(sendingFlow(`http://127.0.0.1:${port}`), 'full');
    const confirmed: string[] = [];
    for (const life of ['a', 'b']) {
      confirmed.push(...(await postAndKill(nodeRed, life, 50)));
      nodeRed = await start();
    }
    const second = await start();
    await until('the second says so', () => second.printed.includes('The outbox cannot be used'), 60_000);
    assert.match(second.printed, /The outbox cannot be used: .*outbox.* in use/);
    await second.kill();

    running = await LocalService.start({ cloud: { port } });
    const client = new SyncServiceClient({
      address: running.cloud.address,
      organization: 'demo',
      key: 'admin@demo',
    });
    const arrived = async (): Promise<Set<string>> => {
      const objects = await client.listObjects({ objectType });
      return new Set(objects.map(({ objectID }) => objectID));
    };
    // Amid the sending, too.
    await until('some have arrived', async () => (await arrived()).size > 0, 90_000);
    await nodeRed.kill();
    nodeRed = await start();
    await until(
      `all of ${confirmed.length} have arrived`,
      async () => {
        const there = await arrived();
        return confirmed.every((id) => there.has(id));
      },
      90_000,
    );
    await client.close();
  });
});
