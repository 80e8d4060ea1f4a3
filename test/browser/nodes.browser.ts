import assert from 'node:assert/strict';
import type { Browser } from 'playwright-core';
import { SyncServiceClient } from '../../src/client';
import { LocalService } from '../../src/local-service';
import saved from '../fixtures/flows-0.1.0.json';
import { Editor, openBrowser } from './editor';
import { type RunningNodeRed, startNodeRed } from './node-red';

describe('the editor', () => {
  let browser: Browser;
  let nodeRed: RunningNodeRed;
  let service: LocalService;
  let editor: Editor;

  before(async () => {
    browser = await openBrowser();
    nodeRed = await startNodeRed();
    const place = { organization: 'demo', destinationType: 'gateway', destinationID: 'edge1' };
    service = await LocalService.start({ edges: [place], intervals: { registration: 1, poll: 5 } });
    const cloud = new SyncServiceClient({
      address: service.cloud.address,
      organization: 'demo',
      key: 'admin@demo',
    });
    await cloud.publish({ objectType: 'rules', objectID: 'r1' }, 'hello');
    await cloud.close();
    editor = await Editor.open(browser, nodeRed.url);
  });
  after(async () => {
    await browser?.close();
    await service?.stop();
    await nodeRed?.stop();
  });
  afterEach(() => assert.deepEqual(editor.failures, []));

  it('tests connections before they are deployed, good and bad', async () => {
    const id = await editor.drag('sync-in', 200, 60);
    await editor.openDialog(id);
    await editor.enter('objectTypes', 'rules');
    await editor.page.click('#node-input-btn-service-add');
    await editor.page.waitForSelector('#node-config-dialog-ok', { state: 'visible' });
    await editor.settled();
    // It is asked what it is for; a local one for a node that receives is the edge.
    assert.equal(await editor.page.inputValue('#node-config-input-connection'), '');
    assert.equal(await editor.page.locator('#node-config-input-side').isVisible(), false);
    await editor.picture('service-new');
    await editor.fillService({ connection: 'local' });
    assert.equal(await editor.page.inputValue('#node-config-input-side'), 'edge');
    assert.match(await editor.testConnection(), /^Connected to the edge \(ESS\)$/);
    await editor.fillService({ side: 'cloud' });
    assert.match(await editor.testConnection(), /^Connected to the cloud \(CSS\), organization demo$/);
    await editor.picture('service-local');
    await editor.fillService({ connection: 'address', address: 'http://127.0.0.1:1', key: 'admin@demo' });
    assert.match(await editor.testConnection(), /^Nobody listens at this address/);
    await editor.fillService({ address: service.edges[0]?.address ?? '' });
    assert.match(await editor.testConnection(), /The service is an edge \(ESS\): set Service to Edge/);
    await editor.picture('service-bad');
    await editor.fillService({ side: 'edge', secret: 'x' });
    assert.match(await editor.testConnection(), /^Connected to the edge \(ESS\)$/);
    await editor.fillService({ connection: 'openhorizon' });
    assert.match(await editor.testConnection(), /HZN_ESS_API_PROTOCOL is not set/);
    await editor.picture('service-openhorizon');
    await editor.fillService({ connection: 'address', side: 'edge', name: 'edge' });
    await editor.page.click('#node-config-dialog-ok');
    await editor.settled();
    await editor.picture('sync-in');
    await editor.confirmDialog();
    await editor.deploy();
    await editor.status(id, /connected/);
    await editor.picture('sync-in-status');
  });

  it('suggests what the running service has, deployed or not', async () => {
    const id = await editor.drag('sync-query', 200, 140);
    await editor.openDialog(id);
    await editor.addService({
      connection: 'address',
      address: service.cloud.address,
      key: 'admin@demo',
      secret: 'x',
      name: 'cloud',
    });
    const field = (name: string): string =>
      `.sync-query-${name} .red-ui-typedInput-container input.red-ui-typedInput-input`;
    // A click into an empty field is enough.
    await editor.page.click(field('objectType'));
    await editor.page.locator('.red-ui-autoComplete-container', { hasText: 'rules' }).waitFor();
    await editor.page.keyboard.press('Escape');
    assert.deepEqual(await editor.suggestions(field('objectType')), ['rules']);
    await editor.picture('sync-query-suggestions');
    await editor.page.fill(field('objectType'), 'rules');
    await editor.page.keyboard.press('Escape');
    assert.deepEqual(await editor.suggestions(field('objectID')), ['r1']);
    await editor.page.keyboard.press('Escape');
    await editor.page.locator(field('objectID')).pressSequentially('r');
    await editor.page.keyboard.press('Tab');
    await editor.confirmDialog();
    assert.equal(await editor.property(id, 'objectID'), 'r');
  });

  it('offers what the service of the dialog can do, and warns of what is hard to undo', async () => {
    const id = await editor.drag('sync-admin', 200, 220);
    await editor.openDialog(id);
    const offered = async (): Promise<string[]> =>
      editor.page
        .locator('#node-input-action option')
        .evaluateAll((options) => options.map((option) => (option as unknown as { value: string }).value));
    await editor.page.selectOption('#node-input-service', { label: 'cloud' });
    assert.ok((await offered()).includes('deleteOrganization'));
    assert.ok(!(await offered()).includes('resend'));
    await editor.page.selectOption('#node-input-action', 'deleteOrganization');
    assert.match(await editor.page.locator('#sync-admin-warning').innerText(), /Deletes all objects/);
    await editor.picture('sync-admin');
    await editor.page.selectOption('#node-input-service', { label: 'edge' });
    assert.deepEqual((await offered()).sort(), [
      'deleteOrganization',
      'dropEntries',
      'resend',
      'retryEntries',
      'tryAgain',
    ]);
    await editor.page.selectOption('#node-input-action', 'resend');
    assert.match(await editor.page.locator('#sync-admin-warning').innerText(), /consumed come again/);
    await editor.confirmDialog();
    assert.equal(await editor.property(id, 'valid'), true);
  });

  for (const [index, type] of ['sync-fetch', 'sync-consume', 'sync-out'].entries()) {
    it(`adds a ${type}, fills in its dialog and deploys it`, async () => {
      const id = await editor.drag(type, 500, 60 + index * 80);
      await editor.openDialog(id);
      await editor.page.selectOption('#node-input-service', {
        label: type === 'sync-out' ? 'cloud' : 'edge',
      });
      await editor.page.fill('#node-input-name', `my ${type}`);
      if (type === 'sync-out') {
        await editor.page.selectOption('#node-input-destination', 'all');
        await editor.enter('objectType', 'rules');
      }
      await editor.picture(type);
      await editor.confirmDialog();
      assert.equal(await editor.property(id, 'name'), `my ${type}`);
      assert.equal(await editor.property(id, 'valid'), true);
    });
  }

  it('holds sync-out invalid until a destination is chosen, and tells how many all edges are', async () => {
    const id = await editor.drag('sync-out', 500, 300);
    await editor.openDialog(id);
    await editor.page.selectOption('#node-input-service', { label: 'cloud' });
    const { page } = editor;
    assert.equal(await page.inputValue('#node-input-destination'), '');
    assert.ok(await editor.isMarked('destination'));
    assert.ok(await editor.isMarked('objectType'));
    await editor.picture('sync-out-no-destination');
    await editor.enter('objectType', 'rules');
    assert.equal(await editor.isMarked('objectType'), false);
    await editor.confirmDialog();
    assert.equal(await editor.property(id, 'valid'), false);

    await editor.openDialog(id);
    await page.selectOption('#node-input-destination', 'all');
    await page.locator('#sync-out-edges', { hasText: /^Edges registered now: 1$/ }).waitFor();
    assert.equal(await editor.isMarked('destination'), false);
    await editor.picture('sync-out-all-edges');
    await page.selectOption('#node-input-destination', 'node');
    await page.locator('#sync-out-edges').waitFor({ state: 'hidden' });
    assert.ok(await editor.isMarked('destinationID'));
    assert.deepEqual(await editor.suggestions(editor.typed('destinationType')), ['gateway']);
    await editor.enter('destinationType', 'gateway');
    await page.keyboard.press('Escape');
    assert.deepEqual(await editor.suggestions(editor.typed('destinationID')), ['edge1']);
    await editor.enter('destinationID', 'edge1');
    await page.keyboard.press('Escape');
    assert.equal(await editor.isMarked('destinationID'), false);
    await editor.confirmDialog();
    assert.equal(await editor.property(id, 'valid'), true);
  });

  it('marks in sync-out what an edge refuses, and offers a fresh ID there', async () => {
    const id = await editor.drag('sync-out', 500, 360);
    await editor.openDialog(id);
    const { page } = editor;
    const label = (): Promise<string> => editor.typeLabel('objectID');
    await page.selectOption('#node-input-service', { label: 'cloud' });
    assert.equal(await label(), 'default: ID of msg.object');
    await page.selectOption('#node-input-service', { label: 'edge' });
    assert.equal(await label(), 'default: a new unique ID');
    assert.ok(await page.locator('.sync-out-cloud').isVisible());
    assert.equal(await page.locator('#node-input-destination').isVisible(), false);
    assert.equal(await page.locator(editor.typed('version')).isVisible(), false);
    await editor.enter('objectType', 'rules');
    await page.click('#sync-out-life .red-ui-palette-header');
    await editor.enter('expiration', 'in 24 h');
    assert.ok(await editor.isMarked('expiration'));
    assert.equal(await page.locator('#node-input-expiration ~ .sync-out-refused').isVisible(), true);
    await editor.picture('sync-out-edge');
    await page.selectOption('#node-input-service', { label: 'cloud' });
    assert.equal(await editor.isMarked('expiration'), false);
    await editor.enter('expiration', 'tomorrow');
    assert.ok(await editor.isMarked('expiration'));
    await editor.enter('expiration', '');
    await page.selectOption('#node-input-service', { label: 'edge' });
    await page.selectOption('#node-input-source', 'file');
    assert.equal(await page.inputValue('#node-input-data'), 'filename');
    await editor.confirmDialog();
    assert.equal(await editor.property(id, 'valid'), true);
    assert.equal(await editor.property(id, 'objectIDType'), 'auto');
    await editor.openDialog(id);
    assert.equal(await page.locator(editor.typed('version')).isVisible(), false);
    await editor.confirmDialog();
  });

  it('has sync-out keep what it sends, unless that is not wanted: then nothing goes on before it is sent', async () => {
    const id = await editor.drag('sync-out', 500, 420);
    await editor.openDialog(id);
    const { page } = editor;
    await page.selectOption('#node-input-service', { label: 'edge' });
    assert.equal(await page.inputValue('#node-input-whenAway'), 'keep');
    assert.equal(await page.inputValue('#node-input-waitFor'), 'queued');
    const kept = page.locator('#node-input-keptFile');
    assert.equal(await kept.isVisible(), false);
    await page.selectOption('#node-input-source', 'file');
    assert.equal(await kept.isVisible(), true);
    await page.selectOption('#node-input-action', 'delete');
    assert.equal(await page.locator('#node-input-waitFor').isVisible(), true);
    await page.selectOption('#node-input-whenAway', 'fail');
    assert.equal(await page.locator('#node-input-waitFor').isVisible(), false);
    await page.selectOption('#node-input-action', 'publish');
    assert.equal(await kept.isVisible(), false);
    assert.equal(await page.inputValue('#node-input-waitFor'), 'published');
    await editor.confirmDialog();
    assert.equal(await editor.property(id, 'whenAway'), 'fail');
    assert.equal(await editor.property(id, 'waitFor'), 'published');
    await editor.remove(id);
  });

  it('are there for the keyboard alone, each field by its label', async () => {
    const id = await editor.drag('sync-out', 500, 420);
    await editor.openDialog(id);
    const { page } = editor;
    await page.focus('#node-input-service');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForSelector('#node-config-dialog-ok', { state: 'visible' });
    await editor.settled();
    await editor.cancelService();
    await page.locator('label', { hasText: 'Object type' }).click();
    await page.keyboard.type('rules');
    await page.keyboard.press('Tab');
    await editor.confirmDialog();
    assert.equal(await editor.property(id, 'objectType'), 'rules');
    await editor.remove(id);
  });

  const key = '-----BEGIN PRIVATE KEY-----\nTESTKEYTESTKEY\n-----END PRIVATE KEY-----';
  let signing = '';

  it('keeps the key that sync-out signs with from everybody, also from the editor', async () => {
    const id = await editor.drag('sync-out', 500, 420);
    signing = id;
    await editor.openDialog(id);
    const { page } = editor;
    await page.selectOption('#node-input-service', { label: 'cloud' });
    await page.selectOption('#node-input-destination', 'all');
    await editor.enter('objectType', 'rules');
    await page.click('#sync-out-signing .red-ui-palette-header');
    await editor.chooseType('signingKey', 'path of a PEM file');
    await editor.enter('signingKey', key.replaceAll('\n', ''));
    assert.ok(await editor.isMarked('signingKey'));
    await editor.enter('signingKey', '');
    await editor.chooseType('signingKey', 'the stored key');
    await page.fill('#node-input-privateKey', key);
    await page.fill('#node-input-passphrase', 'TESTPHRASE');
    await editor.picture('sync-out-signing');
    await editor.confirmDialog();
    assert.equal(await editor.property(id, 'valid'), true);
  });

  it('opens a sync-out that was saved before it had all its fields, and changes nothing', async () => {
    const service = await editor.property(signing, 'service');
    const saved = {
      id: 'old-out',
      type: 'sync-out',
      name: 'old',
      service,
      action: 'publish',
      objectType: 'rules',
      objectTypeType: 'str',
      objectID: 'r1',
      objectIDType: 'str',
      source: 'file',
      data: 'payload',
      dataType: 'msg',
      destination: 'node',
      destinationType: 'gateway',
      destinationID: 'edge1',
      waitFor: 'consumed',
      timeout: '60',
      x: 700,
      y: 480,
      wires: [[]],
    };
    const id = await editor.add(saved);
    assert.equal(await editor.property(id, 'valid'), true);
    await editor.openDialog(id);
    await editor.confirmDialog();
    assert.equal(await editor.property(id, 'valid'), true);
    for (const field of [
      'objectID',
      'objectIDType',
      'source',
      'data',
      'dataType',
      'destinationID',
      'waitFor',
    ]) {
      assert.equal(await editor.property(id, field), saved[field as keyof typeof saved], field);
    }
    for (const field of ['inactive', 'autodelete', 'metaOnly']) {
      assert.equal(await editor.property(id, field), 'false', field);
    }
    assert.equal(await editor.property(id, 'noDataType'), 'auto');
    assert.equal(await editor.property(id, 'signingKeyType'), 'none');
  });

  it('opens what 0.1.0 has saved, and changes nothing', async () => {
    const before = await editor.ids();
    const placed = saved.filter((node) => 'z' in node);
    const service = await editor.property(signing, 'service');
    for (const node of placed) {
      const id = await editor.add({ ...node, service });
      assert.equal(await editor.property(id, 'valid'), true, node.id);
      await editor.openDialog(id);
      await editor.confirmDialog();
      assert.equal(await editor.property(id, 'valid'), true, node.id);
      for (const [name, value] of Object.entries(node)) {
        if (['id', 'z', 'x', 'y', 'wires', 'service'].includes(name)) continue;
        // Beside a type that stands for a value itself, it means nothing.
        if ((node as Record<string, unknown>)[`${name}Type`] === 'auto') continue;
        assert.deepEqual(await editor.property(id, name), value, `${node.id} ${name}`);
      }
      if (node.type === 'sync-out') assert.equal(await editor.property(id, 'whenAway'), 'fail');
      await editor.remove(id);
    }
    assert.deepEqual(await editor.ids(), before);
  });

  it('keeps environment variables where a number or a choice is expected', async () => {
    const variable = (name: string): string => ['$', `{${name}}`].join('');
    const service = await editor.property(signing, 'service');
    const nodes = [
      { type: 'sync-consume', service, mark: variable('MARK'), after: variable('AFTER'), wires: [[]] },
      { type: 'sync-in', service, objectTypes: 'a', interval: variable('INTERVAL'), wires: [[], [], []] },
    ];
    for (const node of nodes) {
      const id = await editor.add(node);
      await editor.openDialog(id);
      await editor.confirmDialog();
      assert.equal(await editor.property(id, 'valid'), true);
      for (const [name, value] of Object.entries(node)) {
        if (name !== 'wires') assert.equal(await editor.property(id, name), value, name);
      }
      await editor.remove(id);
    }
  });

  it('judges a node by itself while the dialog of another is open', async () => {
    const service = await editor.property(signing, 'service');
    const query = { type: 'sync-query', service, objectTypeType: 'str', objectIDType: 'str', wires: [[]] };
    const wrong = await editor.add({ ...query, id: 'wrong', query: 'status', objectType: '', objectID: '' });
    assert.equal(await editor.property(wrong, 'valid'), false);
    const right = await editor.add({ ...query, id: 'right', query: 'types', objectType: '', objectID: '' });
    await editor.openDialog(right);
    assert.equal(await editor.validate(wrong), false);
    assert.equal(await editor.validate(right), true);
    await editor.cancelDialog();
    await editor.remove(wrong);
    await editor.remove(right);
  });

  it('deploys all of them, and shows no secret', async () => {
    await editor.deploy();
    await editor.picture('all-nodes');
    const flows = await (await fetch(`${nodeRed.url}/flows`)).text();
    assert.ok(flows.includes('sync-admin'));
    assert.ok(flows.includes('"signingKeyType":"stored"'));
    assert.ok(!/hookPath|"secret"|TESTKEY|TESTPHRASE|privateKey|passphrase/.test(flows), flows);
    const credentials = await fetch(`${nodeRed.url}/credentials/sync-out/${signing}`);
    assert.deepEqual(await credentials.json(), { has_privateKey: true, has_passphrase: true });
  });
});
