import assert from 'node:assert/strict';
import { EmbeddedNodeRed, type Flows } from '../support/embedded-node-red';
import { type LocalPair, startPair } from '../support/local-pair';
import { admin, edgeNode } from '../support/service-nodes';
import { until } from '../support/until';
import { makeUserDir, type UserDir } from '../support/user-dir';

const object = { objectType: 'models', objectID: 'deadly' };
const attempts = 3;

/** A message that kills Node-RED, as one does that takes all its memory; what is given up is consumed. */
function deadlyFlow(edge: string): Flows {
  const place = { z: 'tab', x: 0, y: 0 };
  return {
    flows: [
      { id: 'tab', type: 'tab', label: 'deadly' },
      edgeNode(edge),
      {
        ...{ id: 'in', type: 'sync-in', service: 'ess', objectTypes: object.objectType, ...place },
        ...{ interval: '0.05', maxAttempts: String(attempts) },
        wires: [['kill'], [], ['consume']],
      },
      // The shell's parent is Node-RED.
      { id: 'kill', type: 'exec', command: 'kill -9 $PPID', addpay: '', wires: [[], [], []], ...place },
      { id: 'consume', type: 'sync-consume', service: 'ess', wires: [[]], ...place },
    ],
    credentials: { ess: admin },
  };
}

describe('a Node-RED that a message kills', function () {
  this.timeout(180_000);
  let pair: LocalPair;
  let userDir: UserDir;
  let nodeRed: EmbeddedNodeRed | undefined;

  before(async () => {
    pair = await startPair();
    userDir = await makeUserDir();
  });
  after(async () => {
    await nodeRed?.kill();
    await pair.close();
    await userDir.remove();
  });

  it('is not killed by it for ever: each death costs an attempt, and in the end the object is given up', async () => {
    await pair.cloud.publish({ ...object, destinationType: 'gateway' }, 'deadly');
    nodeRed = await EmbeddedNodeRed.start({}, userDir);
    void nodeRed.deploy(deadlyFlow(pair.service.edges[0]?.address ?? ''), 'full').catch(() => undefined);
    for (let death = 1; death <= attempts; death += 1) {
      await nodeRed.ended();
      nodeRed = await EmbeddedNodeRed.start({}, userDir);
    }
    await until('it is consumed', async () => {
      const [destination] = await pair.cloud.getObjectDestinations(object);
      return destination?.status === 'consumed';
    });
    assert.deepEqual(await pair.edge.listUpdates(object.objectType), []);
  });
});
