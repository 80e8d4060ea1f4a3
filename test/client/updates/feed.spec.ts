import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { type ObjectMetadata, type ObjectUpdate, SyncServiceError } from '../../../src/client';
import { NotSentError } from '../../../src/client/connection/http';
import { Feeds } from '../../../src/client/updates/feeds';
import type { UpdateReceiver } from '../../../src/client/updates/receiver';
import { FileJournal } from '../../../src/storage/file-journal';
import { inMemory, type Journal } from '../../../src/storage/journal';
import { FakeUpdates } from '../../support/fake-updates';
import { ManualClock, settle } from '../../support/manual-clock';
import { failure, MemoryDisk } from '../../support/memory-disk';
import { metadataOf } from '../../support/metadata';
import { MadeUpProcesses } from '../../support/processes';
import { SeededRandom } from '../../support/random';

const v1 = '1795470914231361270';
const v2 = '1795470914231361271';
const minute = 60_000;
const hour = 60 * minute;
const object = (objectID: string, fields: Partial<ObjectMetadata> = {}): ObjectMetadata =>
  metadataOf({ objectID, instanceID: v1, ...fields });
const unreachable = new SyncServiceError('SYNC_UNREACHABLE', 'reset', { cause: { code: 'ECONNRESET' } });
const refused = new SyncServiceError('SYNC_UNREACHABLE', 'refused', {
  cause: new NotSentError('ECONNREFUSED', 'refused', undefined),
});

describe('a feed', () => {
  let clock: ManualClock;
  let service: FakeUpdates;
  let feeds: Feeds;
  let journal: Journal;
  const open = (): void => {
    feeds = new Feeds(service, { clock, random: new SeededRandom(1), journal, onForgetful: () => undefined });
  };
  beforeEach(() => {
    clock = new ManualClock();
    service = new FakeUpdates();
    journal = inMemory();
    open();
  });
  afterEach(() => feeds.close());

  /** Reads a receiver as long as it goes, into a list. */
  const read = (receiver: UpdateReceiver): ObjectUpdate[] => {
    const updates: ObjectUpdate[] = [];
    void (async () => {
      for await (const update of receiver) updates.push(update);
    })();
    return updates;
  };
  const said = (updates: ObjectUpdate[]): string[] =>
    updates.map(
      ({ attempt, object: { instanceID, objectID } }) =>
        `${objectID} v${Number(instanceID.slice(-1)) + 1} ${attempt}`,
    );

  describe('polls', () => {
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
      const pollsWhile = async (
        everyMs: number,
        ring: (receiver: UpdateReceiver) => void,
      ): Promise<number> => {
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

  it('shares nothing with that of another type', async () => {
    const one = feeds.receiver('one', { interval: hour });
    await clock.advance(0);
    service.failures.set('list', unreachable);
    const other = feeds.receiver('other', { interval: hour });
    await clock.advance(0);
    assert.equal(other.state.phase, 'backing-off');
    assert.equal(one.state.phase, 'connected');
  });

  it('is read by as many as like: each update comes to one of them, and all end with it', async () => {
    const receiver = feeds.receiver('t', {});
    const updates: ObjectUpdate[] = [];
    let ended = 0;
    const work = async (): Promise<void> => {
      for await (const update of receiver) updates.push(update);
      ended += 1;
    };
    for (let workers = 0; workers < 3; workers += 1) void work();
    await clock.advance(0);
    service.publish(object('a'), object('b'));
    await clock.advance(5_000);
    assert.deepEqual(said(updates).sort(), ['a v1 1', 'b v1 1']);
    receiver.close();
    await settle();
    assert.equal(ended, 3);
  });

  it('hands out also where its journal cannot be written, and whoever is told of that throws', async () => {
    service.publish(object('a'));
    journal = { ...inMemory(), written: () => Promise.reject(new Error('the disk is full')) };
    const onForgetful = (): never => {
      throw new Error('a listener of the application');
    };
    feeds = new Feeds(service, { clock, random: new SeededRandom(1), journal, onForgetful });
    const updates = read(feeds.receiver('t', {}));
    await clock.advance(0);
    assert.deepEqual(said(updates), ['a v1 1']);
  });

  it('stops telling a listener of its state when asked', async () => {
    const receiver = feeds.receiver('t', { interval: 1_000 });
    let count = 0;
    const stop = receiver.onState(() => {
      count += 1;
    });
    await clock.advance(5_000);
    assert.ok(count > 0);
    stop();
    const before = count;
    await clock.advance(5_000);
    assert.equal(count, before);
  });

  it('refuses receivers once the client is closed, and options that are none', () => {
    assert.throws(() => feeds.receiver('t', { window: Number.NaN }), { code: 'SYNC_INVALID_ARGUMENT' });
    feeds.close();
    assert.throws(() => feeds.receiver('t', {}), { code: 'SYNC_CLOSED' });
  });

  it('ends whoever reads a receiver that is closed when it gives an object up', async () => {
    service.publish(object('a'));
    const receiver = feeds.receiver('t', {
      redeliverAfter: minute,
      maxAttempts: 1,
      onExhausted: () => receiver.close(),
    });
    let ended = false;
    void (async () => {
      for await (const _ of receiver);
      ended = true;
    })();
    await clock.advance(10 * minute);
    assert.ok(receiver.closed);
    assert.ok(ended);
  });

  it('hands out what is accepted alone, and survives listeners that throw', async () => {
    const warnings: string[] = [];
    const onWarning = (warning: Error): void => void warnings.push(warning.message);
    process.on('warning', onWarning);
    service.publish(object('a'), object('b'));
    const receiver = feeds.receiver('t', {
      redeliverAfter: minute,
      maxAttempts: 1,
      accepts: ({ objectID }) => objectID === 'b',
      onExhausted: () => {
        throw new Error('a listener of the application');
      },
    });
    receiver.onState(() => {
      throw new Error('another one');
    });
    const updates = read(receiver);
    await clock.advance(10 * minute);
    service.publish(object('b', { instanceID: v2 }));
    await clock.advance(minute);
    assert.deepEqual(said(updates), ['b v1 1', 'b v2 1']);
    await settle();
    process.off('warning', onWarning);
    assert.ok(warnings.length > 0);
  });

  it('hands out a thousand objects behind a window, a batch at a time, as they are acknowledged', async () => {
    service.publish(...Array.from({ length: 1_000 }, (_, number) => object(`o${number}`)));
    const receiver = feeds.receiver('t', { interval: hour, window: 50 });
    const sizes: number[] = [];
    void (async () => {
      for await (const batch of receiver.batches()) {
        sizes.push(batch.length);
        for (const update of batch) void receiver.acknowledge(update.object);
      }
    })();
    await clock.advance(0);
    await clock.advance(0);
    for (let round = 0; round < 200 && service.listed.size > 0; round += 1) await settle();
    assert.equal(service.listed.size, 0);
    assert.ok(Math.max(...sizes) <= 50);
  });

  it('wakes one of two who read a receiver for what is due, and the other for what is due next', async () => {
    service.publish(object('a'), object('b'));
    const receiver = feeds.receiver('t', { interval: hour });
    const readers = Array.from({ length: 2 }, () => receiver[Symbol.asyncIterator]());
    const taken: string[] = [];
    const next = async (reader: AsyncIterator<ObjectUpdate>): Promise<void> => {
      const { value } = await reader.next();
      taken.push(`${value.object.objectID} at ${clock.elapsed()}`);
    };
    for (const reader of readers) void next(reader);
    await clock.advance(0);
    receiver.giveBack(object('a'), 20_000);
    for (const reader of readers) void next(reader);
    await clock.advance(0);
    // Due before what the alarm was set for.
    receiver.giveBack(object('b'), 10_000);
    await clock.advance(minute);
    assert.deepEqual(taken, ['a at 0', 'b at 0', 'b at 10000', 'a at 20000']);
  });

  describe('an acknowledgement', () => {
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

  describe('over a deploy or a restart', () => {
    const start = async (...names: string[]): Promise<Map<string, ObjectUpdate[]>> => {
      const all = new Map(names.map((name) => [name, read(feeds.receiver('t', { name }))]));
      await clock.advance(0);
      return all;
    };

    it('waits for a receiver that is closed as returning, and goes on with what it had', async () => {
      service.publish(object('a'));
      const [one, two] = [feeds.receiver('t', { name: 'one' }), feeds.receiver('t', { name: 'two' })];
      read(one);
      read(two);
      await clock.advance(0);
      const asked = one.acknowledge(object('a'));
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
      service.publish(object('a'));
      const [one, two] = [feeds.receiver('t', { name: 'one' }), feeds.receiver('t', { name: 'two' })];
      read(one);
      read(two);
      await clock.advance(0);
      const asked = one.acknowledge(object('a'));
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
});
