import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { Editor, openBrowser } from './editor';
import { type RunningNodeRed, startNodeRed } from './node-red';

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
    const editor = await Editor.open(browser, nodeRed.url, { user: { name: 'writer', password: 'secret' } });
    const id = await editor.drag('sync-in', 200, 60);
    await editor.openDialog(id);
    await editor.page.click('#node-input-btn-service-add');
    await editor.page.waitForSelector('#node-config-dialog-ok', { state: 'visible' });
    await editor.settled();
    await editor.fillService({ connection: 'local' });
    assert.match(await editor.testConnection(), /^Connected to the edge/);
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
    assert.equal(await status('POST', 'test', writer), 200);
    assert.equal(await status('GET', 'x/suggestions'), 401);
    assert.equal(await status('GET', 'x/suggestions', writer), 404);
  });
});
