import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import { SyncServiceClient } from '../../src/client';
import { type DeployMode, EmbeddedNodeRed, type Flows } from '../support/embedded-node-red';
import { freePort } from '../support/ports';
import { until } from '../support/until';

const local = { type: 'sync-service', connection: 'local', organization: 'demo', edgeType: 'gateway' };
const object = { objectType: 'rules', objectID: 'r1' };

describe('the local service of a Node-RED', () => {
  let nodeRed: EmbeddedNodeRed;
  let address = '';
  let cloud: SyncServiceClient;

  before(async () => {
    const port = await freePort();
    address = `http://127.0.0.1:${port}`;
    cloud = clientOf('demo');
    nodeRed = await EmbeddedNodeRed.start({ EDGE_SYNC_LOCAL_CSS_PORT: String(port) });
  });
  after(async () => {
    await cloud.close();
    await nodeRed.kill();
  });

  const clientOf = (organization: string): SyncServiceClient =>
    new SyncServiceClient({ address, organization, key: `admin@${organization}` });
  /** A sync-out, which asks nothing of the service until it gets a message, on a cloud. */
  const flows = (name: string): Flows => ({
    flows: [
      { id: 'tab', type: 'tab', label: 'test' },
      { ...local, id: 'css', side: 'cloud', name },
      { id: 'out', type: 'sync-out', z: 'tab', x: 0, y: 0, service: 'css', name, wires: [] },
    ],
  });

  it('does not run for config nodes that nobody uses', async () => {
    await nodeRed.deploy({ flows: flows('').flows.slice(0, 2) }, 'full');
    await assert.rejects(cloud.getHealth(), { code: 'SYNC_UNREACHABLE' });
    await nodeRed.deploy(flows(''), 'nodes');
    await until('it runs', () => runs(cloud));
  });

  it('keeps its objects over every kind of deploy', async () => {
    await nodeRed.deploy(flows(''), 'full');
    await until('it runs', () => runs(cloud));
    await cloud.publish(object, 'hello');
    const { instanceID } = await cloud.getObjectMetadata(object);
    for (const mode of ['full', 'flows', 'nodes'] satisfies DeployMode[]) {
      await nodeRed.deploy(flows(mode), mode);
      assert.equal((await cloud.getObjectMetadata(object)).instanceID, instanceID);
    }
  });

  it('is one for all config nodes, whatever their side and organization', async () => {
    const edges = ['demo', 'other'].flatMap((organization) =>
      ['edge1', 'edge2'].flatMap((edgeID) => {
        const id = `${organization} ${edgeID}`;
        const syncIn = { type: 'sync-in', z: 'tab', x: 0, y: 0, objectTypes: 'rules', wires: [[], []] };
        return [
          { ...local, id, side: 'edge', organization, edgeID },
          { ...syncIn, id: `in ${id}`, service: id },
        ];
      }),
    );
    await nodeRed.deploy({ flows: [...flows('').flows, ...edges] }, 'full');
    const other = clientOf('other');
    for (const client of [cloud, other]) {
      const destinations = await until('both edges are there', async () => {
        const found = (await runs(client)) && (await client.getDestinations());
        return found && found.length === 2 && found;
      });
      assert.deepEqual(destinations.map(({ destinationID }) => destinationID).toSorted(), ['edge1', 'edge2']);
    }
    await other.close();
  });

  it('stops with it, and does not keep its process running', async () => {
    await nodeRed.deploy(flows(''), 'full');
    await until('it runs', () => runs(cloud));
    // Less than the 30 s that it outlives its last user where Node-RED goes on.
    const late = new AbortController();
    const inTime = pause(25_000, 'late', { signal: late.signal });
    const code = await Promise.race([nodeRed.stop(), inTime]);
    late.abort();
    await inTime.catch(() => undefined);
    assert.equal(code, 0, nodeRed.printed);
    await assert.rejects(cloud.getHealth(), { code: 'SYNC_UNREACHABLE' });
  });
});

function runs(client: SyncServiceClient): Promise<boolean> {
  return client.getHealth().then(
    () => true,
    () => false,
  );
}
