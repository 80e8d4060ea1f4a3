import assert from 'node:assert/strict';
import helper from 'node-red-node-test-helper';
import { sharedLocalService } from '../../nodes/sync-service/local';
import { clientOf, letClientsGo } from '../support/clients';
import { flowOf, give, next, receivingFlow, run, sendingFlow, services } from '../support/flow';

helper.init(require.resolve('node-red'));

/** As a function node may send it on. */
function sealed<T extends object>(message: T): T {
  return Object.seal({ _msgid: 'm', ...message });
}

const ways: Readonly<Record<string, (message: object) => object>> = {
  seals: (message) => Object.seal(message),
  freezes: (message) => Object.freeze(message),
};

describe('a message that a flow', () => {
  before(() => helper.startServer());
  after(() => helper.stopServer());
  afterEach(async () => {
    letClientsGo();
    await helper.unload();
    await sharedLocalService().stop();
  });

  for (const [way, close] of Object.entries(ways)) {
    it(`${way} goes on once its object is published, with what came of it: nobody sends that twice`, async () => {
      await run(services, sendingFlow());
      const [sent, caught] = [next('sent'), next('caught')];
      give('out', close({ _msgid: 'm', payload: 'hello', mine: 'kept' }));
      const { error, mine, outcome, payload } = await Promise.race([sent, caught]);
      assert.deepEqual(
        { error, mine, outcome, payload },
        { error: undefined, mine: 'kept', outcome: 'published', payload: 'hello' },
      );
    });
  }

  it('seals goes through sync-fetch and sync-consume', async () => {
    await run(
      services,
      receivingFlow({ receive: { wires: [['taken'], []] }, fetch: { wires: [['fetched']] } }),
      flowOf('taken'),
    );
    const taken = next('taken');
    await (await clientOf('css')).publish({ objectType: 'rules', objectID: 'r1' }, 'hello');
    const { object, delivery } = await taken;
    const fetched = next('fetched');
    give('fetch', sealed({ object, delivery, payload: 'metadata' }));
    assert.equal((await fetched).outcome, 'fetched');
    assert.equal(String((await fetched).payload), 'hello');
    const consumed = next('consumed');
    give('consume', sealed({ object, delivery }));
    assert.equal((await consumed).outcome, 'consumed');
  });

  it('seals has no payload any more where there was no data', async () => {
    await run(services, receivingFlow({ fetch: { wires: [['fetched']] } }));
    const fetched = next('fetched');
    give(
      'fetch',
      sealed({ object: { objectType: 'rules', objectID: 'r1', noData: true }, payload: 'metadata' }),
    );
    assert.deepEqual([(await fetched).outcome, 'payload' in (await fetched)], ['nodata', false]);
  });

  it('seals is answered by sync-query and sync-admin', async () => {
    const node = { z: 'tab', service: 'css', wires: [['told']] };
    await run(
      services,
      [
        { id: 'query', type: 'sync-query', query: 'types', ...node },
        { id: 'admin', type: 'sync-admin', action: 'organizations', ...node },
      ],
      flowOf('told'),
    );
    for (const id of ['query', 'admin']) {
      const told = next('told');
      give(id, sealed({}));
      assert.ok(Array.isArray((await told).payload), id);
    }
  });
});
