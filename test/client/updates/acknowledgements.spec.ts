import assert from 'node:assert/strict';
import { type ObjectMetadata, SyncServiceError } from '../../../src/client';
import { FileJournal } from '../../../src/storage/file-journal';
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
import { failure, MemoryDisk } from '../../support/memory-disk';
import { MadeUpProcesses } from '../../support/processes';
import { SeededRandom } from '../../support/random';

describe('an acknowledgement', () => {
  let { clock, service, journal, feeds } = newFeeds();
  beforeEach(() => {
    ({ clock, service, journal, feeds } = newFeeds());
  });
  afterEach(() => feeds.close());

  const open = (): void => {
    feeds = openFeeds(service, clock, journal);
  };

  it('goes out once all receivers have asked that were told of the version, and consumed wins', async () => {
    service.publish(object('a'));
    const [one, two] = [feeds.receiver('t', { name: 'one' }), feeds.receiver('t', { name: 'two' })];
    const [ofOne] = [read(one), read(two)];
    await clock.advance(0);
    const waits: unknown[] = [];
    const first = one.acknowledge(object('a'), 'received', { onWait: (wait) => waits.push(wait) });
    await clock.advance(minute);
    assert.deepEqual(waits[0], { receivers: ['two'] });
    assert.deepEqual(feeds.waits(), new Map([['two', 1]]));
    assert.equal(service.listed.size, 1);
    assert.equal(one.state.inFlight, 1);
    const second = two.acknowledge(object('a'), 'consumed');
    assert.deepEqual([await first, await second], ['consumed', 'consumed']);
    assert.equal(service.count('consumed a'), 1);
    assert.equal(ofOne.length, 1);
  });

  it('waits for nobody who only looks, rests, or has filtered the object out', async () => {
    service.publish(object('a'));
    const one = feeds.receiver('t', { name: 'one' });
    const looks = read(feeds.receiver('t', { name: 'looks', observe: true, window: 1 }));
    feeds.receiver('t', { name: 'filters', accepts: () => false });
    const rests = feeds.receiver('t', { name: 'rests', maxAttempts: 1 });
    read(one);
    read(rests);
    await clock.advance(0);
    rests.release(object('a'), new Error('cannot'));
    assert.equal(await one.acknowledge(object('a')), 'consumed');
    assert.deepEqual(said(looks), ['a v1 1']);
  });

  it('waits for nobody who filters it out while no list of those marked received can be read', async () => {
    service.failures.set('list received', unreachable);
    service.publish(object('a'));
    const one = feeds.receiver('t', { name: 'one' });
    feeds.receiver('t', { name: 'filters', accepts: () => false });
    read(one);
    await clock.advance(0);
    void one.acknowledge(object('a'));
    await clock.advance(0);
    assert.equal(service.count('consumed a'), 1);
  });

  it('waits for nobody whose time is over for what no list shows any more, and for no list either', async () => {
    service.publish(object('a'));
    const [one, two] = ['one', 'two'].map((name) =>
      feeds.receiver('t', { name, interval: hour, redeliverAfter: minute }),
    );
    assert.ok(one && two);
    for (const receiver of [one, two]) read(receiver);
    await clock.advance(0);
    const asked = one.acknowledge(object('a'));
    service.listed.clear();
    one.ring();
    await clock.advance(minute - 1);
    assert.equal(service.count('metadata a'), 0);
    await clock.advance(1);
    assert.equal(service.count('metadata a'), 1);
    assert.equal(await asked, 'gone');
  });

  it('waits for nobody who came again and rejected it before there was another list', async () => {
    service.publish(object('a'));
    const [one, two] = ['one', 'two'].map((name) => feeds.receiver('t', { name }));
    assert.ok(one && two);
    for (const receiver of [one, two]) read(receiver);
    await clock.advance(0);
    void one.acknowledge(object('a'));
    service.failures.set('list', unreachable);
    two.close({ returning: true });
    const again = feeds.receiver('t', { name: 'two' });
    const updates = read(again);
    await clock.advance(0);
    assert.deepEqual([said(updates), service.count('consumed a')], [['a v1 1'], 0]);
    again.reject(object('a'));
    await clock.advance(0);
    assert.equal(service.count('consumed a'), 1);
  });

  it('waits for no list that is never whole: neither where nobody has the object, nor for who may not have it', async () => {
    service.publish(object('huge'), object('a'), object('b'));
    service.unreadable.add('huge');
    const accepts = ({ objectID }: ObjectMetadata): boolean => objectID === 'a';
    const one = feeds.receiver('t', { name: 'one', interval: hour, accepts });
    feeds.receiver('t', { name: 'filters', interval: hour, accepts: () => false });
    read(one);
    await clock.advance(0);
    const ofOne = one.acknowledge(object('a'));
    const ofNobody = feeds.acknowledge({ objectType: 't', objectID: 'b' }, 'consumed', {});
    await clock.advance(minute);
    assert.deepEqual(Array.from(service.listed.keys()), ['huge']);
    assert.deepEqual([await ofOne, await ofNobody], ['consumed', 'consumed']);
    const count = service.count('list');
    await clock.advance(hour / 2);
    assert.equal(service.count('list'), count);
  });

  it('is written down once the disk has space again, with nothing new to write', async () => {
    const disk = new MemoryDisk(new SeededRandom(1));
    const processes = new MadeUpProcesses();
    const opened = async (on: MemoryDisk): Promise<FileJournal> => {
      const machine = { disk: on, clock, random: new SeededRandom(1), processes: processes.start() };
      const opening = FileJournal.open('/f', { machine });
      await clock.advance(minute);
      return opening;
    };
    journal = await opened(disk);
    open();
    service.publish(object('a'));
    const [first] = ['one', 'two'].map((name) => {
      const receiver = feeds.receiver('t', { name, redeliverAfter: hour });
      read(receiver);
      return receiver;
    });
    await clock.advance(minute);
    await journal.written();
    disk.before = ({ name, path }) => {
      if (name === 'write') throw failure('ENOSPC', name, path);
    };
    first?.acknowledge(object('a')).catch(() => undefined);
    await clock.advance(1_000);
    disk.before = () => undefined;
    await clock.advance(minute);
    const later = disk.kill();
    processes.endAll();
    const kept = await opened(later);
    assert.deepEqual(Array.from(kept.map('acknowledgements').keys()), ['t/a']);
    await kept.close();
  });

  it('is not waited for in a circle: full receivers get what the others have asked for', async () => {
    service.publish(object('a'), object('b'));
    const [one, two] = [
      feeds.receiver('t', { name: 'one', window: 1 }),
      feeds.receiver('t', { name: 'two', window: 1 }),
    ];
    const [ofOne, ofTwo] = [read(one), read(two)];
    await clock.advance(0);
    one.giveBack(object('a'), minute);
    await clock.advance(0);
    const outcomes = [one.acknowledge(object('b')), two.acknowledge(object('a'))];
    await clock.advance(2 * minute);
    // With a window of one, for what was asked for first alone.
    assert.deepEqual(
      [said(ofOne), said(ofTwo)],
      [
        ['a v1 1', 'b v1 1'],
        ['a v1 1', 'b v1 1'],
      ],
    );
    outcomes.push(two.acknowledge(object('b')));
    await clock.advance(0);
    assert.deepEqual(said(ofOne), ['a v1 1', 'b v1 1', 'a v1 1']);
    outcomes.push(one.acknowledge(object('a')));
    await clock.advance(0);
    assert.deepEqual(new Set(await Promise.all(outcomes)), new Set(['consumed']));
  });

  it('counts once for the application, also of a receiver that comes later', async () => {
    service.publish(object('a', { consumers: 3 }));
    const one = feeds.receiver('t', { name: 'one' });
    read(one);
    await clock.advance(0);
    void one.acknowledge(object('a'));
    await clock.advance(minute);
    const two = feeds.receiver('t', { name: 'two' });
    const ofTwo = read(two);
    await clock.advance(minute);
    assert.equal(ofTwo.length, 1);
    assert.equal(await two.acknowledge(object('a')), 'consumed');
    feeds.close();
    open();
    const three = feeds.receiver('t', { name: 'three' });
    read(three);
    await clock.advance(minute);
    assert.equal(await three.acknowledge(object('a')), 'consumed');
    assert.equal(service.count('consumed a'), 1);
  });

  it('of what its receiver has not seen in a list yet waits for that', async () => {
    service.publish(object('a'));
    service.failures.set('list', refused);
    for (const name of ['one', 'two']) read(feeds.receiver('t', { name }));
    await clock.advance(0);
    const asked = feeds.acknowledge(object('a'), 'consumed', { receiver: 'one' });
    await clock.advance(minute);
    assert.deepEqual(
      service.asked.filter((each) => each !== 'list'),
      [],
    );
    service.failures.clear();
    await clock.advance(minute);
    assert.deepEqual(feeds.waits(), new Map([['two', 1]]));
    void feeds.acknowledge(object('a'), 'consumed', { receiver: 'two' });
    assert.equal(await asked, 'consumed');
  });

  it('goes out as soon as the object rests where it was waited for', async () => {
    service.publish(object('a'));
    const one = feeds.receiver('t', { name: 'one', interval: hour });
    read(one);
    read(feeds.receiver('t', { name: 'silent', interval: hour, maxAttempts: 1, redeliverAfter: minute }));
    await clock.advance(0);
    const asked = one.acknowledge(object('a'));
    await clock.advance(minute);
    assert.equal(await asked, 'consumed');
  });

  it('ends as superseded for all who asked when the list shows a newer version, and they get that', async () => {
    service.publish(object('a'));
    const [one, two] = [feeds.receiver('t', { name: 'one' }), feeds.receiver('t', { name: 'two' })];
    const [ofOne, ofTwo] = [read(one), read(two)];
    await clock.advance(0);
    const asked = one.acknowledge(object('a'));
    service.publish(object('a', { instanceID: v2 }));
    await clock.advance(5_000);
    assert.equal(await asked, 'superseded');
    assert.deepEqual(said(ofOne), ['a v1 1', 'a v2 1']);
    void two.acknowledge(object('a'));
    await clock.advance(5_000);
    assert.deepEqual(said(ofTwo), ['a v1 1', 'a v2 1']);
    assert.equal(service.count('consumed a'), 0);
  });

  it('is polled after at once where the check finds a newer version', async () => {
    service.publish(object('a'));
    const receiver = feeds.receiver('t', { interval: hour });
    const updates = read(receiver);
    await clock.advance(0);
    service.publish(object('a', { instanceID: v2 }));
    const asked = receiver.acknowledge(object('a'));
    await clock.advance(0);
    assert.equal(await asked, 'superseded');
    assert.deepEqual(said(updates), ['a v1 1', 'a v2 1']);
  });

  it('of what nobody had in hand counts once, where lists show it again to a receiver', async () => {
    const receiver = feeds.receiver('t', {});
    const updates = read(receiver);
    await clock.advance(0);
    service.publish(object('a', { consumers: 2 }));
    assert.equal(await feeds.acknowledge(object('a', { consumers: 2 }), 'consumed', {}), 'consumed');
    await clock.advance(5_000);
    assert.deepEqual(said(updates), ['a v1 1']);
    assert.equal(await receiver.acknowledge(object('a')), 'consumed');
    assert.equal(service.count('consumed a'), 1);
  });

  it('as received counts once, where consumed was asked for meanwhile and is refused', async () => {
    service.publish(object('a', { consumers: 2 }));
    const receiver = feeds.receiver('t', {});
    read(receiver);
    await clock.advance(0);
    service.hold('received');
    service.failures.set('consumed', new SyncServiceError('SYNC_REJECTED', 'no', { statusCode: 400 }));
    const asked = [receiver.acknowledge(object('a'), 'received'), receiver.acknowledge(object('a'))];
    for (const each of asked) each.catch(() => undefined);
    await clock.advance(0);
    service.release('received');
    await clock.advance(minute);
    for (const each of asked) await assert.rejects(each, { code: 'SYNC_REJECTED' });
    assert.equal(await receiver.acknowledge(object('a'), 'received'), 'received');
    assert.equal(service.count('received a'), 1);
  });

  it('of a copy that was handed out again counts once, also where two copies ask at the same time', async () => {
    service.publish(object('a', { consumers: 2 }));
    const receiver = feeds.receiver('t', { redeliverAfter: minute });
    const updates = read(receiver);
    await clock.advance(minute);
    assert.equal(updates.length, 2);
    const asked = [receiver.acknowledge(object('a')), receiver.acknowledge(object('a'))];
    await clock.advance(0);
    assert.deepEqual(await Promise.all(asked), ['consumed', 'consumed']);
    assert.equal(await receiver.acknowledge(object('a')), 'consumed');
    assert.equal(service.count('consumed a'), 1);
    await clock.advance(hour);
    assert.equal(updates.length, 2);
  });

  it('without a name counts for one that has not asked yet', async () => {
    service.publish(object('a'));
    for (const name of ['one', 'two']) read(feeds.receiver('t', { name }));
    await clock.advance(0);
    const first = feeds.acknowledge(object('a'), 'consumed', { receiver: 'one' });
    const second = feeds.acknowledge(object('a'), 'consumed', {});
    await clock.advance(0);
    assert.deepEqual(await Promise.all([first, second]), ['consumed', 'consumed']);
    assert.equal(service.count('consumed a'), 1);
  });

  it('of a late word on an older version leaves the newer alone', async () => {
    service.publish(object('a'));
    const receiver = feeds.receiver('t', { redeliverAfter: minute });
    const updates = read(receiver);
    await clock.advance(0);
    service.publish(object('a', { instanceID: v2 }));
    await clock.advance(minute);
    assert.deepEqual(said(updates), ['a v1 1', 'a v2 1']);
    assert.equal(await receiver.acknowledge(object('a')), 'superseded');
    await clock.advance(minute - 1);
    assert.equal(receiver.state.inFlight, 1);
    assert.equal(updates.length, 2);
  });
});
