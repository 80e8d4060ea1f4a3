import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { SyncServiceError } from '../../../src/client';
import type { UpdateReceiver } from '../../../src/client/updates/receiver';
import { hour, minute, newFeeds, object, openFeeds, read, said, unreachable } from '../../support/feeds';
import { settle } from '../../support/manual-clock';

describe('the poll of a feed', () => {
  let { clock, service, journal, feeds } = newFeeds();
  beforeEach(() => {
    ({ clock, service, journal, feeds } = newFeeds());
  });
  afterEach(() => feeds.close());

  const open = (): void => {
    feeds = openFeeds(service, clock, journal);
  };

  it('at once and then on its interval', async () => {
    feeds.receiver('t', { interval: 5_000, includeReceived: false });
    await clock.advance(20_000);
    assert.deepEqual(
      service.asked,
      Array.from({ length: 5 }, () => 'list'),
    );
  });

  it('once for two receivers, at the shorter interval', async () => {
    feeds.receiver('t', { interval: hour, includeReceived: false });
    feeds.receiver('t', { interval: 1_000, includeReceived: false });
    await clock.advance(10_000);
    assert.equal(service.count('list'), 11);
  });

  it('when it is rung, and again when it is rung during a poll', async () => {
    const receiver = feeds.receiver('t', { interval: hour, includeReceived: false });
    await clock.advance(0);
    service.hold('list');
    receiver.ring();
    await clock.advance(0);
    assert.equal(service.count('list'), 2);
    receiver.ring();
    receiver.ring();
    service.release('list');
    await clock.advance(minute);
    assert.equal(service.count('list'), 3);
  });

  it('soon again where the one that it was rung for fails', async () => {
    const receiver = feeds.receiver('t', { interval: hour, includeReceived: false });
    await clock.advance(0);
    service.failures.set('list', unreachable);
    receiver.ring();
    await clock.advance(0);
    assert.equal(receiver.state.phase, 'backing-off');
    service.failures.clear();
    await clock.advance(minute);
    assert.equal(receiver.state.phase, 'connected');
    assert.equal(service.count('list'), 3);
  });

  it('before the last is handed out of what it knows the metadata of, so that no flow waits for a list', async () => {
    service.publish(...Array.from({ length: 1_500 }, (_, number) => object(`o${number}`)));
    const receiver = feeds.receiver('t', { interval: hour, window: 900, includeReceived: false });
    const updates = read(receiver);
    await clock.advance(0);
    await settle();
    assert.equal(updates.length, 900);
    await clock.advance(0);
    assert.equal(service.count('list'), 2);
  });

  it('on its interval where lists leave out what it does not know the metadata of', async () => {
    service.publish(...Array.from({ length: 1_001 }, (_, number) => object(`o${number}`)));
    const receiver = feeds.receiver('t', { interval: 5_000, window: 2_000, includeReceived: false });
    const updates = read(receiver);
    service.hold('list');
    await clock.advance(0);
    service.release('list');
    await settle();
    service.unreadable.add('o1000');
    await clock.advance(1_000);
    assert.equal(updates.length, 1_000);
    for (let round = 0; round < 20; round += 1) await clock.advance(1);
    assert.ok(service.count('list') <= 3, `${service.count('list')} lists in a second`);
    service.unreadable.clear();
    await clock.advance(10_000);
    await settle();
    assert.equal(updates.length, 1_001);
  });

  it('once, however often it is rung before that', async () => {
    const receiver = feeds.receiver('t', { interval: hour, includeReceived: false });
    await clock.advance(0);
    const armed = mock.method(clock, 'after');
    for (let ring = 0; ring < 100; ring += 1) receiver.ring();
    assert.ok(armed.mock.callCount() <= 1, `${armed.mock.callCount()} timers`);
    await clock.advance(0);
    assert.equal(service.count('list'), 2);
  });

  it('for what was marked received until that was answered once', async () => {
    service.received.set('marked', object('marked'));
    service.failures.set('list received', unreachable);
    const updates = read(feeds.receiver('t', { interval: 1_000 }));
    await clock.advance(5_000);
    assert.deepEqual(updates, []);
    service.failures.clear();
    await clock.advance(minute);
    assert.deepEqual(said(updates), ['marked v1 1']);
    const count = service.count('list received');
    await clock.advance(minute);
    assert.equal(service.count('list received'), count);
  });

  it('for what was marked received until one that it shows can be read, however late', async () => {
    const marked = ['late', 'later'].map((objectID) => object(objectID));
    for (const each of marked) {
      service.received.set(each.objectID, each);
      service.unreadable.add(each.objectID);
    }
    const updates = read(feeds.receiver('t', { interval: 1_000 }));
    await clock.advance(minute);
    assert.deepEqual(updates, []);
    service.unreadable.delete('late');
    await clock.advance(minute);
    assert.deepEqual(said(updates), ['late v1 1']);
    const count = service.count('list received');
    await clock.advance(minute);
    assert.equal(service.count('list received'), count);
  });

  it('for what has left the plain list unasked: where others have marked it received, it goes on as it was', async () => {
    const [a, b, gone] = [object('a'), object('b'), object('gone')];
    service.publish(a, b, gone);
    const receiver = feeds.receiver('t', { interval: 5_000 });
    const updates = read(receiver);
    await clock.advance(0);
    for (const each of [a, gone]) receiver.release(each, new Error('the flow'));
    service.listed.clear();
    for (const each of [a, b]) service.received.set(each.objectID, each);
    await clock.advance(minute);
    receiver.release(b, new Error('the flow'));
    await clock.advance(minute);
    assert.deepEqual(said(updates), ['a v1 1', 'b v1 1', 'gone v1 1', 'a v1 2', 'b v1 2']);
    assert.equal(service.count('list received'), 2);
  });

  it('and asks for the kind of a service that has nothing any more: the 404 of another one takes nothing away', async () => {
    const objects = ['waits', 'in the flow', 'acknowledged'].map((objectID) => object(objectID));
    service.publish(...objects);
    const receiver = feeds.receiver('t', { window: 2, maxAttempts: 1, redeliverAfter: hour });
    const updates = read(receiver);
    await clock.advance(0);
    receiver.giveBack(object('waits'), 10_000);
    await clock.advance(0);
    service.failures.set('consumed', unreachable);
    const asked = receiver.acknowledge(object('acknowledged'));
    await clock.advance(0);
    const there = new Map(service.listed);
    service.failures.set('kind', new SyncServiceError('SYNC_WRONG_SERVICE_KIND', 'a CSS'));
    service.failures.set('metadata', new SyncServiceError('SYNC_NOT_FOUND', 'not here'));
    service.listed.clear();
    await clock.advance(minute);
    assert.equal(receiver.state.error?.code, 'SYNC_WRONG_SERVICE_KIND');
    service.failures.clear();
    for (const [objectID, each] of there) service.listed.set(objectID, each);
    await clock.advance(2 * minute);
    assert.equal(await asked, 'consumed');
    assert.deepEqual(said(updates), ['waits v1 1', 'in the flow v1 1', 'acknowledged v1 1', 'waits v1 1']);
    assert.equal(receiver.state.inFlight, 2);
  });

  it('and asks for no kind where nothing is missed', async () => {
    service.publish(object('a'));
    const receiver = feeds.receiver('t', {});
    read(receiver);
    await clock.advance(0);
    await receiver.acknowledge(object('a'));
    await clock.advance(minute);
    assert.equal(service.count('kind'), 0);
  });

  it('not for what was marked received where that is not wanted', async () => {
    feeds.receiver('t', { includeReceived: false });
    await clock.advance(minute);
    assert.equal(service.count('list received'), 0);
  });

  it('with a growing pause after every failure, says why and until when, and comes back', async () => {
    service.failures.set('list', new SyncServiceError('SYNC_UNAUTHORIZED', 'no'));
    const receiver = feeds.receiver('t', { interval: 1_000 });
    await clock.advance(10 * minute);
    const count = service.count('list');
    assert.ok(count > 10 && count < 30, `${count} polls in 10 minutes`);
    assert.equal(receiver.state.error?.code, 'SYNC_UNAUTHORIZED');
    assert.ok((receiver.state.nextPoll ?? 0) > clock.now());
    assert.equal(receiver.state.lastSuccess, undefined);
    service.failures.set('list', new TypeError('a mistake of this library'));
    await clock.advance(2 * minute);
    assert.equal(receiver.state.error?.code, 'SYNC_UNEXPECTED_RESPONSE');
    service.failures.clear();
    await clock.advance(minute);
    assert.equal(receiver.state.phase, 'connected');
    assert.equal(receiver.state.error, undefined);
  });

  it('once more in each pause when it is rung while the service is away, and no pause is longer for it', async () => {
    service.failures.set('list', unreachable);
    const pollsWhile = async (everyMs: number, ring: (receiver: UpdateReceiver) => void): Promise<number> => {
      open();
      const receiver = feeds.receiver('t', { interval: 1_000, includeReceived: false });
      const before = service.count('list');
      for (let at = 0; at < minute; at += everyMs) {
        ring(receiver);
        await clock.advance(everyMs);
      }
      feeds.close();
      return service.count('list') - before;
    };
    const alone = await pollsWhile(minute, () => undefined);
    const rung = await pollsWhile(100, (receiver) => receiver.ring());
    assert.ok(rung > alone, `${rung} polls, and ${alone} without rings`);
    assert.ok(rung <= 2 * alone && rung >= 2 * alone - 3, `${rung} polls, and ${alone} without rings`);
  });

  it('and goes on where a service that is none says something else in place of the destinations', async () => {
    for (const destinationsList of [7, true, {}, 'x'])
      service.publish(
        object(`of ${typeof destinationsList}`, { destinationsList: destinationsList as never }),
      );
    service.publish(object('good'));
    const updates = read(feeds.receiver('t', {}));
    await clock.advance(minute);
    assert.equal(updates.length, 5);
  });

  it('and keeps its notes of what the first list left out', async () => {
    service.publish(object('a'));
    const one = feeds.receiver('t', { name: 'one', maxAttempts: 1 });
    read(one);
    await clock.advance(0);
    one.release(object('a'), new Error('cannot'));
    feeds.close();
    service.unreadable.add('a');
    open();
    const updates = read(feeds.receiver('t', { name: 'one', maxAttempts: 1 }));
    await clock.advance(minute);
    service.unreadable.clear();
    await clock.advance(minute);
    assert.deepEqual(said(updates), []);
  });

  it('no more when its last receiver is closed', async () => {
    const receiver = feeds.receiver('t', {});
    const updates = read(receiver);
    await clock.advance(minute);
    receiver.close();
    receiver.close();
    assert.equal(receiver.state.phase, 'closed');
    service.publish(object('a'));
    const count = service.asked.length;
    await clock.advance(hour);
    assert.equal(service.asked.length, count);
    assert.deepEqual(updates, []);
    assert.equal(clock.waiting, 0);
  });
});
