import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OpenHorizon } from './horizon';
import { until } from './until';

/** An editor, for somebody who looks at an example. */
export interface Sight {
  /** Presses the button of an inject node. */
  press(id: string): Promise<void>;
  /** Waits until a node shows a status that fits. */
  see(id: string, status: RegExp): Promise<void>;
  /** Whether a node shows a status that fits now. */
  shows(id: string, status: RegExp): Promise<boolean>;
  /** Waits for a message in the debug sidebar. */
  read(text: RegExp): Promise<void>;
}

export interface ExampleNode {
  id: string;
  type: string;
  name?: string;
  label?: string;
  service?: string;
  connection?: string;
  side?: string;
  edgeID?: string;
}

/**
 * Until the local cloud knows the edges of an example: what is sent before that reaches nobody, or is refused.
 *
 * @param port of the local cloud in the Node-RED where the example was deployed.
 */
export async function untilEdgesRegistered(port: number, nodes: readonly ExampleNode[]): Promise<void> {
  const isUsed = ({ id }: ExampleNode): boolean => nodes.some(({ service }) => service === id);
  const edges = nodes.filter((node) => node.connection === 'local' && node.side === 'edge' && isUsed(node));
  const wanted = new Set(edges.map(({ edgeID }) => edgeID)).size;
  const headers = { authorization: `Basic ${Buffer.from('admin@demo:').toString('base64')}` };
  const registered = async (): Promise<number> => {
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/destinations/demo`, { headers });
    return answer.status === 200 ? ((await answer.json()) as unknown[]).length : 0;
  };
  if (wanted === 0) return;
  await until(`${wanted} edges have registered`, async () => (await registered().catch(() => 0)) >= wanted);
}

/** Presses it as the editor does; right after a deploy it is not there yet. */
export async function press(nodeRed: string, id: string): Promise<void> {
  const url = `${nodeRed}/inject/${id}`;
  await until(
    `there is the button ${id}`,
    async () => (await fetch(url, { method: 'POST' })).status === 200,
    60_000,
  );
}

/** An example in a Node-RED, and somebody who uses it. Its nodes go by their names. */
export class ExampleAtWork {
  /** @param home where Node-RED runs: relative paths start there. */
  constructor(
    readonly home: string,
    private readonly nodes: readonly ExampleNode[],
    private readonly sight: Sight,
  ) {}

  press(button: string): Promise<void> {
    return this.sight.press(this.idOf(button));
  }

  see(name: string, status: RegExp): Promise<void> {
    return this.sight.see(this.idOf(name), status);
  }

  shows(name: string, status: RegExp): Promise<boolean> {
    return this.sight.shows(this.idOf(name), status);
  }

  read(text: RegExp): Promise<void> {
    return this.sight.read(text);
  }

  async file(...path: string[]): Promise<void> {
    await until(path.join('/'), () => existsSync(join(this.home, ...path)), 60_000);
  }

  idOf(name: string): string {
    const found = this.nodes.filter((node) => node.name === name);
    assert.equal(found.length, 1, `nodes with the name "${name}"`);
    return found[0]?.id ?? '';
  }
}

/** What nodes have logged: warnings and errors, but those that an example is about. */
export function unexpectedIn(log: string): string[] {
  // Node-RED itself warns that projects are off and credentials not found.
  const told = log.split('\n').filter((line) => /\[(warn|error)\] \[/.test(line));
  return told.filter((line) => !/What is sent is kept until .*ECONNREFUSED/.test(line));
}

/** What a user does with each example, and sees. */
export const examples: Record<string, (example: ExampleAtWork, horizon: OpenHorizon) => Promise<void>> = {
  async 'cloud to edge'(example) {
    await example.file('edge-sync-received', 'about.txt');
    await example.press('send a file');
    await example.press('send a configuration');
    await example.file('edge-sync-received', 'picture.png');
    await example.read(/celsius/);
    await example.see('publish configuration', /^consumed$/);
    await example.see('publish file', /^consumed$/);
  },
  async 'edge to cloud'(example) {
    await example.press('send a reading');
    await example.see('reading', /^\d+(\.\d)?$/);
    await example.see('delivery status', /^consumed$/);
  },
  async 'store and forward'(example) {
    await example.see('ask for what is not there', /^not there/);
    await example.press('uplink fails');
    await example.see('uplink', /^no uplink$/);
    for (let count = 1; count <= 3; count += 1) {
      await example.press('measure');
      await example.see('keep reading', new RegExp(`\\b${count} waiting since`));
    }
    await example.see('outcome', /^queued$/);
    await example.press('what waits?');
    await example.see('waiting', /^3$/);
    await example.press('uplink is back');
    await example.see('uplink', /^uplink$/);
    await example.see('arrived', /^\d+(\.\d)?$/);
    await example.see('keep reading', /^all sent$/);
    await example.press('what waits?');
    await example.see('waiting', /^0$/);
  },
  async 'receive files'(example) {
    await example.file('edge-sync-received', 'about.txt');
    for (const file of ['notes.txt', 'limits.csv']) {
      await example.press(`send ${file}`);
      await example.file('edge-sync-received', file);
      await example.see('file has arrived', new RegExp(`^documents/${file}$`));
    }
    await example.see('delivery status', /^consumed$/);
  },
  async 'send files from a folder'(example) {
    await example.press('make a file');
    await example.see('arrived at the edge', /outgoing\/hello\.txt/);
    await writeFile(join(example.home, 'edge-sync-outbox', 'what a name!.txt'), 'x');
    await example.see('arrived at the edge', /outgoing\/what_a_name_\.txt/);
  },
  async 'configuration roll-out'(example) {
    await example.press('roll out 1.0');
    await example.see('publish settings', /^consumed 1\/2$/);
    await example.see('edge 2 has', /^1\.0$/);
    await example.see('everywhere', /^1\.0$/);
    await example.press('where is it?');
    await example.see('where is it', /^2$/);
    // At once, since edge 2 takes 1.0 some seconds later.
    await example.press('roll out 1.0');
    await example.press('roll out 2.0');
    await example.see('not everywhere', /^superseded$/);
    await example.see('everywhere', /^2\.0$/);
  },
  async 'model update with signature check'(example) {
    await example.read(/BEGIN PUBLIC KEY/);
    await example.press('send a signed model');
    await example.see('delivery status', /^consumed$/);
    await example.see('model to use', /^consumed$/);
    await example.press('send an unsigned model');
    await example.see('why', /^SYNC_UNTRUSTED_KEY$/);
  },
  async webhook(example) {
    // The poll alone would bring it ten minutes later.
    await example.press('raise an alarm');
    await example.see('alarm', /^boiler$/);
    await example.see('delivery status', /^consumed$/);
  },
  async deletions(example) {
    await example.press('publish the rule');
    await example.see('edge', /^consumed$/);
    await example.see('outcome', /^consumed$/);
    await example.press('delete the rule');
    await example.see('edge', /^deleted$/);
    await example.see('outcome', /^deleted$/);
    await until(
      'nothing is left',
      async () => {
        await example.press('what is left?');
        return example.shows('what is left', /^0$/);
      },
      60_000,
    );
  },
  async 'error handling with catch and redelivery'(example) {
    await example.press('send an order');
    await example.see('why', /The machine is busy/);
    await example.see('done at attempt', /^2$/);
    await example.see('delivery status', /^consumed$/);
    await example.press('send nonsense');
    await example.see('why', /The data of orders/);
    await example.see('given up', /orders\/nonsense/);
  },
  async 'Open Horizon edge service'(example, { cloud }) {
    await cloud.publish({ objectType: 'app-settings', objectID: 'settings' }, '{"interval":30}');
    await example.see('settings', /^received$/);
    await example.press('send a result');
    await example.see('result', /^published$/);
    const [result] = await until(
      'the result is in the cloud',
      async () => {
        const found = await cloud.listUpdates('app-results');
        return found.length > 0 && found;
      },
      60_000,
    );
    assert.ok(result);
    const { settings } = JSON.parse(String(await cloud.fetchObjectData(result))) as { settings: object };
    assert.deepEqual(settings, { interval: 30 });
  },
  async 'queries and access control'(example) {
    await example.press('publish a recipe');
    await example.see('published', /^delivered$/);
    await example.press('which recipes?');
    await example.see('recipes', /^bread$/);
    await example.press('which edges?');
    await example.see('edges', /^edge1$/);
    await example.press('how is it?');
    await example.see('health', /^green$/);
    await example.press('what has arrived?');
    await example.see('found at the edge', /^1$/);
    await example.press('let ann write');
    await example.see('who may', /^1$/);
    await example.press('no longer');
    await example.see('who may', /^0$/);
  },
};
