import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Node, NodeMessageInFlow, NodeStatus } from 'node-red';
import helper from 'node-red-node-test-helper';
import { settingsOf } from '../../nodes/common/settings';
import { propertiesOf } from '../../nodes/common/table';
import { table as out } from '../../nodes/sync-out/fields';
import { toNobody } from '../../nodes/sync-out/reach';
import type { SyncServiceNode } from '../../nodes/sync-service/configuration';
import { type OutboxEntry, SyncServiceClient } from '../../src/client';
import { LocalService } from '../../src/local-service';
import { deploy, flowOf, give, next, nodes, sendingFlow, wholeFlow, withNodeRed } from '../support/flow';
import { freePort } from '../support/ports';
import { record } from '../support/recorder';
import { asAdmin, cloudNode } from '../support/service-nodes';
import { until } from '../support/until';

type Message = NodeMessageInFlow & Record<string, unknown>;
type Failure = { code: string; message: string };

const object = { objectType: 'rules', objectID: 'r1' };

describe('what sync-out keeps until it is sent', () => {
  let folder: string;
  let port: number;
  let running: LocalService | undefined;

  withNodeRed();
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'edge-sync-outbox-'));
    port = await freePort();
    helper.settings({ syncServiceFolder: folder } as Parameters<typeof helper.settings>[0]);
  });
  afterEach(async () => {
    await running?.stop();
    running = undefined;
    await rm(folder, { recursive: true, force: true });
  });

  async function startService(): Promise<void> {
    running = await LocalService.start({ cloud: { port } });
  }

  function flow(fields: object = {}, config: object = {}): ReturnType<typeof wholeFlow> {
    const ask = { z: 'tab', service: 'css', wires: [['found']] };
    return wholeFlow(
      [cloudNode(`http://127.0.0.1:${port}`, config)],
      sendingFlow({ whenAway: 'keep', waitFor: 'queued', objectID: 'id', objectIDType: 'msg', ...fields }),
      [
        { ...ask, id: 'types', type: 'sync-query', query: 'types' },
        { ...ask, id: 'waiting', type: 'sync-query', query: 'waiting' },
        { ...ask, id: 'dead', type: 'sync-query', query: 'deadLetters', objectType: 'rules' },
        { ...ask, id: 'ended', type: 'sync-query', query: 'ended' },
        { ...ask, id: 'retry', type: 'sync-admin', action: 'retryEntries' },
        { ...ask, id: 'drop', type: 'sync-admin', action: 'dropEntries', entries: 'payload' },
      ],
      flowOf('found'),
    );
  }

  function load(fields: object = {}, config: object = {}): Promise<void> {
    // A copy: Node-RED takes out what belongs to a node that is removed.
    return helper.load(nodes, flow(fields, config), structuredClone(asAdmin));
  }

  /** Gives sync-out a message, and waits for what comes of it: the next that goes on, or that a Catch node gets. */
  async function outcomeOf(message: object): Promise<Message> {
    const came: Message[] = [];
    const listeners = ['sent', 'caught'].map((id) => {
      const node = helper.getNode(id) as unknown as Node;
      const listener = (each: NodeMessageInFlow): void => void came.push(each as Message);
      node.on('input', listener);
      return () => node.removeListener('input', listener);
    });
    give('out', { id: 'r1', payload: 'hello', ...message });
    const first = await until('something comes of the message', () => came[0]);
    for (const end of listeners) end();
    return first;
  }

  async function send(message: object): Promise<Message> {
    const sent = await outcomeOf(message);
    assert.equal(sent.error, undefined);
    return sent;
  }

  async function failure(message: object = {}): Promise<Failure> {
    return (await outcomeOf(message)).error as unknown as Failure;
  }

  async function ask<T = OutboxEntry[]>(id: string, message: object = {}): Promise<T> {
    const found = next('found');
    give(id, message);
    return (await found).payload as T;
  }

  function untilNoneWaits(): Promise<unknown> {
    return until('nothing waits', async () => (await ask('waiting')).length === 0, 60_000);
  }

  async function dataOf(objectID: string): Promise<string> {
    const client = new SyncServiceClient({
      address: `http://127.0.0.1:${port}`,
      organization: 'demo',
      key: 'admin@demo',
    });
    try {
      return String(await client.fetchObjectData({ objectType: 'rules', objectID }));
    } finally {
      await client.close();
    }
  }

  /** The last status of a node, from now on. */
  function follow(id: string): { status: NodeStatus } {
    const followed: { status: NodeStatus } = { status: {} };
    const node = helper.getNode(id) as unknown as Node;
    const show = node.status.bind(node);
    node.status = (status) => {
      followed.status = status as NodeStatus;
      show(status);
    };
    return followed;
  }

  it('is sent as soon as any node gets an answer, and its message goes on before', async () => {
    await load();
    const [shown, ofService] = [follow('out'), follow('css')];
    const message = await send({ extra: 1 });
    assert.deepEqual(
      [message.outcome, message.object, message.payload, message.extra],
      ['queued', object, 'hello', 1],
    );
    await send({ id: 'r2' });
    const text = /^not reachable: check address and network, 2 waiting since \d\d:\d\d:\d\d$/;
    await until('both say so', () =>
      [shown, ofService].every(({ status }) => text.test(String(status.text))),
    );
    const [first] = await ask('waiting');
    assert.deepEqual(
      { ...first, id: 0, since: 0, tries: 0, reason: first?.reason?.code },
      {
        ...object,
        id: 0,
        since: 0,
        tries: 0,
        action: 'publish',
        bytes: 5,
        state: 'waiting',
        reason: 'SYNC_UNREACHABLE',
      },
    );
    await startService();
    await ask('types');
    await untilNoneWaits();
    assert.equal(await dataOf('r1'), 'hello');
    await until(
      'it says that no edge gets it',
      () => shown.status.text === toNobody.text && !ofService.status.text,
      60_000,
    );
    const place = { organization: 'demo', destinationType: 'gateway', destinationID: 'edge1' };
    const edge = await running?.addEdge(place);
    await edge?.untilRegistered();
    await send({ id: 'r3' });
    await until('it says that all is sent', () => shown.status.text === 'sync-out.outcome.sent', 60_000);
    assert.equal(shown.status.fill, 'green');
  });

  it('has its message go on once it is sent, where that is wanted', async () => {
    await load({ waitFor: 'published' });
    const sent = send({});
    await until('it waits', async () => (await ask('waiting')).length === 1);
    await startService();
    await ask('types');
    const message = await sent;
    assert.equal(message.outcome, 'published');
    assert.equal(typeof (message.object as { instanceID: unknown }).instanceID, 'string');
  });

  it('is sent only when it has changed, where that is chosen: compared when its turn comes', async () => {
    await startService();
    await load({ waitFor: 'published', onlyWhenChanged: true });
    const first = await send({});
    assert.equal(first.outcome, 'published');
    // Over a restart of the flow, and its journal, too.
    await helper.unload();
    await load({ waitFor: 'published', onlyWhenChanged: true });
    const second = await send({});
    assert.deepEqual([second.outcome, second.object], ['unchanged', first.object]);
    assert.equal((await send({ payload: 'hullo' })).outcome, 'published');
  });

  it('has its message go on once it has arrived, or after a time', async () => {
    await load({ waitFor: 'delivered', timeout: '0.05' });
    assert.equal((await send({})).outcome, 'timeout');
    assert.equal((await ask('waiting')).length, 1);
    await helper.unload();
    running = await LocalService.start({
      cloud: { port },
      intervals: { registration: 1, poll: 5 },
      edges: [{ organization: 'demo', destinationType: 'gateway', destinationID: 'edge1' }],
    });
    await until('the edge has registered', () => running?.cloud.registeredEdges === 1);
    await load({ waitFor: 'delivered', timeout: '60' });
    const message = await send({ id: 'r3' });
    assert.equal(message.outcome, 'delivered');
    assert.equal((message.destinations as unknown[]).length, 1);
  });

  it('outlives a restart: it is sent, no message goes on, and sync-query tells how it ended', async () => {
    await load({ waitFor: 'published' });
    const failed = failure();
    await until('it waits', async () => (await ask('waiting')).length === 1);
    await helper.unload();
    const { code, message } = await Promise.race([failed, { code: 'none', message: '' }]);
    assert.ok(code === 'none' || /is kept and will be sent/.test(message), message);
    await startService();
    await load({ waitFor: 'published' });
    let goesOn = false;
    void next('sent').then(() => {
      goesOn = true;
    });
    const [ended] = await until(
      'it has ended',
      async () => {
        const found = await ask<{ objectID: string; outcome: string }[]>('ended');
        return found.length > 0 && found;
      },
      60_000,
    );
    assert.deepEqual([ended?.objectID, ended?.outcome], ['r1', 'sent']);
    assert.equal(await dataOf('r1'), 'hello');
    assert.equal(goesOn, false);
  });

  it('is sent although no node keeps anything any more', async () => {
    await load();
    await send({});
    await helper.unload();
    await startService();
    await load({ whenAway: 'fail' });
    await until('it has arrived', () => dataOf('r1').catch(() => false), 60_000);
  });

  it('is told in the log where its sync-service is removed, and sent once that is there again', async () => {
    await load();
    await send({});
    await send({ id: 'r2' });
    const warned: string[] = [];
    const listen = (): void => {
      (helper.getNode('css') as unknown as Node).warn = (text: unknown) => void warned.push(String(text));
    };
    listen();
    await deploy(flow({ name: 'changed' }, { organization: 'demo', name: 'changed' }), 'nodes');
    assert.deepEqual(warned, []);
    listen();
    await deploy(flow().filter(({ type }) => type !== 'sync-service') as ReturnType<typeof flow>, 'nodes');
    await until('the log says so', () => warned.length > 0);
    const said = `2 entries of the outbox were not sent, since this sync-service was removed: kept in ${join(folder, 'css', 'outbox')}, and sent once it is there again`;
    assert.deepEqual(warned, [said]);
    await helper.unload();
    await startService();
    // With its key, which went with it.
    await load();
    await until('they have arrived', () => dataOf('r2').catch(() => false), 60_000);
  });

  it('is told to a Catch node where a deploy ends the wait for it, and is kept', async () => {
    await load({ waitFor: 'published' });
    const failed = failure();
    await until('it waits', async () => (await ask('waiting')).length === 1);
    const deployed = deploy(flow({ waitFor: 'published', name: 'changed' }), 'nodes');
    const { code, message } = await failed;
    await deployed;
    assert.equal(code, 'SYNC_ABORTED');
    assert.equal(
      message,
      'rules/r1 is kept and will be sent, but its message does not go on any more: the flow was deployed',
    );
    assert.equal((await ask('waiting')).length, 1);
  });

  it('is the latest of each object alone; the message of what it replaces says so', async () => {
    await load({ waitFor: 'published' });
    const first = next('sent');
    give('out', { id: 'r1', payload: 'one' });
    await until('it waits', async () => (await ask('waiting')).length === 1);
    give('out', { id: 'r1', payload: 'two' });
    assert.equal((await first).outcome, 'superseded');
    const second = next('sent');
    await startService();
    await ask('types');
    assert.equal((await second).outcome, 'published');
    assert.equal(await dataOf('r1'), 'two');
  });

  it('is each of them, where every one is to be sent', async () => {
    await load({}, { outboxOrder: 'every' });
    for (const payload of ['one', 'two']) await send({ payload });
    assert.equal((await ask('waiting')).length, 2);
  });

  for (const [action, outcome] of [
    ['metadata', 'published'],
    ['data', 'published'],
    ['activate', 'activated'],
    ['delete', 'deleted'],
  ] as const) {
    it(`is also what ${action} asks for`, async () => {
      await startService();
      await load({ waitFor: 'published' });
      await send({});
      await deploy(flow({ action, waitFor: 'published' }), 'nodes');
      assert.equal((await send({ payload: 'new' })).outcome, outcome);
      await deploy(flow({ action }), 'nodes');
      assert.equal((await send({ payload: 'newer' })).outcome, 'queued');
      await untilNoneWaits();
    });
  }

  it('is a copy of a file, or its path alone', async () => {
    const path = join(folder, 'data.txt');
    await writeFile(path, 'first');
    await load({ source: 'file', data: 'filename', keptFile: 'copy' });
    await send({ filename: path });
    await writeFile(path, 'second');
    await deploy(flow({ source: 'file', data: 'filename', keptFile: 'path' }), 'nodes');
    await send({ id: 'r2', filename: path });
    await writeFile(path, 'third');
    await startService();
    await ask('types');
    await untilNoneWaits();
    assert.equal(await dataOf('r1'), 'first');
    const [dead] = await ask('dead');
    assert.deepEqual([dead?.objectID, dead?.reason?.code], ['r2', 'SYNC_CHANGED_DATA']);
  });

  describe('and the service refuses', () => {
    let status: number;

    beforeEach(() => {
      status = 400;
    });

    async function withRefusing(work: (address: string) => Promise<void>): Promise<void> {
      const recorder = await record('CSS', ({ method, path }) => {
        if (path?.includes('health')) return { body: '{"general":{"nodeType":"CSS"}}' };
        if (method === 'GET') return { body: JSON.stringify({ ...object, instanceID: '1', dataID: '1' }) };
        return status === 204 ? {} : { status, body: 'no\n' };
      });
      try {
        await work(recorder.client.address);
      } finally {
        await helper.unload();
        await recorder.close();
      }
    }

    it('is a failure for who waits for it, with the status', () =>
      withRefusing(async (address) => {
        await load({ waitFor: 'published' }, { address });
        const { code, message } = await failure();
        assert.equal(code, 'SYNC_REJECTED');
        assert.match(message, /^rules\/r1 was refused for good: PUT .* was answered with 400/);
      }));

    it('is a dead letter, which is sent again or dropped', () =>
      withRefusing(async (address) => {
        await load({}, { address });
        const shown = follow('out');
        await send({});
        await send({ id: 'r2' });
        const dead = await until('both are dead letters', async () => {
          const found = await ask('dead');
          return found.length === 2 && found;
        });
        assert.deepEqual([dead[0]?.state, dead[0]?.reason?.statusCode], ['refused', 400]);
        await until('the status says so', () => shown.status.text === '2 refused: see sync query');
        const warnings = helper.log().args.map(([entry]) => String((entry as { msg: unknown }).msg));
        assert.ok(warnings.some((each) => /^rules\/r\d was refused for good: /.test(each)));
        status = 204;
        await ask('retry', { payload: dead[0] });
        await until('it was sent', async () => (await ask('dead')).length === 1);
        await ask('drop', { payload: await ask('dead') });
        assert.deepEqual(await ask('dead'), []);
        const caught = next('caught');
        give('drop', { payload: [999] });
        assert.equal(((await caught).error as unknown as Failure).code, 'SYNC_NOT_FOUND');
        const wrong = next('caught');
        give('retry', { payload: 'all' });
        assert.match(
          ((await wrong).error as unknown as Failure).message,
          /^Entries must be entries of the outbox, or their IDs, not a string$/,
        );
      }));
  });

  it('is refused where the outbox is full, or takes the place of the oldest', async () => {
    await load({}, { outboxEntries: '1' });
    const shown = follow('out');
    await send({});
    const { code, message } = await failure({ id: 'r2' });
    assert.equal(code, 'SYNC_OUTBOX_FULL');
    assert.match(message, /full \(1 entries\)/);
    await until('the status says so', () => /outbox full, 1 waiting since/.test(String(shown.status.text)));
    await deploy(flow({}, { outboxEntries: '1', outboxWhenFull: 'drop' }), 'full');
    await send({ id: 'r2' });
    assert.deepEqual(
      (await ask('waiting')).map(({ objectID }) => objectID),
      ['r2'],
    );
    const [first] = await ask<{ objectID: string; outcome: string }[]>('ended');
    assert.deepEqual([first?.objectID, first?.outcome], ['r1', 'dropped']);
  });

  it('is an error at the deploy where its folder cannot be written, and at each message', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    helper.settings({ syncServiceFolder: file } as Parameters<typeof helper.settings>[0]);
    await load();
    const said = await until('the log says so', () =>
      helper
        .log()
        .args.map(([entry]) => entry as { level: number; msg: unknown; type: string })
        .find(
          ({ msg, type }) => type === 'sync-service' && String(msg).startsWith('The outbox cannot be used'),
        ),
    );
    assert.ok(String(said.msg).includes(file), String(said.msg));
    assert.equal((await failure()).code, 'SYNC_STORAGE');
  });

  it('is nothing where nothing may be written', async () => {
    helper.settings({ syncServiceFolder: false } as unknown as Parameters<typeof helper.settings>[0]);
    await load();
    const { code, message } = await failure();
    assert.equal(code, 'SYNC_INVALID_ARGUMENT');
    assert.equal(message, 'Nothing can be kept until it is sent: syncServiceFolder in settings.js is false');
  });

  it('is nothing that comes when its service has closed', async () => {
    await load();
    const { outbox } = helper.getNode('css') as unknown as SyncServiceNode;
    outbox.register({});
    await helper.unload();
    await assert.rejects(outbox.outbox(), {
      code: 'SYNC_CLOSED',
      message: 'The sync-service is being closed: nothing was kept',
    });
  });

  it('is nothing of what a node of 0.1.0 sends: that fails', async () => {
    await load({ whenAway: undefined, waitFor: undefined });
    assert.equal((await failure()).code, 'SYNC_UNREACHABLE');
    const saved = settingsOf(out, {});
    assert.deepEqual([saved.whenAway, saved.waitFor], ['fail', 'published']);
    const { whenAway, waitFor } = propertiesOf(out);
    assert.deepEqual([whenAway, waitFor], ['keep', 'queued']);
  });
});
