import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { until } from '../support/until';
import { Editor, openBrowser } from './editor';
import { type RunningNodeRed, startNodeRed } from './node-red';

interface ExampleNode {
  id: string;
  type: string;
  name?: string;
}

/** For each example the buttons to press and the nodes, by name, whose status then says that objects have arrived. */
const arrivals: Record<string, { press: string[]; see: [string, RegExp][]; files: string[] }> = {
  'cloud to edge': {
    press: ['send a file', 'send a configuration'],
    see: [['delivery status', /consumed/]],
    files: ['picture.png'],
  },
  'look and administer': {
    press: ['publish a limit', 'is the cloud well?', 'let two read limits'],
    see: [
      ['publish limits/pressure', /^delivered$/],
      ['health of the cloud', /OK/],
      ['who may use limits?', /OK/],
    ],
    files: [],
  },
};

describe('an example, imported', () => {
  let browser: Browser;
  before(async () => {
    browser = await openBrowser();
  });
  after(() => browser?.close());

  for (const [name, { press, see, files }] of Object.entries(arrivals)) {
    it(`works: ${name}`, async () => {
      const nodeRed = await startNodeRed();
      try {
        const editor = await Editor.open(browser, nodeRed.url);
        await editor.importExample(name);
        await editor.deploy();
        const nodes = (await (await fetch(`${nodeRed.url}/flows`)).json()) as ExampleNode[];
        const idOf = (label: string): string => {
          const found = nodes.find((node) => node.name === label);
          assert.ok(found, `${name} has a node "${label}"`);
          return found.id;
        };
        for (const button of press) {
          const pressed = await fetch(`${nodeRed.url}/inject/${idOf(button)}`, { method: 'POST' });
          assert.equal(pressed.status, 200);
        }
        for (const [label, status] of see) await editor.statusAnywhere(idOf(label), status);
        for (const file of files) await until(file, () => existsSync(join(nodeRed.folder, file)));
        await editor.picture(`example ${name}`);
        assert.deepEqual(editor.failures, []);
        await editor.close();
      } finally {
        await nodeRed.stop();
      }
    });
  }
});

/** bcrypt of `secret`. */
const passwordHash = '$2b$08$Q.aCjx.wj7HDRJloljXw4OOG1WUCFUdgY6jzurJV/EgErUSmKPHs6';

describe('the editor under httpAdminRoot and with adminAuth', () => {
  let browser: Browser;
  let nodeRed: RunningNodeRed;
  before(async () => {
    browser = await openBrowser();
    const user = (username: string, permissions: string): object => ({
      username,
      password: passwordHash,
      permissions,
    });
    nodeRed = await startNodeRed({
      httpAdminRoot: '/admin/editor',
      adminAuth: { type: 'credentials', users: [user('writer', '*'), user('reader', 'read')] },
    });
  });
  after(async () => {
    await browser?.close();
    await nodeRed?.stop();
  });

  it('tests a connection, for whoever may deploy', async () => {
    const editor = await Editor.open(browser, nodeRed.url, { name: 'writer', password: 'secret' });
    const id = await editor.drag('sync-in', 200, 60);
    await editor.openDialog(id);
    await editor.page.click('#node-input-btn-service-add');
    await editor.page.waitForSelector('#node-config-dialog-ok', { state: 'visible' });
    await editor.settled();
    assert.match(await editor.testConnection(), /^Connected to the cloud/);
    assert.deepEqual(editor.failures, []);
    await editor.close();
  });

  it('refuses to those who may not', async () => {
    const token = async (username: string): Promise<string> => {
      const answer = await fetch(`${nodeRed.url}/auth/token`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          client_id: 'node-red-admin',
          grant_type: 'password',
          scope: username === 'reader' ? 'read' : '*',
          username,
          password: 'secret',
        }),
      });
      return ((await answer.json()) as { access_token: string }).access_token;
    };
    const status = async (method: string, path: string, bearer?: string): Promise<number> => {
      const answer = await fetch(`${nodeRed.url}/sync-service/${path}`, {
        method,
        headers: {
          'content-type': 'application/json',
          ...(bearer && { authorization: `Bearer ${bearer}` }),
        },
        ...(method === 'POST' && { body: JSON.stringify({ id: 'x', settings: {}, credentials: {} }) }),
      });
      return answer.status;
    };
    const [writer, reader] = [await token('writer'), await token('reader')];
    assert.equal(await status('POST', 'test'), 401);
    assert.equal(await status('POST', 'test', reader), 401);
    assert.equal(await status('POST', 'suggestions', reader), 401);
    assert.equal(await status('POST', 'edges', reader), 401);
    assert.equal(await status('GET', 'x/edges'), 401);
    assert.equal(await status('GET', 'x/edges', reader), 404);
    assert.equal(await status('POST', 'test', writer), 200);
    assert.equal(await status('GET', 'x/suggestions'), 401);
    assert.equal(await status('GET', 'x/suggestions', writer), 404);
  });
});
