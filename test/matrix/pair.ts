import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import manifest from '../../package.json';
import { type RunningNodeRed, type Runtime, startNodeRed } from '../browser/node-red';
import {
  ExampleAtWork,
  type ExampleNode,
  examples,
  unexpectedIn,
  untilEdgesRegistered,
} from '../support/examples';
import type { OpenHorizon } from '../support/horizon';
import { freePort } from '../support/ports';
import { Comms } from './sight';

interface LoadedModule {
  module: string;
  types: string[];
  enabled: boolean;
  err?: unknown;
}

/** How many examples run at a time. */
const atOnce = 2;

/** Whether all nodes load in a Node-RED, and all examples do their job. @returns what does not. */
export async function tryPair(runtime: Runtime, horizon: OpenHorizon): Promise<string[]> {
  const failures: string[] = [];
  const attempt = async (
    name: string,
    use: (nodeRed: RunningNodeRed, cloudPort: number) => Promise<void>,
  ): Promise<void> => {
    try {
      const cloudPort = await freePort();
      const environment = {
        ...horizon.environment,
        EDGE_SYNC_LOCAL_CSS_PORT: String(cloudPort),
        EDGE_SYNC_UPLINK_PORT: String(await freePort()),
      };
      const nodeRed = await startNodeRed({}, environment, runtime);
      await use(nodeRed, cloudPort).finally(() => nodeRed.stop());
    } catch (error) {
      failures.push(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  await attempt('the nodes', allAreLoaded);
  const left = Object.keys(examples);
  const work = async (): Promise<void> => {
    for (let name = left.shift(); name !== undefined; name = left.shift()) {
      const example = name;
      await attempt(example, (nodeRed, cloudPort) => doesItsJob(nodeRed, cloudPort, example, horizon));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return failures;
}

async function allAreLoaded({ url }: RunningNodeRed): Promise<void> {
  const answer = await fetch(`${url}/nodes`, { headers: { accept: 'application/json' } });
  const loaded = ((await answer.json()) as LoadedModule[]).filter(({ module }) => module === manifest.name);
  assert.deepEqual(
    loaded.filter(({ enabled, err }) => !enabled || err),
    [],
  );
  assert.deepEqual(
    loaded.flatMap(({ types }) => types).sort(),
    Object.keys(manifest['node-red'].nodes).sort(),
  );
}

async function doesItsJob(
  { url, home, log }: RunningNodeRed,
  cloudPort: number,
  name: string,
  horizon: OpenHorizon,
): Promise<void> {
  const flows = readFileSync(resolve(__dirname, '../../examples', `${name}.json`), 'utf8');
  const comms = await Comms.open(url);
  try {
    const headers = { 'content-type': 'application/json', 'node-red-deployment-type': 'full' };
    const deployed = await fetch(`${url}/flows`, { method: 'POST', headers, body: flows });
    assert.equal(deployed.status, 204);
    const nodes = JSON.parse(flows) as ExampleNode[];
    // Nobody presses a button before the flows have started, and edges are there.
    for (const { id, type } of nodes) if (type === 'sync-in') await comms.see(id, /connected|polled/);
    await untilEdgesRegistered(cloudPort, nodes);
    await examples[name]?.(new ExampleAtWork(home, nodes, comms), horizon);
    assert.deepEqual(unexpectedIn(log()), []);
  } finally {
    comms.close();
  }
}
