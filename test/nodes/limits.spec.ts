import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { Node } from 'node-red';
import helper from 'node-red-node-test-helper';
import { isDone, isWanted } from '../../nodes/sync-in/filter';
import { give, next, receivingFlow, run, sendingFlow, services, withNodeRed } from '../support/flow';
import { metadataOf } from '../support/metadata';
import { until } from '../support/until';

/** Fields of dialogs that set a limit, each with its effect. */
describe('a limit', () => {
  withNodeRed();

  it('of attempts lets an object rest', async () => {
    const receive = { redeliverAfter: '0.02', maxAttempts: '2', wires: [['fetched'], []] };
    await run(services, sendingFlow(), receivingFlow({ receive }));
    let messages = 0;
    (helper.getNode('fetched') as unknown as Node).on('input', () => {
      messages += 1;
    });
    give('out', { payload: 'hello' });
    await until('it was handed out twice', () => messages === 2);
    await pause(300);
    assert.equal(messages, 2);
  });

  it('of size refuses more data than a message may carry', async () => {
    await run(services, sendingFlow(), receivingFlow({ fetch: { limit: '0.001' } }));
    const refused = next('caught');
    give('out', { payload: Buffer.alloc(2_000) });
    assert.equal(((await refused).error as unknown as { code: string }).code, 'SYNC_TOO_LARGE');
  });

  it('of time ends the wait for a delivery that does not come', async () => {
    const waiting = { waitFor: 'consumed', timeout: '0.1', destination: 'node' };
    await run(services, sendingFlow({ ...waiting, destinationType: 'gateway', destinationID: 'nobody' }));
    const sent = next('sent');
    give('out', { payload: 'hello' });
    const message = await sent;
    assert.equal(message.outcome, 'timeout');
    assert.deepEqual(message.destinations, []);
  });

  it('of time, its expiration, keeps an object out, unless it is wanted all the same', () => {
    const expiration = '2026-01-01T00:00:00Z';
    const object = metadataOf({ expiration });
    const [before, after] = [Date.parse(expiration) - 1, Date.parse(expiration)];
    const wanted = { objectID: '', expired: false, acknowledgeExpired: false };
    assert.equal(isWanted(object, wanted, before), true);
    assert.equal(isWanted(object, wanted, after), false);
    assert.equal(isWanted(object, { ...wanted, expired: true }, after), true);
    assert.equal(isWanted(metadataOf({ expiration, deleted: true }), wanted, after), true);
    assert.equal(isWanted(object, { ...wanted, objectID: 'other', expired: true }, before), false);
    const away = { ...wanted, acknowledgeExpired: true };
    assert.deepEqual([isWanted(object, away, after), isDone(object, away, after)], [true, true]);
    assert.deepEqual([isDone(object, away, before), isDone(object, wanted, after)], [false, false]);
    assert.equal(isDone(metadataOf({ expiration, deleted: true }), away, after), false);
  });

  for (const [checkVersion, outcome] of [
    [true, 'superseded'],
    [false, 'consumed'],
  ] as const) {
    it(`to the current version (${checkVersion}) makes an older one ${outcome}`, async () => {
      const consume = { id: 'careful', type: 'sync-consume', z: 'tab', service: 'ess', checkVersion };
      await run(
        services,
        sendingFlow(),
        receivingFlow({ receive: { wires: [['fetched'], []] } }),
        [{ ...consume, wires: [['done']] }],
        [{ id: 'done', type: 'helper', z: 'tab' }],
      );
      const fetched = next('fetched');
      give('out', { payload: 'hello' });
      const { object } = await fetched;
      const done = next('done');
      give('careful', { object: { ...(object as object), instanceID: '1' } });
      assert.equal((await done).outcome, outcome);
    });
  }
});
