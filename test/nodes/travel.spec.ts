import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import helper from 'node-red-node-test-helper';
import type { SyncServiceNode } from '../../nodes/sync-service/configuration';
import { sharedLocalService } from '../../nodes/sync-service/local';
import { LocalService } from '../../src/local-service';
import { clientOf } from '../support/clients';
import {
  deploy,
  give,
  next,
  nodes,
  receivingFlow,
  run,
  sendingFlow,
  services,
  statusesOf,
  wholeFlow,
  withNodeRed,
} from '../support/flow';
import { rsa } from '../support/keys';
import { place } from '../support/local-pair';
import { asAdmin, cloudNode, edgeNode, nowhere } from '../support/service-nodes';
import { until } from '../support/until';

describe('objects in a flow', () => {
  withNodeRed();

  it('travel from cloud to edge, and sync-out sees them consumed', async () => {
    await run(services, sendingFlow({ waitFor: 'consumed' }), receivingFlow());
    const [sent, fetched, consumed] = [next('sent'), next('fetched'), next('consumed')];
    give('out', { payload: 'hello', keep: 'me' });
    const message = await fetched;
    assert.deepEqual(message.payload, Buffer.from('hello'));
    assert.equal(message.topic, 'rules/r1');
    assert.equal(message.outcome, 'fetched');
    assert.deepEqual(message.delivery, { attempt: 1, redelivered: false, receiver: 'in' });
    assert.match((message.object as { instanceID: string }).instanceID, /^\d{19}$/);
    assert.equal((await consumed).outcome, 'consumed');
    const outcome = await sent;
    assert.equal(outcome.outcome, 'consumed');
    assert.equal(outcome.keep, 'me');
    assert.deepEqual(outcome.destinations, [
      { destinationType: 'gateway', destinationID: 'edge1', status: 'consumed', message: '' },
    ]);
  });

  it('arrive as parsed JSON', async () => {
    await run(services, sendingFlow(), receivingFlow({ fetch: { output: 'json' } }));
    const fetched = next('fetched');
    give('out', { payload: { interval: 30 } });
    assert.deepEqual((await fetched).payload, { interval: 30 });
  });

  it('arrive as text', async () => {
    await run(services, sendingFlow(), receivingFlow({ fetch: { output: 'text', encoding: 'latin1' } }));
    const fetched = next('fetched');
    give('out', { payload: Buffer.from('größe', 'latin1') });
    assert.equal((await fetched).payload, 'größe');
  });

  it('arrive as text in no encoding that there is not: the node names the field', async () => {
    const fetch = { output: 'text', encoding: ['$', '{NOT_SET_ANYWHERE}'].join(''), wires: [['fetched']] };
    await run(services, sendingFlow(), receivingFlow({ fetch }));
    const caught = next('caught');
    give('out', { payload: 'hello' });
    const { code, message } = (await caught).error as unknown as { code: string; message: string };
    assert.equal(code, 'SYNC_INVALID_ARGUMENT');
    assert.match(
      message,
      /^Encoding must be one of Node\.js, as utf8 or latin1, not \$\{NOT_SET_ANYWHERE\}$/,
    );
  });

  it('arrive as a file with the same bytes', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'edge-sync-test-'));
    try {
      await run(
        services,
        sendingFlow({ source: 'file' }),
        receivingFlow({ fetch: { output: 'file', folder } }),
      );
      const fetched = next('fetched');
      give('out', { payload: __filename });
      const { filename } = await fetched;
      assert.equal(filename, join(folder, 'r1'));
      assert.deepEqual(await readFile(String(filename)), await readFile(__filename));
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('go from and to the folder from which the file nodes of Node-RED start', async () => {
    const fileWorkingDirectory = await mkdtemp(join(tmpdir(), 'edge-sync-test-'));
    await mkdir(join(fileWorkingDirectory, 'received'));
    await writeFile(join(fileWorkingDirectory, 'picture'), 'hello');
    const { privateKey, publicKey } = rsa;
    const [secret, trusted] = [
      join(fileWorkingDirectory, 'private.pem'),
      join(fileWorkingDirectory, 'public.pem'),
    ];
    await writeFile(secret, privateKey.export({ type: 'pkcs8', format: 'pem' }));
    await writeFile(trusted, publicKey.export({ type: 'spki', format: 'pem' }));
    helper.settings({ fileWorkingDirectory } as Parameters<typeof helper.settings>[0]);
    try {
      const fetch = { output: 'file', folder: 'received', trustedKey: 'public.pem', trustedKeyType: 'str' };
      const sign = { signingKey: 'private.pem', signingKeyType: 'str' };
      await run(services, sendingFlow({ source: 'file', ...sign }), receivingFlow({ fetch }));
      const [fetched, caught] = [next('fetched'), next('caught')];
      give('out', { payload: 'picture' });
      const { filename, error } = await Promise.race([fetched, caught]);
      assert.equal(error, undefined);
      assert.equal(filename, join(fileWorkingDirectory, 'received', 'r1'));
      assert.equal(await readFile(String(filename), 'utf8'), 'hello');
    } finally {
      helper.settings({});
      await rm(fileWorkingDirectory, { recursive: true });
    }
  });

  it('do not leave the folder that is configured', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'edge-sync-test-'));
    try {
      const fetch = { output: 'file', folder, filename: '../out', filenameType: 'str' };
      await run(services, sendingFlow(), receivingFlow({ fetch }));
      const caught = next('caught');
      give('out', { payload: 'hello' });
      assert.equal(((await caught).error as unknown as { code: string }).code, 'SYNC_INVALID_ARGUMENT');
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('are published without data, and pass sync-fetch with the outcome nodata', async () => {
    await run(services, sendingFlow({ action: 'metadata' }), receivingFlow());
    const fetched = next('fetched');
    give('out', { payload: 'not sent' });
    const message = await fetched;
    assert.equal(message.outcome, 'nodata');
    assert.equal('payload' in message, false);
  });

  it('reach the second output when they are deleted, and the cloud forgets them', async () => {
    await run(services, sendingFlow(), receivingFlow(), [
      {
        id: 'delete',
        type: 'sync-out',
        z: 'tab',
        service: 'css',
        action: 'delete',
        objectType: 'rules',
        objectTypeType: 'str',
        objectID: 'r1',
        objectIDType: 'str',
        wires: [],
      },
    ]);
    const consumed = next('consumed');
    give('out', { payload: 'hello' });
    assert.equal((await consumed).outcome, 'consumed');
    const [deleted, acknowledged] = [next('deleted'), next('consumed')];
    give('delete', {});
    assert.equal(((await deleted).object as { deleted: boolean }).deleted, true);
    assert.equal((await acknowledged).outcome, 'deleted');
  });

  it('are acknowledged on delivery where that is chosen', async () => {
    await run(
      services,
      sendingFlow({ waitFor: 'consumed' }),
      receivingFlow({ receive: { acknowledge: 'delivery', wires: [[], []] } }),
    );
    const sent = next('sent');
    give('out', { payload: 'hello' });
    assert.equal((await sent).outcome, 'consumed');
  });

  it('travel from edge to cloud with a new ID', async () => {
    await run(
      services,
      sendingFlow({ service: 'ess', objectIDType: 'unique', objectID: '', destination: '' }),
      receivingFlow({ receive: { service: 'css' }, fetch: { service: 'css' } }),
    );
    const fetched = next('fetched');
    give('out', { payload: 'reading' });
    assert.equal(String((await fetched).payload), 'reading');
  });

  it('are handed out again when nobody acknowledges them', async () => {
    const receive = { redeliverAfter: '0.05', wires: [['fetched'], []] };
    await run(services, sendingFlow(), receivingFlow({ receive }));
    give('out', { payload: 'hello' });
    let message = await next('fetched');
    while (!(message.delivery as { redelivered: boolean }).redelivered) message = await next('fetched');
    assert.deepEqual((message.delivery as { attempt: number }).attempt, 2);
  });

  it('are only of the ID that sync-in is limited to', async () => {
    await run(services, sendingFlow(), receivingFlow({ receive: { objectID: 'other' } }), [
      {
        id: 'other',
        type: 'sync-out',
        z: 'tab',
        service: 'css',
        objectType: 'rules',
        objectTypeType: 'str',
        objectID: 'other',
        objectIDType: 'str',
        data: 'payload',
        dataType: 'msg',
        destination: 'node',
        destinationType: 'gateway',
        destinationID: 'edge1',
        wires: [],
      },
    ]);
    const fetched = next('fetched');
    give('out', { payload: 'not this' });
    give('other', { payload: 'this' });
    assert.equal(String((await fetched).payload), 'this');
  });

  it('reach every sync-in of their type, and are acknowledged once all have asked', async () => {
    const second = receivingFlow().filter(({ id }) => id === 'in');
    await run(
      services,
      sendingFlow({ waitFor: 'consumed' }),
      receivingFlow(),
      second.map((node) => ({ ...node, id: 'in2', wires: [['held'], []] })),
      [{ id: 'held', type: 'helper', z: 'tab' }],
    );
    const [held, fetched, consumed, sent] = [next('held'), next('fetched'), next('consumed'), next('sent')];
    let confirmed = false;
    void consumed.then(() => {
      confirmed = true;
    });
    give('out', { payload: 'hello' });
    const [message] = await Promise.all([held, fetched]);
    const edge = await clientOf('ess');
    await until('the first has asked', () => edge.waitedFor().get('in2') === 1);
    assert.equal((await edge.listUpdates('rules')).length, 1);
    assert.equal(confirmed, false);
    give('consume', message);
    assert.equal((await consumed).outcome, 'consumed');
    assert.equal((await sent).outcome, 'consumed');
  });

  it('go on arriving after a redeploy of the flow', async () => {
    await run(services, sendingFlow(), receivingFlow());
    const before = (helper.getNode('css') as unknown as SyncServiceNode).connection;
    await deploy(wholeFlow(services, sendingFlow(), receivingFlow()), 'full');
    const after = (helper.getNode('css') as unknown as SyncServiceNode).connection;
    assert.notEqual(before, after);
    await assert.rejects(before.client());
    const consumed = next('consumed');
    give('out', { payload: 'hello' });
    assert.equal((await consumed).outcome, 'consumed');
  });
});

describe('a node that fails', () => {
  withNodeRed();

  const failure = async (message: object): Promise<Record<string, unknown>> => {
    const caught = next('caught');
    give('out', message);
    return (await caught).error as unknown as Record<string, unknown>;
  };

  it('tells Catch code, message and cause, and goes on with the next message', async () => {
    await run(services, sendingFlow({ objectID: 'object.id', objectIDType: 'msg' }));
    const missing = await failure({ payload: 'x' });
    assert.equal(missing.code, 'SYNC_INVALID_ARGUMENT');
    assert.match(
      String(missing.message),
      /^Object ID is empty: the message has no msg\.object\.id: set it before/,
    );
    const badName = await failure({ payload: 'x', object: { id: 'a b' } });
    assert.equal(badName.code, 'SYNC_INVALID_ARGUMENT');
    const sent = next('sent');
    give('out', { payload: 'x', object: { id: 'good' } });
    assert.equal((await sent).outcome, 'published');
  });

  it('tells what the service said', async () => {
    await run(services, sendingFlow({ action: 'delete' }));
    const error = await failure({});
    assert.equal(error.code, 'SYNC_NOT_FOUND');
    assert.match(String(error.message), /^DELETE http.*\/rules\/r1 was answered with 404/);
    const { kind, ...cause } = error.cause as { kind: string };
    assert.equal(kind, error.code);
    assert.deepEqual(Object.keys(cause).sort(), ['method', 'response', 'statusCode', 'url']);
  });

  it('tells that nobody listens at the address, or that the user may not', async () => {
    const use = await sharedLocalService().use({
      side: 'cloud',
      organization: 'demo',
      edgeType: '',
      edgeID: '',
    });
    await run([cloudNode(nowhere)], sendingFlow());
    const unreachable = await failure({ payload: 'x' });
    assert.equal(unreachable.code, 'SYNC_UNREACHABLE', String(unreachable.message));
    await helper.unload();
    await run([cloudNode(use.address)], sendingFlow());
    const refused = await failure({ payload: 'x' });
    assert.equal(refused.code, 'SYNC_UNAUTHORIZED');
    assert.equal((refused.cause as { statusCode: number }).statusCode, 403);
    use.release();
  });

  it('says that no destination is chosen on a cloud, or no data is there', async () => {
    await run(services, sendingFlow({ destination: '' }));
    assert.equal((await failure({ payload: 'x' })).message, 'Choose a destination in this node');
    await helper.unload();
    await run(services, sendingFlow());
    assert.match(String((await failure({})).message), /^Data is empty: the message has no msg\.payload: /);
  });

  it('says that no sync-service is chosen', async () => {
    await run(sendingFlow({ service: '' }));
    assert.equal((await failure({ payload: 'x' })).message, 'Choose a sync-service for this node');
  });

  it('shows at sync-in that the service cannot be reached, and receives when it is back', async () => {
    const service = await LocalService.start({ edges: [place], intervals: { registration: 1, poll: 5 } });
    const [edge] = service.edges;
    assert.ok(edge);
    const both = [cloudNode(service.cloud.address), edgeNode(edge.address)];
    try {
      await helper.load(nodes, wholeFlow(both, sendingFlow(), receivingFlow()), asAdmin);
      const status = statusesOf('in');
      await until(
        () => `sync-in is connected, ${JSON.stringify(status)}`,
        () => status.at(-1)?.text?.endsWith('connected'),
      );
      await edge.stop();
      await until('sync-in shows the failure', () =>
        Boolean(status.at(-1)?.text?.endsWith('fault.SYNC_UNREACHABLE')),
      );
      const consumed = next('consumed');
      give('out', { payload: 'hello' });
      await edge.start();
      assert.equal((await consumed).outcome, 'consumed');
    } finally {
      await helper.unload();
      await service.stop();
    }
  });
});
