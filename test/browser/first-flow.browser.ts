import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { Editor, openBrowser } from './editor';
import { type RunningNodeRed, startNodeRed } from './node-red';

/** docs/first-flow.md, as a user follows it. */
describe('the first flow', () => {
  let browser: Browser;
  let nodeRed: RunningNodeRed;
  let editor: Editor;
  let sender: string;
  let receiver: string;

  before(async () => {
    browser = await openBrowser();
    nodeRed = await startNodeRed();
    editor = await Editor.open(browser, nodeRed.url, { viewport: { width: 1340, height: 930 } });
  });
  after(async () => {
    await browser?.close();
    await nodeRed?.stop();
  });
  afterEach(() => assert.deepEqual(editor.failures, []));

  it('sends from the cloud', async () => {
    const inject = await editor.drag('inject', 100, 60);
    sender = await editor.drag('sync-out', 300, 60);
    await editor.wire(inject, sender);
    await editor.openDialog(sender);
    await editor.addService({ connection: 'local' });
    await editor.enter('objectType', 'config');
    await editor.chooseType('objectID', 'string');
    await editor.enter('objectID', 'settings');
    await editor.chooseType('data', 'JSON');
    await editor.enter('data', '{ "unit": "celsius", "limit": 80 }');
    await editor.page.selectOption('#node-input-destination', 'all');
    await editor.page.selectOption('#node-input-waitFor', 'consumed');
    await editor.picture('first-flow-send');
    await editor.confirmDialog();
    assert.equal(await editor.property(sender, 'valid'), true);
  });

  it('receives at the edge', async () => {
    const types = ['sync-in', 'sync-fetch', 'sync-consume', 'debug'];
    const [receive = '', fetched = '', consume = '', debug = ''] = await inTurn(types, (type, index) =>
      editor.drag(type, 90 + index * 200, 170),
    );
    receiver = receive;
    await editor.wire(receive, fetched, consume, debug);
    await editor.openDialog(receive);
    await editor.addService({ connection: 'local' });
    await editor.enter('objectTypes', 'config');
    await editor.confirmDialog();
    const service = String(await editor.property(receive, 'service'));
    await editor.openDialog(fetched);
    assert.equal(await editor.page.inputValue('#node-input-service'), service);
    await editor.page.selectOption('#node-input-output', 'json');
    await editor.confirmDialog();
    await editor.openDialog(consume);
    assert.equal(await editor.page.inputValue('#node-input-service'), service);
    await editor.confirmDialog();
    for (const id of [receive, fetched, consume]) assert.equal(await editor.property(id, 'valid'), true);
  });

  it('arrives, and is consumed', async () => {
    await editor.page.setViewportSize({ width: 1340, height: 560 });
    await editor.deploy();
    await editor.status(receiver, /connected/);
    await editor.page.locator('.red-ui-flow-node-button-button').first().click();
    await editor.status(sender, /^consumed$/);
    await editor.invoke('core:show-debug-tab');
    const message = editor.page.locator('.red-ui-debug-msg', { hasText: /unit/ });
    await message.first().waitFor({ timeout: 60_000 });
    await editor.picture('first-flow');
  });
});

async function inTurn<T, R>(all: readonly T[], act: (one: T, index: number) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const [index, one] of all.entries()) results.push(await act(one, index));
  return results;
}
