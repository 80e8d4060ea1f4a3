import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import type { Browser } from 'playwright-core';
import { SyncServiceClient } from '../../src/client';
import { LocalService } from '../../src/local-service';
import { until } from '../support/until';
import { type DrawnNode, Editor, openBrowser } from './editor';
import { type RunningNodeRed, startNodeRed } from './node-red';

interface ExampleNode {
  id: string;
  type: string;
  name?: string;
  label?: string;
}

/** An example at work: its nodes go by their names. */
class Running {
  constructor(
    readonly editor: Editor,
    readonly nodeRed: RunningNodeRed,
    private readonly nodes: readonly ExampleNode[],
  ) {}

  async press(button: string): Promise<void> {
    const pressed = await fetch(`${this.nodeRed.url}/inject/${this.#idOf(button)}`, { method: 'POST' });
    assert.equal(pressed.status, 200);
  }

  /** Waits until a node shows a status that fits. */
  see(name: string, status: RegExp): Promise<void> {
    return this.editor.statusAnywhere(this.#idOf(name), status);
  }

  /** Whether a node shows a status that fits now. */
  shows(name: string, status: RegExp): Promise<boolean> {
    return this.editor.hasStatus(this.#idOf(name), status);
  }

  /** Waits for a message in the debug sidebar. */
  async read(text: RegExp): Promise<void> {
    const messages = this.editor.page.locator('.red-ui-debug-msg', { hasText: text });
    await messages.first().waitFor({ timeout: 60_000 });
  }

  /** Takes a picture of a node's dialog. */
  async show(name: string): Promise<void> {
    await this.editor.openDialog(this.#idOf(name));
    await this.editor.picture(`dialog ${name}`);
    await this.editor.cancelDialog();
  }

  async file(...path: string[]): Promise<void> {
    await until(path.join('/'), () => existsSync(join(this.nodeRed.home, ...path)));
  }

  #idOf(name: string): string {
    const found = this.nodes.filter((node) => node.name === name);
    assert.equal(found.length, 1, `nodes with the name "${name}"`);
    return found[0]?.id ?? '';
  }
}

/** An edge as Open Horizon's agent gives it to a service. */
class OpenHorizon {
  private constructor(
    private readonly folder: string,
    private readonly service: LocalService,
    readonly cloud: SyncServiceClient,
    readonly environment: NodeJS.ProcessEnv,
  ) {}

  static async start(): Promise<OpenHorizon> {
    const folder = await mkdtemp(join(tmpdir(), 'edge-sync-horizon-'));
    const socketPath = join(folder, 'essapi.sock');
    const place = { organization: 'demo', destinationType: 'gateway', destinationID: 'edge1' };
    const service = await LocalService.start({ edges: [{ ...place, socketPath, tls: true }] });
    const environment = {
      HZN_ESS_API_PROTOCOL: 'secure-unix',
      HZN_ESS_API_ADDRESS: socketPath,
      HZN_ESS_API_PORT: '0',
      HZN_ESS_AUTH: join(folder, 'auth.json'),
      HZN_ESS_CERT: join(folder, 'cert.pem'),
    };
    await writeFile(environment.HZN_ESS_AUTH, '{"id":"demo$demo$1.0.0$app","token":"x","version":"1.0.0"}');
    await writeFile(environment.HZN_ESS_CERT, service.edges[0]?.caCertificate ?? '');
    const { address } = service.cloud;
    const cloud = new SyncServiceClient({ address, organization: 'demo', key: 'admin@demo' });
    return new OpenHorizon(folder, service, cloud, environment);
  }

  async stop(): Promise<void> {
    await this.cloud.close();
    await this.service.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** What a user does with each example, and sees. */
const examples: Record<string, (example: Running, horizon: OpenHorizon) => Promise<void>> = {
  async 'cloud to edge'(example) {
    await example.press('send a file');
    await example.press('send a configuration');
    await example.file('received', 'picture.png');
    await example.read(/celsius/);
    await example.see('publish configuration', /^consumed$/);
    await example.see('publish file', /^consumed$/);
  },
  async 'edge to cloud'(example) {
    await example.press('send a reading');
    await example.see('reading', /^\d+(\.\d)?$/);
    await example.see('delivery status', /^consumed$/);
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
    await writeFile(join(example.nodeRed.home, 'edge-sync-outbox', 'what a name!.txt'), 'x');
    await example.see('arrived at the edge', /outgoing\/what_a_name_\.txt/);
  },
  async 'configuration roll-out'(example) {
    await example.show('publish settings');
    await example.press('roll out 1.0');
    await example.see('publish settings', /^consumed 1\/2$/);
    await example.see('edge 2 has', /^1\.0$/);
    await example.see('everywhere', /^1\.0$/);
    await example.press('where is it?');
    await example.see('where is it', /^2$/);
    await example.press('roll out 1.0');
    await example.see('publish settings', /^consumed 1\/2$/);
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
    await until('nothing is left', async () => {
      await example.press('what is left?');
      return example.shows('what is left', /^0$/);
    });
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
    const [result] = await until('the result is in the cloud', async () => {
      const found = await cloud.listUpdates('app-results');
      return found.length > 0 && found;
    });
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

const files = readdirSync(resolve(__dirname, '../../examples')).map((file) => basename(file, '.json'));

function overlapping(nodes: readonly DrawnNode[]): string[] {
  const found: string[] = [];
  for (const [index, one] of nodes.entries()) {
    for (const other of nodes.slice(index + 1)) {
      const apart =
        Math.abs(one.x - other.x) >= (one.w + other.w) / 2 ||
        Math.abs(one.y - other.y) >= (one.h + other.h) / 2;
      if (!apart) found.push(`${one.id} and ${other.id}`);
    }
  }
  return found;
}

describe('an example, imported', () => {
  let browser: Browser;
  let horizon: OpenHorizon;
  before(async () => {
    browser = await openBrowser();
    horizon = await OpenHorizon.start();
  });
  after(async () => {
    await browser?.close();
    await horizon?.stop();
  });

  it('is tried here, whichever it is', () => {
    assert.deepEqual(Object.keys(examples).sort(), files.sort());
  });

  for (const [name, use] of Object.entries(examples)) {
    it(`works: ${name}`, async () => {
      const nodeRed = await startNodeRed({}, horizon.environment);
      try {
        const editor = await Editor.open(browser, nodeRed.url, { viewport: { width: 1600, height: 900 } });
        await editor.importExample(name);
        await editor.invoke('core:show-debug-tab');
        await editor.deploy();
        const nodes = (await (await fetch(`${nodeRed.url}/flows`)).json()) as ExampleNode[];
        const tabs = nodes.filter(({ type, label }) => type === 'tab' && label !== 'Flow 1').reverse();
        assert.ok(tabs.length > 0);
        for (const { id } of tabs) {
          await editor.showTab(id);
          const drawn = await editor.drawn();
          assert.ok(drawn.length > 5);
          assert.deepEqual(overlapping(drawn), []);
        }
        try {
          await use(new Running(editor, nodeRed, nodes), horizon);
        } finally {
          await editor.picture(`example ${name}`);
        }
        assert.deepEqual(editor.failures, []);
        // Of nodes: Node-RED itself warns that projects are off and credentials not found.
        assert.doesNotMatch(nodeRed.log(), /\[(warn|error)\] \[/);
        await editor.close();
      } finally {
        await nodeRed.stop();
      }
    });
  }
});
