import assert from 'node:assert/strict';
import type { ObjectUpdate } from '../../../src/client';
import type { UpdateReceiver } from '../../../src/client/updates/receiver';
import { minute, newFeeds, object, openFeeds, read, refused, said, v2 } from '../../support/feeds';

describe('a feed over a deploy or a restart', () => {
  let { clock, service, journal, feeds } = newFeeds();
  beforeEach(() => {
    ({ clock, service, journal, feeds } = newFeeds());
  });
  afterEach(() => feeds.close());

  const open = (): void => {
    feeds = openFeeds(service, clock, journal);
  };

  const start = async (...names: string[]): Promise<Map<string, ObjectUpdate[]>> => {
    const all = new Map(names.map((name) => [name, read(feeds.receiver('t', { name }))]));
    await clock.advance(0);
    return all;
  };

  /** Two receivers have an object, and the first has asked to acknowledge it. */
  const askedByOne = async (): Promise<
    Record<'one' | 'two', UpdateReceiver> & { asked: Promise<unknown> }
  > => {
    service.publish(object('a'));
    const [one, two] = [feeds.receiver('t', { name: 'one' }), feeds.receiver('t', { name: 'two' })];
    read(one);
    read(two);
    await clock.advance(0);
    return { one, two, asked: one.acknowledge(object('a')) };
  };

  it('waits for a receiver that is closed as returning, and goes on with what it had', async () => {
    const { one, two, asked } = await askedByOne();
    one.close({ returning: true });
    two.close({ returning: true });
    await clock.advance(minute);
    assert.equal(service.listed.size, 1);
    const again = await start('one', 'two');
    feeds.loseAbsent();
    assert.deepEqual(said(again.get('one') ?? []), []);
    assert.deepEqual(said(again.get('two') ?? []), ['a v1 1']);
    void feeds.acknowledge(object('a'), 'consumed', { receiver: 'two' });
    await clock.advance(0);
    assert.equal(await asked, 'consumed');
  });

  it('waits no longer for one that has not come back', async () => {
    const { two, asked } = await askedByOne();
    two.close({ returning: true });
    await clock.advance(minute);
    assert.equal(service.listed.size, 1);
    feeds.loseAbsent();
    await clock.advance(0);
    assert.equal(await asked, 'consumed');
  });

  it('remembers rests of what others marked received, also where a list was read while the receiver was away', async () => {
    service.publish(object('a'));
    const options = { name: 'one', maxAttempts: 1 };
    const before = feeds.receiver('t', options);
    read(before);
    await clock.advance(0);
    before.release(object('a'), new Error('the flow'));
    service.listed.clear();
    service.received.set('a', object('a'));
    await clock.advance(5_000);
    feeds.close();
    open();
    service.hold('list');
    const away = feeds.receiver('t', options);
    // Somebody else still reads.
    feeds.receiver('t', { name: 'two', includeReceived: false });
    await clock.advance(0);
    away.close({ returning: true });
    service.release('list');
    await clock.advance(0);
    const updates = read(feeds.receiver('t', options));
    await clock.advance(minute);
    assert.deepEqual(said(updates), []);
  });

  it('asks after a restart for what was asked before, and waits for those who were waited for', async () => {
    service.publish(object('a'), object('b'));
    await start('one', 'two');
    void feeds.acknowledge(object('a'), 'consumed', { receiver: 'one' }).catch(() => undefined);
    for (const receiver of ['one', 'two']) {
      service.failures.set('consumed', refused);
      void feeds.acknowledge(object('b'), 'consumed', { receiver }).catch(() => undefined);
    }
    await clock.advance(minute);
    feeds.close();
    service.failures.clear();
    open();
    await clock.advance(minute);
    assert.equal(service.count('consumed a'), 0);
    assert.equal(service.listed.has('b'), false);
    const again = await start('one', 'two');
    assert.deepEqual(said(again.get('one') ?? []), []);
    assert.deepEqual(said(again.get('two') ?? []), ['a v1 1']);
    void feeds.acknowledge(object('a'), 'consumed', { receiver: 'two' });
    await clock.advance(minute);
    assert.equal(service.listed.size, 0);
  });

  it('takes no place more for what was asked for before, and has another version by now', async () => {
    const two = { name: 'two', window: 1 };
    service.publish(object('a'), object('b'), object('c'));
    feeds.receiver('t', two);
    await start('one');
    service.hold('consumed');
    const ask = (objectID: string, receiver: string): void =>
      void feeds.acknowledge(object(objectID), 'consumed', { receiver }).catch(() => undefined);
    for (const objectID of ['a', 'b', 'c']) ask(objectID, 'one');
    ask('c', 'two');
    await clock.advance(0);
    feeds.close();
    service.listed.clear();
    service.publish(object('d'), object('a'), object('b'), object('c', { instanceID: v2 }));
    service.hold('list received');
    open();
    const updates = read(feeds.receiver('t', two));
    await start('one');
    // It is full of this one, which waits for its sibling; so it gets what that waits for, and no more.
    ask('d', 'two');
    await clock.advance(0);
    ask('a', 'two');
    await clock.advance(0);
    assert.deepEqual(said(updates), ['d v1 1', 'a v1 1']);
    service.release('consumed');
    await clock.advance(0);
    assert.deepEqual(said(updates), ['d v1 1', 'a v1 1', 'b v1 1']);
  });
});
