import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import type { Browser } from 'playwright-core';
import {
  ExampleAtWork,
  type ExampleNode,
  examples,
  press,
  unexpectedIn,
  untilEdgesRegistered,
} from '../support/examples';
import { OpenHorizon } from '../support/horizon';
import { freePort } from '../support/ports';
import { type DrawnNode, Editor, openBrowser } from './editor';
import { startNodeRed } from './node-red';

/** Those that are in the package. */
const files = readdirSync(resolve(__dirname, '../../examples')).map((file) => basename(file, '.json'));

/** The dialog that is in the README. */
const shown = { example: 'configuration roll-out', node: 'publish settings' };

const viewport = { width: 1600, height: 900 };

async function showDialog(editor: Editor, name: string, id: string): Promise<void> {
  // All of it, with the section that holds something.
  await editor.page.setViewportSize({ ...viewport, height: 1_500 });
  await editor.openDialog(id);
  await editor.picture(`dialog ${name}`);
  await editor.cancelDialog();
  await editor.page.setViewportSize(viewport);
}

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
      const cloudPort = await freePort();
      const environment = {
        ...horizon.environment,
        EDGE_SYNC_LOCAL_CSS_PORT: String(cloudPort),
        EDGE_SYNC_UPLINK_PORT: String(await freePort()),
      };
      const nodeRed = await startNodeRed({}, environment);
      try {
        const editor = await Editor.open(browser, nodeRed.url, { viewport });
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
          const example = new ExampleAtWork(nodeRed.home, nodes, {
            press: (id) => press(nodeRed.url, id),
            see: (id, status) => editor.statusAnywhere(id, status),
            shows: (id, status) => editor.hasStatus(id, status),
            read: async (text) => {
              const messages = editor.page.locator('.red-ui-debug-msg', { hasText: text });
              await messages.first().waitFor({ timeout: 60_000 });
            },
          });
          if (name === shown.example) await showDialog(editor, shown.node, example.idOf(shown.node));
          await untilEdgesRegistered(cloudPort, nodes);
          await use(example, horizon);
        } finally {
          await editor.picture(`example ${name}`);
        }
        assert.deepEqual(editor.failures, []);
        assert.deepEqual(unexpectedIn(nodeRed.log()), []);
        await editor.close();
      } finally {
        await nodeRed.stop();
      }
    });
  }
});
