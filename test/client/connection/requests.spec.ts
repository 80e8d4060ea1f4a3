import assert from 'node:assert/strict';
import type { SyncServiceClient } from '../../../src/client';
import { record } from '../../support/recorder';

interface Asked {
  name: string;
  call: (client: SyncServiceClient) => Promise<unknown>;
  request: string;
  body?: unknown;
  /** What the service says, as it was recorded, and what the caller gets. */
  answer?: unknown;
  result?: unknown;
}

const object = { objectType: 't', objectID: 'o' };
const edge1 = { destinationType: 'gateway', destinationID: 'edge1' };
const writer = { username: 'user', type: 'user', role: 'aclWriter' } as const;
const storedWriter = { Username: 'user', ACLUserType: 'user', ACLRole: 'aclWriter' };
const storedNode = { Username: 'edge1', ACLUserType: 'node', ACLRole: 'aclReader' };
const summary = { orgID: 'demo', objectType: 't', objectID: 'o', destinations: [] };
const lists = '/api/v1/security';

const onCloud: Asked[] = [
  {
    name: 'getDestinations',
    call: (client) => client.getDestinations(),
    request: 'GET /api/v1/destinations/demo',
    answer: [{ ...edge1, destinationOrgID: 'demo', communication: 'http', codeVersion: '1.0' }],
  },
  {
    name: 'getDestinationObjects',
    call: (client) => client.getDestinationObjects(edge1),
    request: 'GET /api/v1/destinations/demo/gateway/edge1/objects',
    answer: [{ orgID: 'demo', ...object, status: 'delivered' }],
  },
  {
    name: 'getObjectDestinations',
    call: (client) => client.getObjectDestinations(object),
    request: 'GET /api/v1/objects/demo/t/o/destinations',
    answer: [{ ...edge1, status: 'delivered', message: '' }],
  },
  {
    name: 'setObjectDestinations',
    call: (client) => client.setObjectDestinations(object, [edge1]),
    request: 'PUT /api/v1/objects/demo/t/o/destinations',
    body: ['gateway:edge1'],
  },
  {
    name: 'setObjectDestinations to none',
    call: (client) => client.setObjectDestinations(object, [], { allowEmpty: true }),
    request: 'PUT /api/v1/objects/demo/t/o/destinations',
    body: [],
  },
  {
    name: 'addObjectDestinations',
    call: (client) => client.addObjectDestinations(object, [edge1]),
    request: 'POST /api/v1/objects/demo/t/o/destinations',
    body: { action: 'add', destinations: ['gateway:edge1'] },
  },
  {
    name: 'removeObjectDestinations',
    call: (client) => client.removeObjectDestinations(object, [edge1]),
    request: 'POST /api/v1/objects/demo/t/o/destinations',
    body: { action: 'remove', destinations: ['gateway:edge1'] },
  },
  {
    name: 'listOrganizations',
    call: (client) => client.listOrganizations(),
    request: 'GET /api/v1/organizations',
    answer: [{ 'org-id': 'demo', address: 'tcp://a:1' }],
    result: [{ orgID: 'demo', address: 'tcp://a:1' }],
  },
  {
    name: 'updateOrganization',
    call: (client) => client.updateOrganization({ orgID: 'org2' }),
    request: 'PUT /api/v1/organizations/org2',
    body: { orgID: 'org2', address: '' },
  },
  {
    name: 'deleteOrganization',
    call: (client) => client.deleteOrganization('org2'),
    request: 'DELETE /api/v1/organizations/org2',
  },
  {
    name: 'addUsersToObjectACL',
    call: (client) => client.addUsersToObjectACL('t', [{ username: 'bob', role: 'aclReader' }, writer]),
    request: `PUT ${lists}/objects/demo/t`,
    body: {
      action: 'add',
      users: [{ Username: 'bob', ACLUserType: 'user', ACLRole: 'aclReader' }, storedWriter],
    },
  },
  {
    name: "addUsersToObjectACL in the archived SDKs' form, which the service would take and not store",
    call: (client) => client.addUsersToObjectACL('*', ['user']),
    request: `PUT ${lists}/objects/demo`,
    body: { action: 'add', users: [storedWriter] },
  },
  {
    name: 'removeUsersFromObjectACL',
    call: (client) => client.removeUsersFromObjectACL('t', ['user']),
    request: `PUT ${lists}/objects/demo/t`,
    body: { action: 'remove', users: [storedWriter] },
  },
  {
    name: 'retrieveObjectACL',
    call: (client) => client.retrieveObjectACL('t'),
    request: `GET ${lists}/objects/demo?key=t`,
    answer: [storedWriter],
    result: [writer],
  },
  {
    name: 'retrieveObjectACL of one type of users, from a store that does not regard it',
    call: (client) => client.retrieveObjectACL('*', { type: 'node' }),
    request: `GET ${lists}/objects/demo?acl_usertype=node`,
    answer: [storedWriter, storedNode],
    result: [{ username: 'edge1', type: 'node', role: 'aclReader' }],
  },
  {
    name: 'retrieveAllObjectACLs',
    call: (client) => client.retrieveAllObjectACLs(),
    request: `GET ${lists}/objects/demo?all_keys=true`,
    answer: ['*', 't'],
  },
  {
    name: 'addUsersToDestinationACL',
    call: (client) => client.addUsersToDestinationACL('gateway', [{ username: 'edge1', type: 'node' }]),
    request: `PUT ${lists}/destinations/demo/gateway`,
    body: { action: 'add', users: [{ Username: 'edge1', ACLUserType: 'node', ACLRole: 'na' }] },
  },
  {
    name: 'removeUsersFromDestinationACL',
    call: (client) => client.removeUsersFromDestinationACL('gateway', ['user']),
    request: `PUT ${lists}/destinations/demo/gateway`,
    body: { action: 'remove', users: [{ Username: 'user', ACLUserType: 'user', ACLRole: 'na' }] },
  },
  {
    name: 'retrieveDestinationACL',
    call: (client) => client.retrieveDestinationACL('gateway'),
    request: `GET ${lists}/destinations/demo?key=gateway`,
    answer: [{ Username: 'user', ACLUserType: 'user', ACLRole: 'na' }],
    result: [{ username: 'user', type: 'user', role: 'na' }],
  },
  {
    name: 'retrieveAllDestinationACLs',
    call: (client) => client.retrieveAllDestinationACLs(),
    request: `GET ${lists}/destinations/demo?all_keys=true`,
    answer: ['gateway'],
  },
  {
    name: 'listObjects',
    call: (client) => client.listObjects({ objectType: 't', objectID: 'o', noData: false, deleted: true }),
    request: 'GET /api/v1/objects/demo?filters=true&objectType=t&objectID=o&noData=false&deleted=true',
    answer: [object],
  },
  {
    name: 'listObjects by policy',
    call: (client) => client.listObjects({ service: 'demo/svc', policyProperty: 'p' }),
    request:
      'GET /api/v1/objects/demo?filters=true&destinationPolicy=true&dpService=demo%2Fsvc&dpPropertyName=p',
    answer: [object],
  },
  {
    name: 'listObjectTypes',
    call: (client) => client.listObjectTypes(),
    request: 'GET /api/v1/objects/demo?list_object_type=true',
    answer: ['t'],
  },
  {
    name: 'listObjectsWithDestinationPolicy',
    call: (client) => client.listObjectsWithDestinationPolicy({ received: true, service: 'demo/svc' }),
    request: 'GET /api/v1/objects/demo?destination_policy=true&received=true&service=demo%2Fsvc',
    answer: [summary],
  },
  {
    name: 'markDestinationPolicyReceived',
    call: (client) => client.markDestinationPolicyReceived(object),
    request: 'PUT /api/v1/objects/demo/t/o/policyreceived',
  },
  {
    name: 'shutDown',
    call: (client) => client.shutDown({ restart: true, quiesce: 5 }),
    request: 'POST /api/v1/shutdown?restart=true&quiesce=5',
  },
  {
    name: 'registerWebhook',
    call: (client) => client.registerWebhook('t', 'https://here/hook'),
    request: 'PUT /api/v1/objects/demo/t',
    body: { action: 'register', url: 'https://here/hook' },
  },
];

const onEdge: Asked[] = [
  {
    name: 'deleteWebhook',
    call: (client) => client.deleteWebhook('t', 'http://here/hook'),
    request: 'PUT /api/v1/objects/t',
    body: { action: 'delete', url: 'http://here/hook' },
  },
  { name: 'resend', call: (client) => client.resend(), request: 'POST /api/v1/resend' },
  {
    name: 'listAllObjects',
    call: (client) => client.listAllObjects('t'),
    request: 'GET /api/v1/objects/t?all_objects=true',
    answer: [summary],
  },
  {
    name: 'listUpdates with those received',
    call: (client) => client.listUpdates('t', { received: true }),
    request: 'GET /api/v1/objects/t?received=true',
    answer: [{ ...object, instanceID: '1795470914231361270' }],
  },
  {
    name: 'getObjectStatus',
    call: (client) => client.getObjectStatus(object),
    request: 'GET /api/v1/objects/t/o/status',
    answer: 'consumedByDest',
  },
  ...(['Consumed', 'Received', 'Deleted'] as const).map((mark) => ({
    name: `markObject${mark}`,
    call: (client: SyncServiceClient) => client[`markObject${mark}`](object),
    request: `PUT /api/v1/objects/t/o/${mark.toLowerCase()}`,
  })),
  {
    name: 'activateObject',
    call: (client) => client.activateObject(object),
    request: 'PUT /api/v1/objects/t/o/activate',
  },
  {
    name: 'deleteObject',
    call: (client) => client.deleteObject(object),
    request: 'DELETE /api/v1/objects/t/o',
  },
];

for (const [kind, calls] of [
  ['CSS', onCloud],
  ['ESS', onEdge],
] as const) {
  describe(`what the client asks, ${kind}:`, () => {
    for (const { name, call, request, body, answer, result = answer } of calls) {
      it(name, async () => {
        const text = typeof answer === 'string' ? answer : JSON.stringify(answer);
        const service = await record(kind, () => (answer === undefined ? {} : { body: text }));
        const got = await call(service.client);
        await service.close();
        const [asked] = service.seen;
        assert.equal(`${asked?.method} ${asked?.path}`, request);
        assert.deepEqual(asked?.body ? JSON.parse(asked.body) : undefined, body);
        assert.deepEqual(got, result);
        assert.equal(asked?.headers.authorization, `Basic ${Buffer.from('admin@demo:').toString('base64')}`);
      });
    }
  });
}

describe('a list', () => {
  it('is empty where the service answers 404', async () => {
    const service = await record('CSS', () => ({ status: 404 }));
    assert.deepEqual(await service.client.listObjects(), []);
    assert.deepEqual(await service.client.getDestinations(), []);
    assert.deepEqual(await service.client.retrieveObjectACL('t'), []);
    await service.close();
  });

  it('is an error where the service answers with something else than JSON', async () => {
    const service = await record('CSS', () => ({ body: '<html>' }));
    await assert.rejects(service.client.listObjects(), {
      code: 'SYNC_UNEXPECTED_RESPONSE',
      response: '<html>',
    });
    await service.close();
  });
});

describe('what one kind of service does not have', () => {
  it('is refused before anything is sent', async () => {
    const [cloud, edge] = [await record('CSS'), await record('ESS')];
    const refused = { code: 'SYNC_WRONG_SERVICE_KIND' };
    await assert.rejects(cloud.client.resend(), refused);
    for (const { name, call } of onCloud) {
      const onBoth = /Webhook|shutDown|getObjectDestinations/.test(name);
      if (!onBoth) await assert.rejects(call(edge.client), refused, name);
    }
    assert.deepEqual([...cloud.seen, ...edge.seen], []);
    await Promise.all([cloud.close(), edge.close()]);
  });
});

describe('a call that is wrong in itself', () => {
  const wrong: [string, (client: SyncServiceClient) => Promise<unknown>][] = [
    ['an object ID without its type in a filter', (client) => client.listObjects({ objectID: 'o' })],
    ['a destination ID without its type', (client) => client.listObjects({ destinationID: 'edge1' })],
    ['a time that is none', (client) => client.listObjects({ since: 'yesterday' })],
    ['a day that is none', (client) => client.listObjects({ expirationTimeBefore: '2031-02-31T12:00:00Z' })],
    [
      'a date in place of nanoseconds',
      (client) => client.listObjectsWithDestinationPolicy({ since: '2031-01-31T12:00:00Z' }),
    ],
    ['a webhook that is no URL', (client) => client.registerWebhook('t', 'ftp://here')],
    ['nobody on an access list', (client) => client.addUsersToObjectACL('t', [])],
    ['a user without a name', (client) => client.addUsersToObjectACL('t', [''])],
    [
      'a destination without an ID',
      (client) => client.addObjectDestinations(object, [{ ...edge1, destinationID: '' }]),
    ],
    ['no destination at all, without the word for it', (client) => client.setObjectDestinations(object, [])],
    ['an organization without a name', (client) => client.deleteOrganization('')],
  ];
  for (const [name, call] of wrong) {
    it(`is refused before anything is sent: ${name}`, async () => {
      const service = await record('CSS');
      await assert.rejects(call(service.client), { code: 'SYNC_INVALID_ARGUMENT' });
      assert.deepEqual(service.seen, []);
      await service.close();
    });
  }
});
