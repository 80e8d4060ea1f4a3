import assert from 'node:assert/strict';
import helper from 'node-red-node-test-helper';
import { sharedLocalService } from '../../nodes/sync-service/local';
import { clientOf, letClientsGo } from '../support/clients';
import { give, next, receivingFlow, run, sendingFlow, services, withNodeRed } from '../support/flow';
import { until } from '../support/until';

type Message = Awaited<ReturnType<typeof next>>;

function node(type: 'sync-query' | 'sync-admin', fields: object): Parameters<typeof run> {
  return [
    [
      { id: 'asked', type, z: 'tab', service: 'css', wires: [['answered']], ...fields },
      { id: 'answered', type: 'helper', z: 'tab' },
    ],
  ];
}

async function ask(message: object = {}): Promise<Message> {
  const answered = next('answered');
  give('asked', message);
  return answered;
}

async function fail(message: object = {}): Promise<{ code: string; message: string }> {
  const caught = next('caught');
  give('asked', message);
  return (await caught).error as unknown as { code: string; message: string };
}

describe('sync-query and sync-admin', () => {
  withNodeRed();

  /** Runs the node with an object r1 of type rules on the cloud, at its only edge. */
  const withObject = async (type: 'sync-query' | 'sync-admin', fields: object): Promise<void> => {
    await run(services, sendingFlow({ waitFor: 'delivered' }), receivingFlow(), ...node(type, fields));
    const consume = receivingFlow().find(({ id }) => id === 'consume');
    assert.ok(consume);
    const sent = next('sent');
    give('out', { payload: 'hello' });
    await sent;
  };
  const r1 = { objectType: 'rules', objectID: 'r1' };

  describe('asks for', () => {
    it('the metadata of an object, for the nodes that follow', async () => {
      await withObject('sync-query', {
        query: 'metadata',
        objectType: 'topic',
        objectTypeType: 'msg',
        objectID: 'r1',
      });
      const { payload, object, keep } = await ask({ topic: 'rules', keep: 'me' });
      assert.equal((payload as { objectID: string }).objectID, 'r1');
      assert.deepEqual(payload, object);
      assert.notEqual(payload, object);
      assert.equal(keep, 'me');
    });

    it('the status of an object', async () => {
      await withObject('sync-query', { query: 'status', ...r1 });
      assert.equal((await ask()).payload, 'ready');
    });

    it('the destinations of an object', async () => {
      await withObject('sync-query', { query: 'destinations', ...r1 });
      const { payload, destinations } = await ask();
      assert.deepEqual(payload, destinations);
      assert.equal((payload as { destinationID: string }[])[0]?.destinationID, 'edge1');
    });

    it('the objects that a filter fits', async () => {
      await withObject('sync-query', {
        query: 'list',
        objectType: 'rules',
        noData: 'false',
        deleted: 'false',
      });
      const { payload, object } = await ask();
      assert.equal((payload as unknown[]).length, 1);
      assert.equal((object as { objectID: string }).objectID, 'r1');
    });

    it('nothing where no object fits', async () => {
      await withObject('sync-query', { query: 'list', noData: 'true' });
      const { payload, object } = await ask();
      assert.deepEqual(payload, []);
      assert.equal(object, undefined);
    });

    it('an object that is not there, and leaves no other in its place: one that an earlier node has found', async () => {
      await withObject('sync-query', { query: 'list', noData: 'true' });
      const answer = await ask({ object: r1, keep: 'me' });
      assert.equal('object' in answer, false);
      assert.equal(answer.keep, 'me');
    });

    it('what is no object, and leaves that of an earlier node to the nodes that follow', async () => {
      await withObject('sync-query', { query: 'status', ...r1 });
      const { object, payload } = await ask({ object: r1 });
      assert.deepEqual([object, payload], [r1, 'ready']);
    });

    for (const [filter, value] of [
      ['destinationPolicy', 'true'],
      ['policyService', 'org/name'],
      ['policyProperty', 'p'],
      ['since', '2030-01-31T12:00:00Z'],
      ['expiresBefore', '2030-01-31T12:00:00Z'],
      ['deleted', 'true'],
      ['destinationType', 'other'],
    ]) {
      it(`objects by ${filter}, which leaves out an object that does not fit`, async () => {
        await withObject('sync-query', { query: 'list', [String(filter)]: value });
        assert.deepEqual((await ask()).payload, []);
      });
    }

    it('the updates of a type, also those marked received', async () => {
      const receive = { wires: [['consume'], []] };
      await run(
        services,
        sendingFlow(),
        receivingFlow({ receive }).map((each) =>
          each.id === 'consume' ? { ...each, mark: 'received' } : each,
        ),
        ...node('sync-query', { service: 'ess', query: 'updates', objectType: 'rules', received: true }),
      );
      const consumed = next('consumed');
      give('out', { payload: 'hello' });
      assert.equal((await consumed).outcome, 'received');
      assert.equal(((await ask()).object as { objectID: string }).objectID, 'r1');
    });

    it('all objects of a type', async () => {
      await withObject('sync-query', { query: 'all', objectType: 'rules' });
      assert.equal(((await ask()).payload as { objectID: string }[])[0]?.objectID, 'r1');
    });

    it('the object types', async () => {
      await withObject('sync-query', { query: 'types' });
      assert.deepEqual((await ask()).payload, ['rules']);
    });

    it('the edges of the organization', async () => {
      await withObject('sync-query', { query: 'registered' });
      assert.equal(((await ask()).payload as { destinationID: string }[])[0]?.destinationID, 'edge1');
    });

    it('the objects of an edge', async () => {
      await withObject('sync-query', {
        query: 'destinationObjects',
        destinationType: 'gateway',
        destinationID: 'edge1',
      });
      assert.equal(((await ask()).payload as { objectID: string }[])[0]?.objectID, 'r1');
    });

    it('the health of the service', async () => {
      await run(services, ...node('sync-query', { query: 'health', service: 'ess' }));
      assert.equal(((await ask()).payload as { general: { nodeType: string } }).general.nodeType, 'ESS');
    });
  });

  describe('fails', () => {
    it('when a field is empty, by its name in the dialog', async () => {
      await run(services, sendingFlow(), ...node('sync-query', { query: 'metadata', objectType: 'rules' }));
      assert.equal((await fail()).message, 'Object ID is empty: enter it in this node');
    });

    it('when an edge is asked what only a cloud knows', async () => {
      await run(services, sendingFlow(), ...node('sync-query', { query: 'types', service: 'ess' }));
      assert.equal((await fail()).code, 'SYNC_WRONG_SERVICE_KIND');
    });

    it('when a cloud is told to ask for a resend', async () => {
      await run(services, sendingFlow(), ...node('sync-admin', { action: 'resend' }));
      assert.equal((await fail()).code, 'SYNC_WRONG_SERVICE_KIND');
    });

    it('when users or destinations are not given as such', async () => {
      await run(
        services,
        sendingFlow(),
        ...node('sync-admin', {
          action: 'addToObjectACL',
          objectType: 'rules',
          userNames: 'payload',
          userNamesType: 'msg',
        }),
      );
      assert.match((await fail({ payload: 5 })).message, /^Users must be text or an array, not a number/);
      assert.match((await fail({ payload: [{ name: 'x' }] })).message, /^Users must be names or/);
      assert.match(
        (await fail({ payload: [{ username: 'x', role: 'owner' }] })).message,
        /aclReader or aclWriter/,
      );
    });

    it('when no destinations are entered, instead of removing all', async () => {
      await withObject('sync-admin', { action: 'setDestinations', ...r1, destinations: '' });
      assert.match((await fail()).message, /^Destinations must be/);
    });

    for (const [what, destinations, destinationsType, message] of [
      ['blanks', '  ', 'str', {}],
      ['a comma', ',', 'str', {}],
      ['an empty array', 'payload', 'msg', { payload: [] }],
    ] as const) {
      it(`when the destinations are ${what}, unless the word none says that it is meant`, async () => {
        for (const action of ['setDestinations', 'addDestinations', 'removeDestinations']) {
          await withObject('sync-admin', { action, ...r1, destinations, destinationsType });
          const way = action === 'setDestinations' ? ': to take the object from all edges, say none' : '';
          assert.equal((await fail(message)).message, `Destinations are empty${way}`);
          await helper.unload();
        }
      });
    }
  });

  describe('does', () => {
    const users = { userNames: 'payload', userNamesType: 'msg' };

    it('add, list and remove users of an object type', async () => {
      await run(
        services,
        ...node('sync-admin', {
          action: 'addToObjectACL',
          objectType: 'rules',
          ...users,
          userType: 'user',
          role: 'aclWriter',
        }),
        [
          {
            id: 'list',
            type: 'sync-admin',
            z: 'tab',
            service: 'css',
            action: 'objectACL',
            objectType: 'rules',
            wires: [['answered']],
          },
          {
            id: 'lists',
            type: 'sync-admin',
            z: 'tab',
            service: 'css',
            action: 'objectACLs',
            wires: [['answered']],
          },
          {
            id: 'remove',
            type: 'sync-admin',
            z: 'tab',
            service: 'css',
            action: 'removeFromObjectACL',
            objectType: 'rules',
            ...users,
            wires: [['answered']],
          },
        ],
      );
      const through = async (id: string, message: object = {}): Promise<Message> => {
        const answered = next('answered');
        give(id, message);
        return answered;
      };
      assert.equal((await ask({ payload: 'ann, bob' })).payload, 'ann, bob');
      await ask({ payload: [{ username: 'n1', type: 'node', role: 'aclReader' }] });
      const listed = (await through('list')).payload as { username: string }[];
      assert.deepEqual(listed.map(({ username }) => username).sort(), ['ann', 'bob', 'n1']);
      assert.deepEqual(
        listed.find(({ username }) => username === 'n1'),
        { username: 'n1', type: 'node', role: 'aclReader' },
      );
      assert.deepEqual(
        listed.find(({ username }) => username === 'ann'),
        { username: 'ann', type: 'user', role: 'aclWriter' },
      );
      assert.deepEqual((await through('lists')).payload, ['rules']);
      await through('remove', { payload: ['ann', 'bob'] });
      assert.equal(((await through('list')).payload as unknown[]).length, 1);
    });

    it('the same for a destination type', async () => {
      const destinationType = 'gateway';
      const more = (id: string, action: string): Parameters<typeof run>[0][number] => ({
        id,
        type: 'sync-admin',
        z: 'tab',
        service: 'css',
        action,
        destinationType,
        ...users,
        wires: [['answered']],
      });
      await run(
        services,
        ...node('sync-admin', { action: 'addToDestinationACL', destinationType, ...users }),
        [
          more('list', 'destinationACL'),
          more('lists', 'destinationACLs'),
          more('remove', 'removeFromDestinationACL'),
        ],
      );
      const through = async (id: string, message: object = {}): Promise<unknown> => {
        const answered = next('answered');
        give(id, message);
        return (await answered).payload;
      };
      await ask({ payload: 'ann' });
      assert.deepEqual(await through('list'), [{ username: 'ann', type: 'user', role: 'na' }]);
      assert.deepEqual(await through('lists'), ['gateway']);
      await through('remove', { payload: 'ann' });
      assert.deepEqual(await through('list'), []);
    });

    for (const [action, left] of [
      ['setDestinations', 1],
      ['addDestinations', 1],
      ['removeDestinations', 0],
    ] as const) {
      it(`${action} of an object`, async () => {
        await withObject('sync-admin', { action, ...r1, destinations: 'gateway:edge1' });
        await ask();
        const cloud = await sharedLocalService().use({
          side: 'cloud',
          organization: 'demo',
          edgeType: '',
          edgeID: '',
        });
        await until(`${action} has had effect`, async () => {
          const answer = await fetch(`${cloud.address}/api/v1/objects/demo/rules/r1/destinations`, {
            headers: { authorization: `Basic ${btoa('admin@demo:x')}` },
          });
          const found = answer.status === 404 ? [] : ((await answer.json()) as { status: string }[]);
          return found.length === left;
        });
        cloud.release();
      });
    }

    it('take an object from all edges, when the word none says so', async () => {
      await withObject('sync-admin', { action: 'setDestinations', ...r1, destinations: 'none' });
      await ask();
      const cloud = await clientOf('css');
      await until('it goes nowhere', async () => (await cloud.getObjectDestinations(r1)).length === 0);
      letClientsGo();
    });

    it('store, list and delete an organization', async () => {
      const more = (id: string, action: string): Parameters<typeof run>[0][number] => ({
        id,
        type: 'sync-admin',
        z: 'tab',
        service: 'css',
        action,
        orgID: 'demo',
        wires: [['answered']],
      });
      await run(
        services,
        ...node('sync-admin', { action: 'updateOrganization', orgID: 'demo', address: 'broker' }),
        [more('list', 'organizations'), more('delete', 'deleteOrganization')],
      );
      const through = async (id: string): Promise<unknown> => {
        const answered = next('answered');
        give(id, {});
        return (await answered).payload;
      };
      await ask();
      assert.deepEqual(await through('list'), [{ orgID: 'demo', address: 'broker' }]);
      await through('delete');
      assert.deepEqual(await through('list'), []);
    });

    /**
     * A list that was asked for from now on has been read. Until a list was without a consumed object, one that shows it
     * shows what was consumed, not what was sent again.
     */
    async function untilPolled(objectType: string): Promise<void> {
      const receiver = (await clientOf('ess')).pollForUpdates(objectType, { accepts: () => false });
      const polls = new Set<number | undefined>();
      const done = receiver.onState(({ lastSuccess }) => polls.add(lastSuccess));
      // The first may have been asked for before.
      await until('it was polled twice', () => polls.size > 2);
      done();
      receiver.close();
    }

    it('have the cloud send again what was consumed', async () => {
      await run(
        services,
        sendingFlow(),
        receivingFlow(),
        ...node('sync-admin', { action: 'resend', service: 'ess' }),
      );
      const consumed = next('consumed');
      give('out', { payload: 'hello' });
      assert.equal((await consumed).outcome, 'consumed');
      await untilPolled('rules');
      const again = next('fetched');
      await ask();
      assert.equal(((await again).object as { objectID: string }).objectID, 'r1');
    });
  });
});
