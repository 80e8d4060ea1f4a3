import assert from 'node:assert/strict';
import type { ObjectUpdate } from '../../../src/client';
import { Feeds } from '../../../src/client/updates/feeds';
import { inMemory } from '../../../src/storage/journal';
import { hour, minute, newFeeds, object, read, said, unreachable, v2 } from '../../support/feeds';
import { settle } from '../../support/manual-clock';
import { SeededRandom } from '../../support/random';

describe('a feed', () => {
  let { clock, service, feeds } = newFeeds();
  beforeEach(() => {
    ({ clock, service, feeds } = newFeeds());
  });
  afterEach(() => feeds.close());

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
    const journal = { ...inMemory(), written: () => Promise.reject(new Error('the disk is full')) };
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
});
