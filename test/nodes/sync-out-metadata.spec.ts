import assert from 'node:assert/strict';
import helper from 'node-red-node-test-helper';
import type { ObjectMetadata } from '../../src/client';
import { clientOf } from '../support/clients';
import { deploy, run, sendingFlow, services, wholeFlow, withNodeRed } from '../support/flow';
import { record } from '../support/recorder';
import { failure, listIn, onCloud, send, str, toEdge, untilRegistered } from '../support/sending';
import { cloudNode } from '../support/service-nodes';

function policy(path: string): object {
  return { destination: 'policy', destinationPolicy: path, destinationPolicyType: 'msg' };
}

function withoutTime<T extends { timestamp?: string }>({ timestamp: _, ...policy }: T): Omit<T, 'timestamp'> {
  return policy;
}

describe('the metadata of sync-out', () => {
  withNodeRed();

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
        { autodelete: 'true', autodeleteType: 'bool', destination: 'node', ...toEdge },
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
      ['an empty list: it would go to all edges', listIn('list'), /list of edges is empty/, { list: [] }],
      ['a list without a name in it', listIn('list'), /list of edges is empty/, { list: ' , ' }],
      ['a list that is none', listIn('list'), /^Edges is empty: the message has no msg.list: /],
      ['a list of something else', listIn('list'), /Edges must be type:id or/, { list: [5] }],
      ['a list of half names', listIn('list'), /Edges must be type:id, not "edge1"/, { list: 'edge1' }],
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
      ['a list of edges', listIn('list'), /^A list of edges can be used on a cloud/],
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
});
