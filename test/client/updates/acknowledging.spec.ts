import assert from 'node:assert/strict';
import { type ObjectMetadata, SyncServiceError } from '../../../src/client';
import { inMemory } from '../../../src/storage/journal';
import {
  hour,
  minute,
  newFeeds,
  object,
  openFeeds,
  read,
  refused,
  said,
  unreachable,
  v2,
} from '../../support/feeds';
import { settle } from '../../support/manual-clock';

describe('an acknowledgement under way', () => {
  let { clock, service, journal, feeds } = newFeeds();
  beforeEach(() => {
    ({ clock, service, journal, feeds } = newFeeds());
  });
  afterEach(() => feeds.close());

  const open = (): void => {
    feeds = openFeeds(service, clock, journal);
  };

  it('that is not answered is settled by the list: gone means taken', async () => {
    service.publish(object('a'));
    const receiver = feeds.receiver('t', {});
    read(receiver);
    await clock.advance(0);
    service.failures.set('consumed', unreachable);
    const asked = receiver.acknowledge(object('a'));
    await settle();
    service.listed.clear();
    await clock.advance(minute);
    assert.equal(await asked, 'consumed');
    assert.equal(service.count('consumed a'), 1);
  });

  it('that is not answered and shows in the list is asked again, over an outage of days, and spends nothing', async () => {
    service.publish(object('a'));
    const receiver = feeds.receiver('t', { maxAttempts: 1 });
    const updates = read(receiver);
    await clock.advance(0);
    for (const name of ['list', 'metadata', 'consumed']) service.failures.set(name, refused);
    const asked = receiver.acknowledge(object('a'));
    await clock.advance(72 * hour);
    service.failures.clear();
    await clock.advance(2 * minute);
    assert.equal(await asked, 'consumed');
    assert.equal(updates.length, 1);
    assert.equal(service.listed.size, 0);
  });

  it('that is not answered counts as taken where each one counts, and the object rests until it changes', async () => {
    service.publish(object('a', { consumers: 2 }));
    const receiver = feeds.receiver('t', {});
    const updates = read(receiver);
    await clock.advance(0);
    service.failures.set('consumed', unreachable);
    const asked = receiver.acknowledge(object('a'));
    await clock.advance(minute);
    assert.equal(await asked, 'consumed');
    service.failures.clear();
    await clock.advance(hour);
    assert.equal(service.count('consumed a'), 1);
    assert.equal(updates.length, 1);
  });

  it('of what is marked received is told of by the plain list, also while the other cannot be read', async () => {
    service.received.set('huge', object('huge'));
    service.unreadable.add('huge');
    service.publish(object('a'), object('gone'));
    const one = feeds.receiver('t', { name: 'one' });
    read(one);
    await clock.advance(0);
    service.listed.delete('gone');
    service.failures.set('received', unreachable);
    const outcome = one.acknowledge(object('a'), 'received');
    await clock.advance(0);
    service.listed.clear();
    await clock.advance(minute);
    assert.equal(await outcome, 'received');
    assert.equal(service.count('received a'), 1);
  });

  it('of what is marked received is looked for in the plain list', async () => {
    service.publish(object('a'));
    const receiver = feeds.receiver('t', { includeReceived: false });
    read(receiver);
    await clock.advance(0);
    service.failures.set('received', unreachable);
    const asked = receiver.acknowledge(object('a'), 'received');
    await settle();
    service.received.set('a', object('a'));
    service.listed.clear();
    await clock.advance(minute);
    assert.equal(await asked, 'received');
    assert.equal(service.count('received a'), 1);
    assert.equal(service.count('list received'), 0);
  });

  it('has its patience from the moment its request is sent', async () => {
    service.publish(...Array.from({ length: 100 }, (_, number) => object(`o${number}`)));
    const receiver = feeds.receiver('t', { window: 100 });
    const updates = read(receiver);
    await clock.advance(0);
    assert.equal(updates.length, 100);
    const outcomes = updates.map((update) => receiver.acknowledge(update.object));
    // Each answer takes its time: 100 of them take longer than the patience for one.
    for (let round = 0; round < 40; round += 1) {
      service.hold('consumed');
      await clock.advance(2_000);
      service.release('consumed');
      await settle();
    }
    assert.deepEqual(new Set(await Promise.all(outcomes)), new Set(['consumed']));
    assert.equal(service.asked.filter((each) => each.startsWith('consumed')).length, 100);
  });

  it('that fails with many others has few lists read for all of them', async () => {
    service.publish(...Array.from({ length: 100 }, (_, number) => object(`o${number}`)));
    const receiver = feeds.receiver('t', { window: 100, interval: hour, includeReceived: false });
    const updates = read(receiver);
    await clock.advance(0);
    service.failures.set('consumed', unreachable);
    for (const update of updates) void receiver.acknowledge(update.object);
    await clock.advance(10_000);
    assert.ok(service.asked.filter((each) => each.startsWith('consumed')).length > 300);
    assert.ok(service.count('list') < 50, `${service.count('list')} lists`);
    service.failures.clear();
    await clock.advance(minute);
    assert.equal(service.listed.size, 0);
  });

  it('of what was marked received without an answer, and is consumed now, is asked for: that mark was another', async () => {
    for (const consumers of [1, 2]) {
      const objectID = `of ${consumers}`;
      service.publish(object(objectID, { consumers }));
      const receiver = feeds.receiver('t', {});
      read(receiver);
      await clock.advance(0);
      service.failures.set('received', unreachable);
      service.hold('list');
      const received = receiver.acknowledge(object(objectID), 'received');
      await settle();
      const consumed = receiver.acknowledge(object(objectID), 'consumed');
      service.release('list');
      await clock.advance(minute);
      assert.deepEqual(await Promise.all([received, consumed]), ['consumed', 'consumed']);
      assert.equal(service.count(`consumed ${objectID}`), 1);
      receiver.close();
    }
  });

  it('of what was marked received without an answer is asked for, also where consumed is wanted amid the list that shows it', async () => {
    service.publish(object('a'), object('b'));
    let amid = (): void => undefined;
    const accepts = ({ objectID }: ObjectMetadata): boolean => {
      if (objectID === 'b') amid();
      return true;
    };
    const receiver = feeds.receiver('t', { accepts });
    read(receiver);
    await clock.advance(0);
    service.failures.set('received', unreachable);
    const received = receiver.acknowledge(object('a'), 'received');
    for (const objectID of ['a', 'b']) service.received.set(objectID, object(objectID));
    service.listed.clear();
    let consumed: Promise<string> | undefined;
    amid = () => {
      consumed ??= receiver.acknowledge(object('a'), 'consumed');
    };
    await clock.advance(minute);
    assert.deepEqual(await Promise.all([received, consumed]), ['consumed', 'consumed']);
    assert.equal(service.count('consumed a'), 1);
  });

  it('of what is being marked received, and is consumed meanwhile, is asked for, also after a restart', async () => {
    const dies = (): void => {
      feeds.close();
      open();
    };
    for (const between of [() => undefined, dies]) {
      service.publish(object('a', { consumers: 2 }));
      const receiver = feeds.receiver('t', { name: 'one' });
      read(receiver);
      await clock.advance(0);
      service.hold('received');
      void receiver.acknowledge(object('a'), 'received').catch(() => undefined);
      await settle();
      void receiver.acknowledge(object('a'), 'consumed').catch(() => undefined);
      await settle();
      between();
      await clock.advance(minute);
      assert.equal(service.count('consumed a'), 1);
      service.release('received');
      service.asked.length = 0;
      feeds.close();
      journal = inMemory();
      open();
    }
  });

  it('that is refused says nothing of the stronger one that was asked for meanwhile', async () => {
    service.publish(object('a'));
    const receiver = feeds.receiver('t', {});
    read(receiver);
    await clock.advance(0);
    service.failures.set('received', new SyncServiceError('SYNC_REJECTED', 'no', { statusCode: 400 }));
    service.hold('list received');
    const received = receiver.acknowledge(object('a'), 'received');
    await settle();
    const consumed = receiver.acknowledge(object('a'), 'consumed');
    service.release('list received');
    await clock.advance(minute);
    assert.deepEqual(await Promise.all([received, consumed]), ['consumed', 'consumed']);
  });

  it('that cannot have been taken ends with the list that shows nothing, also where consumed was asked for after received', async () => {
    const hangs = new SyncServiceError('SYNC_TIMEOUT', 'took too long');
    for (const [question, failure] of [['metadata'], ['metadata', hangs], ['received']] as const) {
      service.publish(object('a'));
      service.asked.length = 0;
      const receiver = feeds.receiver('t', {});
      read(receiver);
      await clock.advance(0);
      service.hold(question);
      const received = receiver.acknowledge(object('a'), 'received');
      await settle();
      const consumed = receiver.acknowledge(object('a'), 'consumed');
      service.listed.clear();
      if (failure) service.failures.set(question, failure);
      service.release(question);
      await clock.advance(minute);
      assert.deepEqual(await Promise.all([received, consumed]), ['gone', 'gone']);
      assert.equal(service.count('metadata a'), 1);
      service.failures.clear();
      receiver.close();
    }
  });

  it('goes on when whoever is told what it waits for throws, and so does the feed', async () => {
    service.publish(object('a'), object('b'));
    const receivers = [feeds.receiver('t', {}), feeds.receiver('t', {})];
    for (const each of receivers) read(each);
    await clock.advance(0);
    const onWait = (): never => {
      throw new Error('a listener of the application');
    };
    // One waits for a sibling, the other for the service.
    const first = receivers[0]?.acknowledge(object('a'), 'consumed', { onWait });
    service.failures.set('consumed', refused);
    const outcomes = receivers.map((each) => each.acknowledge(object('b'), 'consumed', { onWait }));
    await clock.advance(5_000);
    assert.equal(receivers[0]?.state.phase, 'connected');
    service.failures.clear();
    const last = receivers[1]?.acknowledge(object('a'));
    await clock.advance(minute);
    assert.deepEqual(new Set(await Promise.all([first, last, ...outcomes])), new Set(['consumed']));
  });

  it('that waited for its turn asks for the version once the list that has shown it is old', async () => {
    const ids = Array.from({ length: 100 }, (_, number) => `o${number}`);
    service.publish(...ids.map((id) => object(id)));
    const receiver = feeds.receiver('t', { window: 100 });
    const updates = read(receiver);
    await clock.advance(0);
    service.failures.set('metadata', refused);
    service.hold('consumed');
    for (const { object: each } of updates) void receiver.acknowledge(each).catch(() => undefined);
    await clock.advance(3_000);
    service.hold('list');
    service.failures.clear();
    service.publish(...ids.map((id) => object(id, { instanceID: v2 })));
    await clock.advance(2 * minute);
    // Sixteen at a time, each for ten seconds: those whose turn comes in the first half minute, and no others.
    const blind = ids.filter((id) => service.count(`consumed ${id}`) > 0);
    assert.ok(blind.length <= 64, `${blind.length} were acknowledged`);
  });

  it('that waited for its turn does not go out for a version that lists have shown to be past', async () => {
    const ids = Array.from({ length: 17 }, (_, number) => `o${number}`);
    service.publish(...ids.map((id) => object(id)));
    const receiver = feeds.receiver('t', {});
    const updates = read(receiver);
    await clock.advance(0);
    // The service is away, and its lists are not: those tell versions, which questions on objects do not.
    service.hold('metadata');
    service.hold('consumed');
    for (const { object: each } of updates) void receiver.acknowledge(each).catch(() => undefined);
    await clock.advance(12_000);
    // Its question was not answered and the list has shown it, but the others have all places.
    const waits = ids.slice(0, 16).find((id) => service.count(`consumed ${id}`) === 0) ?? '';
    assert.equal(service.count(`metadata ${waits}`), 1);
    service.publish(object(waits, { instanceID: v2 }));
    await clock.advance(6_000);
    service.release('metadata');
    service.release('consumed');
    await clock.advance(minute);
    assert.equal(service.count(`consumed ${waits}`), 0);
    assert.equal(service.listed.get(waits)?.instanceID, v2);
    assert.ok(said(updates).includes(`${waits} v2 1`));
  });

  it('that hangs is given up after its patience, and the list tells', async () => {
    service.publish(object('a'));
    const receiver = feeds.receiver('t', {});
    read(receiver);
    await clock.advance(0);
    service.hold('consumed');
    const asked = receiver.acknowledge(object('a'));
    await clock.advance(9_000);
    service.listed.clear();
    await clock.advance(2_000);
    assert.equal(await asked, 'consumed');
  });

  it('that the service refuses for good is told, and the object is in the flow again', async () => {
    service.publish(object('a'));
    const receiver = feeds.receiver('t', { redeliverAfter: minute });
    const updates = read(receiver);
    await clock.advance(0);
    service.failures.set('consumed', new SyncServiceError('SYNC_REJECTED', 'no', { statusCode: 400 }));
    const asked = assert.rejects(receiver.acknowledge(object('a')), { code: 'SYNC_REJECTED' });
    await clock.advance(10_000);
    await asked;
    await clock.advance(minute);
    assert.deepEqual(said(updates), ['a v1 1', 'a v1 2']);
  });

  it('that was answered and forgotten is asked again after two whole lists, each time later; where it counts never', async () => {
    for (const consumers of [1, 2]) {
      const objectID = `of ${consumers}`;
      service.publish(object(objectID, { consumers }));
      const receiver = feeds.receiver(`t${consumers}`, { interval: 1_000 });
      const updates = read(receiver);
      await clock.advance(0);
      service.forgets = true;
      assert.equal(await receiver.acknowledge(object(objectID)), 'consumed');
      service.unreadable.add(objectID);
      await clock.advance(10_000);
      assert.equal(service.count(`consumed ${objectID}`), 1);
      service.unreadable.delete(objectID);
      await clock.advance(16_000);
      assert.equal(service.count(`consumed ${objectID}`), consumers === 1 ? 4 : 1);
      service.forgets = false;
      await clock.advance(minute);
      assert.equal(service.count(`consumed ${objectID}`), consumers === 1 ? 5 : 1);
      assert.equal(updates.length, 1);
      receiver.close();
    }
  });

  it('makes no hot loop where list and metadata disagree', async () => {
    service.publish(object('a'));
    const receiver = feeds.receiver('t', { interval: 1_000 });
    service.getObjectVersion = async () => object('a', { instanceID: v2 });
    let outcomes = 0;
    void (async () => {
      for await (const update of receiver) {
        void receiver.acknowledge(update.object).then(() => {
          outcomes += 1;
        });
      }
    })();
    await clock.advance(hour);
    assert.ok(outcomes >= 5 && outcomes <= 20, `${outcomes} in an hour`);
    assert.equal(receiver.state.exhausted, 0);
  });

  it('goes on when its receiver is closed, and ends the feed', async () => {
    service.publish(object('a'));
    const receiver = feeds.receiver('t', {});
    read(receiver);
    await clock.advance(0);
    service.failures.set('consumed', refused);
    const asked = receiver.acknowledge(object('a'));
    await clock.advance(minute);
    receiver.close();
    service.failures.clear();
    await clock.advance(5 * minute);
    assert.equal(await asked, 'consumed');
    const count = service.asked.length;
    await clock.advance(hour);
    assert.equal(service.asked.length, count);
  });
});
