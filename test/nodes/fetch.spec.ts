import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { Node } from 'node-red';
import helper from 'node-red-node-test-helper';
import { sharedLocalService } from '../../nodes/sync-service/local';
import { type ObjectMetadata, SyncServiceClient } from '../../src/client';
import { stringifyExactJson } from '../../src/protocol/exact-json';
import { clientOf } from '../support/clients';
import {
  deploy,
  flowOf,
  give,
  next,
  receivingFlow,
  run,
  sendingFlow,
  services,
  statusesOf,
  wholeFlow,
  withNodeRed,
} from '../support/flow';
import { otherRsa, rsa } from '../support/keys';
import { metadataOf } from '../support/metadata';
import { serve } from '../support/server';
import { edgeNode, nowhere, type ServiceNode } from '../support/service-nodes';
import { until } from '../support/until';

const privateKey = rsa.privateKey.export({ type: 'pkcs8', format: 'pem' });
const publicKey = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const otherKey = otherRsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const der = rsa.publicKey.export({ type: 'spki', format: 'der' }).toString('base64');

describe('sync-fetch', () => {
  withNodeRed();

  describe('with a trusted key', () => {
    let folder = '';
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'edge-sync-test-'));
      await writeFile(join(folder, 'keys.pem'), otherKey + publicKey);
      await writeFile(join(folder, 'other.pem'), otherKey);
      await writeFile(join(folder, 'none.pem'), 'no key');
    });
    after(() => rm(folder, { recursive: true }));

    /** What comes of data that is signed with `pair`, or not at all. */
    const outcome = async (fetch: object, message: object = {}, signed = true): Promise<unknown> => {
      await helper.unload();
      await sharedLocalService().stop();
      await run(
        services,
        sendingFlow(),
        receivingFlow({ receive: { wires: [['helper'], []] }, fetch }).map((node) =>
          node.id === 'fetch' ? { ...node, wires: [['fetched']] } : node,
        ),
        flowOf('helper'),
      );
      const cloud = await clientOf('css');
      const arrived = next('helper');
      const options = signed ? { sign: { privateKey } } : {};
      await cloud.publish({ objectType: 'rules', objectID: 'r1' }, 'hello', options);
      const { object } = await arrived;
      const ended = Promise.race([
        next('fetched').then(({ payload }) => String(payload)),
        next('caught').then(({ error }) => (error as unknown as { code: string }).code),
      ]);
      give('fetch', { ...message, object });
      return ended;
    };

    for (const [what, key] of [
      ['PEM', publicKey],
      ['PEM that has lost its line breaks in a field of one line', publicKey.replace(/\n/g, '')],
      ['base64 of its DER', der],
    ] as const) {
      it(`takes what was signed with it, as ${what}`, async () => {
        assert.equal(await outcome({ trustedKey: key, trustedKeyType: 'str' }), 'hello');
      });
    }

    it('takes what was signed with one of several, from a file or a list', async () => {
      assert.equal(await outcome({ trustedKey: join(folder, 'keys.pem'), trustedKeyType: 'str' }), 'hello');
      const fromMessage = { trustedKey: 'keys', trustedKeyType: 'msg' };
      assert.equal(await outcome(fromMessage, { keys: [otherKey, der] }), 'hello');
    });

    it('refuses another signature, and data without one', async () => {
      assert.equal(await outcome({ trustedKey: otherKey, trustedKeyType: 'str' }), 'SYNC_UNTRUSTED_KEY');
      const trusting = { trustedKey: publicKey, trustedKeyType: 'str' };
      assert.equal(await outcome(trusting, {}, false), 'SYNC_UNTRUSTED_KEY');
    });

    for (const [what, message] of [
      ['is not in the message', {}],
      ['is empty', { key: ' ' }],
      ['is an empty list', { key: [] }],
      ['is no text', { key: 5 }],
      ['is a file that is not there', { key: '/nowhere/key.pem' }],
      ['is a device', { key: '/dev/zero' }],
      ['is a file without a key', () => ({ key: join(folder, 'none.pem') })],
    ] as const) {
      it(`refuses all data where the key ${what}`, async () => {
        const given = typeof message === 'function' ? message() : message;
        const code = await outcome({ trustedKey: 'key', trustedKeyType: 'msg' }, given);
        assert.equal(code, 'SYNC_INVALID_ARGUMENT');
      });
    }

    it('takes any data where no key is entered, also in flows of before', async () => {
      assert.equal(await outcome({ trustedKey: '', trustedKeyType: 'str' }, {}, false), 'hello');
      assert.equal(await outcome({}, {}, false), 'hello');
    });
  });

  for (const [what, fields] of [
    ['noData', { noData: true }],
    ['a link', { link: 'http://host/data' }],
    ['a deletion', { deleted: true }],
  ] as const) {
    it(`passes an object with ${what} on with the outcome nodata, and asks nobody`, async () => {
      await run([edgeNode(nowhere)], receivingFlow());
      const fetched = next('fetched');
      give('fetch', { payload: 'old', filename: 'mine', keep: 'me', object: metadataOf(fields) });
      const message = await fetched;
      const { outcome, filename, keep } = message;
      assert.deepEqual([outcome, filename, keep, 'payload' in message], ['nodata', 'mine', 'me', false]);
    });
  }

  it('leaves no file name of an earlier node where nothing went to a file', async () => {
    await run(
      [edgeNode(nowhere)],
      receivingFlow({ fetch: { output: 'file', folder: '.', folderType: 'str' } }),
    );
    const fetched = next('fetched');
    give('fetch', { filename: '/old', object: metadataOf({ noData: true }) });
    const message = await fetched;
    assert.deepEqual([message.outcome, 'filename' in message], ['nodata', false]);
  });

  describe('while data is long in coming', () => {
    /** An edge that begins to send data, and goes on as a test says. */
    const slowEdge = async (
      size: number,
    ): Promise<{
      requests: string[];
      answers: ServerResponse[];
      service: ServiceNode;
      close: () => Promise<void>;
    }> => {
      const requests: string[] = [];
      const answers: ServerResponse[] = [];
      const { address, close } = await serve((request, response) => {
        const url = String(request.url);
        if (!url.endsWith('/data')) {
          response.end(stringifyExactJson(object(url.split('/').at(-1) ?? '', size)));
          return;
        }
        requests.push(url.split('/').at(-2) ?? '');
        answers.push(response);
        response.write(Buffer.alloc(100));
      }, 'ESS');
      return { requests, answers, service: edgeNode(address), close };
    };
    const object = (objectID: string, objectSize: number): ObjectMetadata =>
      metadataOf({ objectType: 'rules', objectID, objectSize });

    it('shows how far it is, in percent', async () => {
      const edge = await slowEdge(1_000);
      await run([edge.service], receivingFlow());
      const shown = statusesOf('fetch');
      const fetched = next('fetched');
      give('fetch', { object: object('a', 1_000) });
      await until('the fetch began', () => edge.answers.length === 1);
      let sent = 100;
      await until('percent are shown', () => {
        if (sent < 900) {
          edge.answers[0]?.write(Buffer.alloc(1));
          sent += 1;
        }
        return /^\d\d? %$/.test(shown.at(-1)?.text ?? '');
      });
      edge.answers[0]?.end(Buffer.alloc(1_000 - sent));
      assert.equal((await fetched).outcome, 'fetched');
      await until('the outcome is shown', () => shown.at(-1)?.text === 'sync-fetch.outcome.fetched');
      await edge.close();
    });

    it('fetches no more at once than it may', async () => {
      const edge = await slowEdge(100);
      await run([edge.service], receivingFlow({ fetch: { concurrency: '2' } }));
      for (const name of ['a', 'b', 'c', 'd']) give('fetch', { object: object(name, 100) });
      await until('two began', () => edge.requests.length === 2);
      const fetched = next('fetched');
      edge.answers[0]?.end();
      await fetched;
      await until('the third began', () => edge.requests.length === 3);
      assert.deepEqual(edge.requests, ['a', 'b', 'c']);
      for (const answer of edge.answers) answer.end();
      await until('the fourth began', () => edge.requests.length === 4);
      edge.answers[3]?.end();
      await edge.close();
    });

    it('ends it at a redeploy of the node, without a trace in the folder or the status', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'edge-sync-test-'));
      const edge = await slowEdge(1_000);
      const catching = [
        { id: 'catch', type: 'catch', z: 'tab', scope: null, wires: [['caught']] },
        { id: 'caught', type: 'helper', z: 'tab' },
      ];
      const flow = (name: string): Parameters<typeof wholeFlow> => [
        [edge.service],
        receivingFlow({ fetch: { name, output: 'file', folder } }),
        catching,
      ];
      await run(...flow('before'));
      const shown = statusesOf('fetch');
      // The sync-in of the flow fails as well.
      const caught: unknown[] = [];
      (helper.getNode('caught') as unknown as Node).on('input', (message) => {
        caught.push((message as { error?: { code?: string } }).error?.code);
      });
      give('fetch', { object: object('a', 1_000) });
      const isWriting = async (): Promise<boolean> =>
        edge.answers.length > 0 && (await readdir(folder)).length > 0;
      await until('the file is being written', isWriting);
      const cut = new Promise((resolve) => edge.answers[0]?.on('close', resolve));
      await deploy(wholeFlow(...flow('after')), 'nodes');
      await cut;
      await until('the Catch node is told', () => caught.includes('SYNC_ABORTED'));
      await until('the folder is empty', async () => (await readdir(folder)).length === 0);
      assert.deepEqual(shown.at(-1), {});
      await edge.close();
      await rm(folder, { recursive: true });
    });
  });

  it('writes objects of two types with one ID to two files, after a redeploy and another start as well', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'edge-sync-test-'));
    const { address, close } = await serve((request, response) => {
      const objectType = request.url?.split('/')[4] ?? '';
      if (request.url?.endsWith('/data')) response.end(objectType);
      else response.end(stringifyExactJson(metadataOf({ objectType, objectSize: 1 })));
    }, 'ESS');
    const start = (name: string): Promise<void> =>
      run([edgeNode(address)], receivingFlow({ fetch: { name, output: 'file', folder } }));
    const fetched = async (objectType: string): Promise<unknown> => {
      const message = next('fetched');
      give('fetch', { object: metadataOf({ objectType, objectSize: 1 }) });
      return relative(folder, String((await message).filename));
    };
    helper.settings({ syncServiceFolder: join(folder, 'kept') } as Parameters<typeof helper.settings>[0]);
    try {
      await start('first');
      assert.deepEqual([await fetched('t'), await fetched('u')], ['o', 'u%2Fo']);
      const flow = wholeFlow(
        [edgeNode(address)],
        receivingFlow({ fetch: { name: 'second', output: 'file', folder } }),
      );
      await deploy(flow, 'nodes');
      assert.deepEqual([await fetched('v'), await fetched('t')], ['v%2Fo', 'o']);
      await helper.unload();
      await rm(join(folder, 'u%2Fo'));
      await start('third');
      assert.deepEqual([await fetched('u'), await fetched('t')], ['u%2Fo', 'o']);
      assert.equal(await readFile(join(folder, 'o'), 'utf8'), 't');
      assert.deepEqual(await readdir(join(folder, 'kept', 'files')), ['journal', 'lock']);
    } finally {
      await helper.unload();
      helper.settings({});
      await close();
      await rm(folder, { recursive: true });
    }
  });

  it('tells a client of the library how far it is, too', async () => {
    const { address, close } = await serve((request, response) => {
      if (request.url?.endsWith('/data')) response.end('hello');
      else response.end(stringifyExactJson(metadataOf({ objectSize: 5 })));
    }, 'ESS');
    const client = new SyncServiceClient({ address });
    const told: unknown[] = [];
    const options = { onProgress: (...far: unknown[]) => told.push(far) };
    await client.fetchObjectData({ objectType: 't', objectID: 'o' }, options);
    assert.deepEqual(told, [[5, 5]]);
    await client.close();
    await close();
  });
});
