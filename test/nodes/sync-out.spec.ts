import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NodeMessageInFlow } from 'node-red';
import helper from 'node-red-node-test-helper';
import { toNobody } from '../../nodes/sync-out/reach';
import { timeOf } from '../../nodes/sync-out/time';
import type { ObjectMetadata } from '../../src/client';
import { clientOf } from '../support/clients';
import {
  deploy,
  give,
  next,
  nodes,
  run,
  sendingFlow,
  services,
  statusesOf,
  wholeFlow,
  withNodeRed,
} from '../support/flow';
import { rsa } from '../support/keys';
import { record } from '../support/recorder';
import { cloudNode } from '../support/service-nodes';
import { until } from '../support/until';

type Message = NodeMessageInFlow & Record<string, unknown>;
type Failure = { code: string; message: string };

const place = { destinationType: 'gateway', destinationID: 'edge1' };

function list(path: string): object {
  return { destination: 'list', destinationsList: path, destinationsListType: 'msg' };
}

function policy(path: string): object {
  return { destination: 'policy', destinationPolicy: path, destinationPolicyType: 'msg' };
}

function withoutTime<T extends { timestamp?: string }>({ timestamp: _, ...policy }: T): Omit<T, 'timestamp'> {
  return policy;
}

function publicKeyOf(pem: string): string {
  return createPublicKey(createPrivateKey(pem)).export({ type: 'spki', format: 'der' }).toString('base64');
}

async function send(message: object = { payload: 'hello' }): Promise<Message & { object: ObjectMetadata }> {
  const sent = next('sent');
  const caught = next('caught').then(({ error }) => {
    throw new Error(`Not sent: ${(error as unknown as Failure).message}`);
  });
  give('out', message);
  return (await Promise.race([sent, caught])) as Message & { object: ObjectMetadata };
}

async function failure(message: object = { payload: 'hello' }): Promise<Failure> {
  const caught = next('caught');
  give('out', message);
  return (await caught).error as unknown as Failure;
}

/** The edge is made when it is first used, and registers then. */
async function untilRegistered(): Promise<void> {
  await clientOf('ess');
  const cloud = await clientOf('css');
  await until('the edge has registered', async () => (await cloud.getDestinations()).length > 0);
}

describe('sync-out', () => {
  withNodeRed();

  const onCloud = (fields: object): Promise<void> => run(services, sendingFlow(fields));
  const onEdge = (fields: object): Promise<void> =>
    run(services, sendingFlow({ service: 'ess', destination: '', ...fields }));
  const str = (fields: Record<string, string>): object => ({
    ...fields,
    ...Object.fromEntries(Object.keys(fields).map((field) => [`${field}Type`, 'str'])),
  });

  describe('sends data', () => {
    const data = async (payload: unknown): Promise<string> => {
      await onCloud({});
      const { object } = await send({ payload });
      return String(await (await clientOf('css')).fetchObjectData(object));
    };
    for (const [what, payload, expected] of [
      ['a Buffer', Buffer.from('bytes'), 'bytes'],
      ['a string', 'text', 'text'],
      ['an empty string', '', ''],
      ['an object as JSON', { a: [1] }, '{"a":[1]}'],
      ['a number as JSON', 5, '5'],
    ] as const) {
      it(`from ${what}`, async () => assert.equal(await data(payload), expected));
    }

    const circular: Record<string, unknown> = {};
    circular.self = circular;
    for (const [what, payload, reason] of [
      [
        'nothing',
        undefined,
        /^Data is empty: the message has no msg.payload: set it before this node, or enter another value here$/,
      ],
      ['a function', () => 5, /a function cannot be written as JSON/],
      ['a circle', circular, /cannot be written as JSON: .*circular/],
      ['a bigint', 5n, /cannot be written as JSON: .*BigInt/],
    ] as const) {
      it(`but not from ${what}`, async () => {
        await onCloud({});
        const { code, message } = await failure({ payload });
        assert.equal(code, 'SYNC_INVALID_ARGUMENT');
        assert.match(message, reason);
      });
    }

    it('alone, to an object that waits for it', async () => {
      await onCloud({ action: 'metadata', ...str({ noData: 'false' }) });
      await send();
      assert.equal(
        await (await clientOf('css')).getObjectStatus({ objectType: 'rules', objectID: 'r1' }),
        'notReady',
      );
      await deploy(wholeFlow(services, sendingFlow({ action: 'data' })), 'nodes');
      const { object, outcome } = await send({ payload: 'late' });
      assert.equal(outcome, 'published');
      assert.equal(String(await (await clientOf('css')).fetchObjectData(object)), 'late');
    });

    it('only when it has changed, where that is chosen', async () => {
      await onCloud({ ...place, onlyWhenChanged: true });
      await untilRegistered();
      const first = await send({ payload: 'hello', objectID: 'same' });
      assert.equal(first.outcome, 'published');
      const second = await send({ payload: 'hello', objectID: 'same' });
      assert.equal(second.outcome, 'unchanged');
      assert.equal(second.object.instanceID, first.object.instanceID);
      assert.equal((await send({ payload: 'hullo', objectID: 'same' })).outcome, 'published');
    });

    it('of one object in the order of the messages', async () => {
      const seen: string[] = [];
      let version = 0;
      const recorder = await record('CSS', async ({ method, body }) => {
        if (method !== 'PUT') {
          version += 1;
          return {
            body: JSON.stringify({ objectType: 'rules', objectID: 'r1', instanceID: String(version) }),
          };
        }
        const text = Buffer.from((JSON.parse(body) as { data: string }).data, 'base64').toString();
        // The first would be overtaken if it did not have its turn.
        if (text === 'm0') await new Promise((resolve) => setTimeout(resolve, 100));
        seen.push(text);
        return {};
      });
      const { address } = recorder.client;
      await run([cloudNode(address)], sendingFlow());
      const names = Array.from({ length: 6 }, (_, index) => `m${index}`);
      for (const payload of names) give('out', { payload });
      await until('all have arrived', () => seen.length === names.length);
      assert.deepEqual(seen, names);
      await recorder.close();
    });
  });

  describe('says in the metadata', () => {
    const cases: [string, object, Partial<ObjectMetadata>, object?][] = [
      ['version', str({ version: '1.2' }), { version: '1.2' }],
      ['description', str({ description: 'all of it' }), { description: 'all of it' }],
      ['expiration', str({ expiration: '2131-01-31T12:00:00Z' }), { expiration: '2131-01-31T12:00:00Z' }],
      ['inactive', { inactive: 'true', inactiveType: 'bool' }, { inactive: true, activationTime: '' }],
      [
        'activationTime',
        { inactive: 'true', inactiveType: 'bool', ...str({ activationTime: '2131-01-31T12:00:00Z' }) },
        { inactive: true, activationTime: '2131-01-31T12:00:00Z' },
      ],
      [
        'no activationTime of an object that is active',
        { inactive: 'false', inactiveType: 'bool', ...str({ activationTime: '2131-01-31T12:00:00Z' }) },
        { inactive: false, activationTime: '' },
      ],
      ['consumers', { consumers: '3', consumersType: 'num' }, { consumers: 3 }],
      [
        'autodelete',
        { autodelete: 'true', autodeleteType: 'bool', destination: 'node', ...place },
        { autodelete: true, destinationType: 'gateway', destinationID: 'edge1' },
      ],
      ['link', str({ link: 'http://host/x' }), { link: 'http://host/x', noData: false, objectSize: 5 }],
      ['noData', { action: 'metadata', noDataType: 'auto' }, { noData: true }],
      ['noData in flows of before', { action: 'metadata' }, { noData: true }],
      [
        'a link instead of noData',
        { action: 'metadata', ...str({ link: 'http://host/x' }) },
        { noData: false, link: 'http://host/x' },
      ],
      [
        'destinationType',
        { destination: 'type', destinationType: 'gateway' },
        { destinationType: 'gateway' },
      ],
      [
        'destinationPolicy',
        {
          destination: 'policy',
          destinationPolicy: '{"constraints":["a == b"]}',
          destinationPolicyType: 'json',
        },
        { destinationPolicy: { properties: null, constraints: ['a == b'], services: null } },
      ],
      [
        'destinationPolicy as text',
        { destination: 'policy', destinationPolicy: 'policy', destinationPolicyType: 'msg' },
        { destinationPolicy: { properties: null, constraints: ['c'], services: null } },
        { policy: '{"constraints":["c"]}' },
      ],
    ];
    for (const [what, fields, expected, message = {}] of cases) {
      it(what, async () => {
        await onCloud(fields);
        const { object } = await send({ payload: 'hello', ...message });
        const { destinationPolicy } = object;
        const seen = { ...object, destinationPolicy: destinationPolicy && withoutTime(destinationPolicy) };
        for (const [field, value] of Object.entries(expected)) {
          assert.deepEqual(seen[field as keyof ObjectMetadata], value, field);
        }
      });
    }

    it('nothing from msg.object, unless a field says so', async () => {
      await onCloud({ version: 'object.version', versionType: 'msg' });
      const object = { version: '2.1', description: 'not this', consumers: 7 };
      const sent = await send({ payload: 'hello', object });
      assert.equal(sent.object.version, '2.1');
      assert.equal(sent.object.description, '');
      assert.equal(sent.object.consumers, 1);
    });

    it('nothing where a field leads to nothing', async () => {
      const missing = Object.fromEntries(
        ['version', 'expiration', 'inactive', 'consumers', 'autodelete', 'link'].flatMap((field) => [
          [field, `missing.${field}`],
          [`${field}Type`, 'msg'],
        ]),
      );
      await onCloud(missing);
      const { object } = await send();
      assert.deepEqual(
        [
          object.version,
          object.expiration,
          object.inactive,
          object.consumers,
          object.autodelete,
          object.link,
        ],
        ['', '', false, 1, false, ''],
      );
    });

    const sources: [string, string, string][] = [
      ['flow', 'flow', 'wanted'],
      ['global', 'global', 'wanted'],
      ['env', 'env', 'TEST_SYNC_VERSION'],
      ['jsonata', 'jsonata', '"1." & number'],
    ];
    for (const [what, versionType, version] of sources) {
      it(`what a field takes from ${what}`, async () => {
        process.env.TEST_SYNC_VERSION = '1.7';
        try {
          await onCloud({ version, versionType });
          const { context } = helper.getNode('out') as unknown as {
            context(): Record<'flow' | 'global', { set(key: string, value: unknown): void }>;
          };
          if (versionType === 'flow' || versionType === 'global') {
            context.call(helper.getNode('out'))[versionType].set('wanted', '1.7');
          }
          assert.equal((await send({ payload: 'hello', number: 7 })).object.version, '1.7');
        } finally {
          delete process.env.TEST_SYNC_VERSION;
        }
      });
    }

    it('how it expires, counted from when it is sent', async () => {
      await onCloud(str({ expiration: 'in 24 h' }));
      const before = Date.now();
      const { object } = await send();
      const expires = Date.parse(object.expiration) - 86_400_000;
      assert.ok(expires >= before && expires <= Date.now(), object.expiration);
    });

    for (const [what, list] of [
      ['text', 'gateway:edge1'],
      ['an array', ['gateway:edge1']],
      ['destinations as sync-query gives them', [{ destinationType: 'gateway', destinationID: 'edge1' }]],
    ] as const) {
      it(`destinationsList from ${what}`, async () => {
        await onCloud({ destination: 'list', destinationsList: 'list', destinationsListType: 'msg' });
        await untilRegistered();
        assert.deepEqual((await send({ payload: 'hello', list })).object.destinationsList, ['gateway:edge1']);
      });
    }

    it('that the data stays, where the metadata alone is changed', async () => {
      await onCloud({});
      await send();
      const changed = sendingFlow({
        action: 'metadata',
        metaOnly: 'true',
        metaOnlyType: 'bool',
        ...str({ version: '2' }),
      });
      await deploy(wholeFlow(services, changed), 'nodes');
      const { object } = await send();
      assert.equal(object.version, '2');
      assert.equal(String(await (await clientOf('css')).fetchObjectData(object)), 'hello');
    });
  });

  describe('refuses before anything is sent', () => {
    const refusals: [string, object, RegExp, object?][] = [
      ['no destination', { destination: '' }, /^Choose a destination in this node$/],
      ['no node type', { destination: 'type' }, /^Node type is empty: enter it in this node$/],
      [
        'no node ID',
        { destination: 'node', destinationType: 'gateway' },
        /^Node ID is empty: enter it in this node$/,
      ],
      ['an empty list: it would go to all edges', list('list'), /list of edges is empty/, { list: [] }],
      ['a list without a name in it', list('list'), /list of edges is empty/, { list: ' , ' }],
      ['a list that is none', list('list'), /^Edges is empty: the message has no msg.list: /],
      ['a list of something else', list('list'), /Edges must be type:id or/, { list: [5] }],
      ['a list of half names', list('list'), /"edge1" is not "type:id"/, { list: 'edge1' }],
      ['no policy', policy('policy'), /^Policy is empty: the message has no msg.policy: /],
      ['a policy that is no JSON', policy('policy'), /Policy is not JSON/, { policy: '{' }],
      [
        'an expiration that is no time',
        str({ expiration: 'tomorrow' }),
        /^Expires must be a time .*"tomorrow"/,
      ],
      ['an expiration that has passed', str({ expiration: '2001-01-01T00:00:00Z' }), /expiration has passed/],
      [
        'an activation that is no time',
        { inactive: 'true', inactiveType: 'bool', ...str({ activationTime: 'soon' }) },
        /^Active from must be a time/,
      ],
      ['consumers that are no number', str({ consumers: 'many' }), /^Consumers must be a number, not many/],
      ['half a truth', str({ inactive: 'maybe' }), /^Inactive must be true or false/],
      ['autodelete of an object for all', str({ autodelete: 'true' }), /autodelete needs destinationID/],
      [
        'a link to no data',
        { action: 'metadata', ...str({ link: 'http://host/x', noData: 'true' }) },
        /noData and link exclude each other/,
      ],
      [
        'an object without an ID',
        { objectID: '', objectIDType: 'auto' },
        /^Object ID is empty: the message has no msg.object.objectID: /,
      ],
      ['a file that is not there', { source: 'file' }, /cannot be read/, { payload: '/nowhere/at/all' }],
      [
        'a file whose path is no text',
        { source: 'file' },
        /The file must be a path, not a Buffer/,
        { payload: Buffer.of(1) },
      ],
    ];
    for (const [what, fields, reason, message = {}] of refusals) {
      it(what, async () => {
        const asked = await refused('CSS', fields, reason, message);
        assert.deepEqual(asked, []);
      });
    }

    const onlyOnCloud: [string, object, RegExp][] = [
      ['an expiration', str({ expiration: 'in 24 h' }), /^Expires can be used on a cloud \(CSS\) only$/],
      ['autodelete', { autodelete: 'true', autodeleteType: 'bool' }, /^Autodelete can be used on a cloud/],
      ['a list of edges', list('list'), /^A list of edges can be used on a cloud/],
    ];
    for (const [what, fields, reason] of onlyOnCloud) {
      it(`on an edge, ${what}`, async () => {
        assert.deepEqual(await refused('ESS', fields, reason, { list: ['gateway:edge1'] }), []);
      });
    }

    /** What the service was asked, after the node has failed for this reason. */
    const refused = async (
      kind: 'CSS' | 'ESS',
      fields: object,
      reason: RegExp,
      message: object,
    ): Promise<unknown[]> => {
      const recorder = await record(kind);
      const side = kind === 'CSS' ? 'cloud' : 'edge';
      await run([cloudNode(recorder.client.address, { side })], sendingFlow(fields));
      const failed = await failure({ payload: 'hello', ...message });
      await recorder.close();
      assert.equal(failed.code, 'SYNC_INVALID_ARGUMENT');
      assert.match(failed.message, reason);
      return recorder.seen;
    };
  });

  describe('asks for the metadata of what it has published', () => {
    const metadata = { objectType: 'rules', objectID: 'r1', instanceID: '1795470914231361270' };

    /** How often the service was asked for the object, when the node has shown that it is published, or for nobody. */
    const questions = async (...flow: Parameters<typeof run>): Promise<number> => {
      const recorder = await record('CSS', ({ method, path }) => {
        if (method !== 'GET') return {};
        return path?.endsWith('/r1') ? { body: JSON.stringify(metadata) } : { status: 404 };
      });
      await run([cloudNode(recorder.client.address)], ...flow);
      const shown = statusesOf('out');
      give('out', { payload: 'hello' });
      await until('it is published', () => shown.some(({ fill }) => fill !== 'blue'));
      await recorder.close();
      return recorder.seen.filter(({ method, path }) => method === 'GET' && path?.endsWith('/r1')).length;
    };

    it('where a wire leads on', async () => {
      assert.equal(await questions(sendingFlow()), 1);
    });

    it('where a Complete node hears of it', async () => {
      const complete = { id: 'complete', type: 'complete', z: 'tab', scope: ['out'], wires: [] };
      assert.equal(await questions(sendingFlow({ wires: [] }), [complete]), 1);
    });

    it('and not where nobody hears of it', async () => {
      assert.equal(await questions(sendingFlow({ wires: [[]] })), 0);
    });
  });

  describe('names the object', () => {
    const auto = {
      objectType: 'object.objectType',
      objectTypeType: 'msg',
      objectID: '',
      objectIDType: 'auto',
    };
    const given = { objectType: 'config', objectID: 'given' };

    it('by msg.object', async () => {
      await onCloud(auto);
      const { object } = await send({ payload: 'hello', object: given });
      assert.deepEqual([object.objectType, object.objectID], ['config', 'given']);
    });

    it('on an edge anew at each message: an ID that the cloud consumed is dead there', async () => {
      await onEdge(auto);
      const first = await send({ payload: 'hello', object: given });
      const second = await send({ payload: 'hello', object: given });
      assert.equal(first.object.objectType, 'config');
      assert.notEqual(first.object.objectID, 'given');
      assert.notEqual(first.object.objectID, second.object.objectID);
    });

    it('on an edge by msg.object where the object must be there already', async () => {
      await onEdge({ ...auto, action: 'metadata', ...str({ metaOnly: 'true' }) });
      await (await clientOf('ess')).publish(given, 'hello');
      const { object } = await send({ object: given });
      assert.equal(object.objectID, 'given');
      await deploy(wholeFlow(services, sendingFlow({ ...auto, service: 'ess', action: 'delete' })), 'nodes');
      assert.equal((await send({ object: given })).outcome, 'deleted');
    });

    it('by the ID that the dialog says, on an edge too', async () => {
      await onEdge(str({ objectID: 'mine' }));
      assert.equal((await send()).object.objectID, 'mine');
    });

    it('by a new ID wherever that is chosen', async () => {
      await onCloud({ ...auto, objectIDType: 'unique' });
      assert.notEqual((await send({ payload: 'hello', object: given })).object.objectID, 'given');
    });
  });

  it('activates an object', async () => {
    await onCloud({ inactive: 'true', inactiveType: 'bool' });
    await send();
    await deploy(wholeFlow(services, sendingFlow({ action: 'activate' })), 'nodes');
    const { object, outcome } = await send({});
    assert.equal(outcome, 'activated');
    assert.equal(object.inactive, false);
  });

  it('deletes an object', async () => {
    await onCloud({});
    await send();
    await deploy(wholeFlow(services, sendingFlow({ action: 'delete' })), 'nodes');
    assert.equal((await send({})).outcome, 'deleted');
    await assert.rejects((await clientOf('css')).getObjectMetadata({ objectType: 'rules', objectID: 'r1' }), {
      code: 'SYNC_NOT_FOUND',
    });
  });

  it('says of an edge that is not registered what to look at, and nothing of logs', async () => {
    await onCloud({ ...list('to') });
    const statuses = statusesOf('out');
    const { code, message } = await failure({ payload: 'x', to: ['gateway:ghost'] });
    assert.equal(code, 'SYNC_UNKNOWN_DESTINATION');
    assert.match(message, /no edge gateway:ghost is registered/);
    const text = '@edge-sync/node-red/sync-service:sync-service.fault.SYNC_UNKNOWN_DESTINATION';
    assert.ok(statuses.some((status) => status.text === text));
  });

  it('says what happened in its status, in the language of the editor', async () => {
    await onCloud({});
    const shown = statusesOf('out');
    await send();
    await until('it says whom it reaches', () => shown.at(-1)?.text === toNobody.text);
    // On a machine that stands still meanwhile also how far it is, and that it is published.
    const also = [/ %$/, /^sync-out\.outcome\.published$/];
    assert.deepEqual(
      shown.map(({ text }) => text).filter((text) => !also.some((each) => each.test(text ?? ''))),
      ['r1', toNobody.text],
    );
  });

  describe('signs', () => {
    const { privateKey } = rsa;
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const locked = privateKey
      .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'open' })
      .toString();
    const publicKey = publicKeyOf(pem);
    let folder = '';
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'edge-sync-test-'));
      await writeFile(join(folder, 'key.pem'), pem);
      await writeFile(join(folder, 'locked.pem'), locked);
      process.env.PIPE = join(folder, 'pipe');
      execFileSync('mkfifo', [process.env.PIPE]);
    });
    after(async () => {
      delete process.env.PIPE;
      await rm(folder, { recursive: true });
    });

    const stored = { signingKey: '', signingKeyType: 'stored' };
    const load = (fields: object, credentials: Record<string, string>): Promise<void> =>
      helper.load(nodes, wholeFlow(services, sendingFlow(fields)), { out: credentials });

    for (const [what, credentials] of [
      ['', { privateKey: pem }],
      [' that has a passphrase', { privateKey: locked, passphrase: 'open' }],
      [' that came in one line from the environment', { privateKey: pem.replaceAll('\n', '\\n') }],
    ] as const) {
      it(`with the stored key${what}`, async () => {
        await load(stored, credentials);
        const { object } = await send();
        assert.equal(object.publicKey, publicKey);
        const data = await (await clientOf('css')).fetchObjectData(object, { trustedKeys: [publicKey] });
        assert.equal(String(data), 'hello');
      });
    }

    it('with the key of a file', async () => {
      await load(str({ signingKey: join(folder, 'key.pem') }), {});
      assert.equal((await send()).object.publicKey, publicKey);
      await helper.unload();
      await load({ signingKey: 'key', signingKeyType: 'msg' }, { passphrase: 'open' });
      const { object } = await send({ payload: 'hello', key: join(folder, 'locked.pem') });
      assert.equal(object.publicKey, publicKey);
    });

    for (const [what, fields, credentials, reason] of [
      ['is not stored', stored, {}, /^There is no stored private key to sign with: enter it in this node$/],
      ['is none', stored, { privateKey: `${pem.slice(0, 60)} broken` }, /^The private key cannot be read/],
      [
        'has another passphrase',
        stored,
        { privateKey: locked, passphrase: 'x' },
        /private key cannot be read/,
      ],
      ['is a file that is not there', str({ signingKey: '/nowhere.pem' }), {}, /ENOENT.*nowhere/],
      ['is a named pipe', { signingKey: 'PIPE', signingKeyType: 'env' }, {}, /pipe is no regular file$/],
      ['is a device', str({ signingKey: '/dev/zero' }), {}, /is no regular file$/],
      [
        'is not in the message',
        { signingKey: 'key', signingKeyType: 'msg' },
        {},
        /must be the path of a file/,
      ],
      ['stands in the flow', str({ signingKey: pem }), {}, /keep keys with the credentials$/],
    ] as const) {
      it(`nothing, and sends nothing, where the key ${what}`, async () => {
        await load(fields, credentials);
        const { code, message } = await failure();
        assert.equal(code, 'SYNC_INVALID_ARGUMENT');
        assert.match(message, reason);
        assert.ok(!message.includes(pem.split('\n')[1] ?? ''), 'the message is without the key');
        assert.deepEqual(await (await clientOf('css')).listObjectTypes(), []);
      });
    }

    it('nothing where none is wanted, though a key is stored', async () => {
      await load({ signingKeyType: 'none' }, { privateKey: pem });
      assert.equal((await send()).object.publicKey, '');
    });
  });
});

describe('a time in a dialog', () => {
  const now = Date.parse('2030-01-01T00:00:00Z');
  for (const [said, meant] of [
    ['in 24 h', '2030-01-02T00:00:00.000Z'],
    ['In 1 hour', '2030-01-01T01:00:00.000Z'],
    ['in 1 d 12 h', '2030-01-02T12:00:00.000Z'],
    ['in 1d12h', '2030-01-02T12:00:00.000Z'],
    ['in 0.5 min', '2030-01-01T00:00:30.000Z'],
    ['in 2 weeks', '2030-01-15T00:00:00.000Z'],
    ['in 90 s', '2030-01-01T00:01:30.000Z'],
    [' 2031-01-31T12:00:00+02:00 ', '2031-01-31T12:00:00+02:00'],
    [now + 1_000, '2030-01-01T00:00:01.000Z'],
    [new Date(now), '2030-01-01T00:00:00.000Z'],
  ] as const) {
    it(`is understood: ${String(said)}`, () => assert.equal(timeOf(said, now), meant));
  }

  for (const said of [
    '',
    'in',
    'in 24',
    'in h',
    '24 h',
    'in -1 h',
    'in 1 month',
    'in 1 constructor',
    'in 9999999 w',
    'tomorrow',
    '2031-01-31',
    '2031-01-31T12:00:00',
    '2031-13-31T12:00:00Z',
    Number.NaN,
    Number.POSITIVE_INFINITY,
    new Date(Number.NaN),
    true,
    {},
  ]) {
    it(`is none: ${JSON.stringify(said)}`, () => assert.equal(timeOf(said, now), undefined));
  }
});
