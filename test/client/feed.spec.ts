import assert from 'node:assert/strict';
import { type ObjectMetadata, SyncServiceError } from '../../src/client';
import { Feeds } from '../../src/client/updates/feeds';
import type { UpdateReceiver } from '../../src/client/updates/receiver';
import type { UpdateSource } from '../../src/client/updates/source';
import { metadataOf } from '../support/metadata';
import { until } from '../support/until';

/** A service whose lists a test sets, and which counts what it was asked. */
class FakeService implements UpdateSource {
  listed: ObjectMetadata[] = [];
  received: ObjectMetadata[] = [];
  failure: Error | undefined;
  /** While it is set, lists are not answered. */
  held: Promise<void> | undefined;
  readonly polls: string[] = [];
  readonly consumed: string[] = [];

  async listUpdates(objectType: string, options: { received?: boolean } = {}): Promise<ObjectMetadata[]> {
    this.polls.push(options.received ? `${objectType} received` : objectType);
    await this.held;
    if (this.failure) throw this.failure;
    return options.received ? [...this.listed, ...this.received] : this.listed;
  }

  async getObjectMetadata({ objectID }: { objectID: string }): Promise<ObjectMetadata> {
    const found = [...this.listed, ...this.received].find((each) => each.objectID === objectID);
    if (!found) throw new SyncServiceError('SYNC_NOT_FOUND', 'gone');
    return found;
  }

  async markObjectConsumed({ objectID }: { objectID: string }): Promise<void> {
    this.consumed.push(objectID);
    this.listed = this.listed.filter((each) => each.objectID !== objectID);
    this.received = this.received.filter((each) => each.objectID !== objectID);
  }

  async markObjectReceived(): Promise<void> {}
  async markObjectDeleted(): Promise<void> {}
}

const never = 3_600_000;
const objects = (...ids: string[]): ObjectMetadata[] => ids.map((objectID) => metadataOf({ objectID }));
const next = async (receiver: UpdateReceiver): Promise<string> =>
  (await receiver[Symbol.asyncIterator]().next()).value.object.objectID;

describe('a feed', () => {
  let service: FakeService;
  let feeds: Feeds;
  beforeEach(() => {
    service = new FakeService();
    feeds = new Feeds(service);
  });
  afterEach(() => feeds.close());

  const polled = (count: number): Promise<boolean> =>
    until(`${count} polls`, () => service.polls.length >= count);

  it('polls at once and then on its interval', async () => {
    feeds.receiver('t', { interval: 5, includeReceived: false });
    await polled(4);
    assert.deepEqual(new Set(service.polls), new Set(['t']));
  });

  it('asks once, at its start, for what was marked received, unless that is not wanted', async () => {
    service.received = objects('marked');
    assert.equal(await next(feeds.receiver('t', { interval: 5 })), 'marked');
    await polled(4);
    assert.equal(service.polls.filter((poll) => poll === 't received').length, 1);
    service.polls.length = 0;
    feeds.receiver('u', { interval: 5, includeReceived: false });
    await until('u was polled', () => service.polls.filter((poll) => poll === 'u').length > 2);
    assert.ok(!service.polls.includes('u received'));
  });

  it('lets go of what was marked received when it is acknowledged, although plain lists never show it', async () => {
    service.received = objects('marked');
    const receiver = feeds.receiver('t', { interval: 5 });
    const iterator = receiver[Symbol.asyncIterator]();
    const { object } = (await iterator.next()).value;
    await polled(5);
    assert.equal(receiver.state.inFlight, 1);
    await receiver.acknowledge(object);
    assert.equal(receiver.state.inFlight, 0);
    assert.deepEqual(service.consumed, ['marked']);
  });

  it('polls when it is rung, and again when it is rung during a poll', async () => {
    const receiver = feeds.receiver('t', { interval: never, includeReceived: false });
    await polled(1);
    await until('it is connected', () => receiver.state.phase === 'connected');
    let release: () => void = () => undefined;
    service.held = new Promise((resolve) => {
      release = resolve;
    });
    receiver.ring();
    await polled(2);
    receiver.ring();
    receiver.ring();
    release();
    await polled(3);
    await until('it is idle', () => receiver.state.nextPoll !== undefined);
    assert.equal(service.polls.length, 3);
  });

  it('backs off on every failure, says why and until when, and comes back', async () => {
    const states: string[] = [];
    service.failure = new SyncServiceError('SYNC_UNAUTHORIZED', 'no');
    const receiver = feeds.receiver('t', { interval: 1 });
    receiver.onState(({ phase }) => states.push(phase));
    await until('it has failed twice', () => states.filter((phase) => phase === 'backing-off').length > 1);
    const { error, nextPoll = 0, lastSuccess } = receiver.state;
    assert.equal(error?.code, 'SYNC_UNAUTHORIZED');
    assert.ok(nextPoll > Date.now());
    assert.equal(lastSuccess, undefined);
    service.failure = new TypeError('a mistake of this library');
    await until('it names it', () => receiver.state.error?.code === 'SYNC_UNEXPECTED_RESPONSE');
    service.failure = undefined;
    receiver.ring();
    await until('it is connected', () => receiver.state.phase === 'connected');
    assert.equal(receiver.state.error, undefined);
  });

  it('shares nothing with that of another type', async () => {
    const one = feeds.receiver('one', { interval: never });
    await until('one is connected', () => one.state.phase === 'connected');
    service.failure = new SyncServiceError('SYNC_UNREACHABLE', 'no');
    const other = feeds.receiver('other', { interval: never });
    await until('the other has failed', () => other.state.phase === 'backing-off');
    assert.equal(one.state.phase, 'connected');
  });

  it('is polled once for two receivers, at the shorter interval', async () => {
    feeds.receiver('t', { interval: never, includeReceived: false });
    feeds.receiver('t', { interval: 5, includeReceived: false });
    await polled(4);
    const receiver = feeds.receiver('t', { interval: never });
    assert.equal(receiver.objectType, 't');
  });

  it('hands out what is accepted alone, and tells what was handed out too often', async () => {
    service.listed = objects('a', 'b');
    const exhausted: string[] = [];
    const receiver = feeds.receiver('t', {
      interval: 5,
      redeliverAfter: 1,
      maxAttempts: 2,
      accepts: ({ objectID }) => objectID === 'b',
      onExhausted: ({ objectID }, attempts) => exhausted.push(`${objectID} ${attempts}`),
    });
    const seen: string[] = [];
    for await (const { object, attempt, redelivered } of receiver) {
      seen.push(`${object.objectID} ${attempt} ${redelivered}`);
      if (attempt === 2) break;
    }
    assert.deepEqual(seen, ['b 1 false', 'b 2 true']);
    assert.ok(receiver.closed);
    assert.deepEqual(exhausted, []);
  });

  it('tells what rests after its last attempt', async () => {
    service.listed = objects('a');
    const exhausted: string[] = [];
    const receiver = feeds.receiver('t', {
      interval: 5,
      redeliverAfter: 1,
      maxAttempts: 1,
      onExhausted: ({ objectID }) => exhausted.push(objectID),
    });
    const iterator = receiver[Symbol.asyncIterator]();
    await iterator.next();
    const waiting = iterator.next();
    await until('it rests', () => receiver.state.exhausted === 1);
    assert.deepEqual(exhausted, ['a']);
    receiver.close();
    assert.equal((await waiting).done, true);
  });

  it('does not hand out again what the flow is working on', async () => {
    service.listed = objects('a');
    const receiver = feeds.receiver('t', { interval: 5, redeliverAfter: 200 });
    const iterator = receiver[Symbol.asyncIterator]();
    const { object } = (await iterator.next()).value;
    let again = false;
    void iterator.next().then(({ done }) => {
      again = !done;
    });
    const end = Date.now() + 600;
    await until('longer than the time has passed', () => {
      receiver.renew(object);
      return Date.now() > end;
    });
    assert.equal(again, false);
    await until('it is handed out again', () => again);
  });

  it('ends with its last receiver, and a receiver that is closed twice is closed', async () => {
    const receiver = feeds.receiver('t', { interval: 5 });
    await polled(2);
    receiver.close();
    receiver.close();
    assert.equal(receiver.state.phase, 'closed');
    const count = service.polls.length;
    const iterator = receiver[Symbol.asyncIterator]();
    assert.equal((await iterator.next()).done, true);
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.ok(service.polls.length <= count + 1);
  });

  it('stops listening to its state when asked', async () => {
    const receiver = feeds.receiver('t', { interval: 5 });
    let count = 0;
    const stop = receiver.onState(() => {
      count += 1;
    });
    await until('it has told something', () => count > 0);
    stop();
    const before = count;
    await polled(service.polls.length + 3);
    assert.equal(count, before);
  });

  it('hands out an object again when its acknowledgement is refused', async () => {
    service.listed = objects('a');
    service.markObjectConsumed = () => Promise.reject(new SyncServiceError('SYNC_REJECTED', 'no'));
    const receiver = feeds.receiver('t', { interval: 5, redeliverAfter: 20 });
    const iterator = receiver[Symbol.asyncIterator]();
    const { object } = (await iterator.next()).value;
    await assert.rejects(receiver.acknowledge(object), { code: 'SYNC_REJECTED' });
    assert.equal((await iterator.next()).value.attempt, 2);
  });

  it('polls at once when it finds a newer version at the acknowledgement', async () => {
    service.listed = objects('a');
    const receiver = feeds.receiver('t', { interval: never });
    const iterator = receiver[Symbol.asyncIterator]();
    const { object } = (await iterator.next()).value;
    service.listed = [metadataOf({ objectID: 'a', instanceID: '1795470914231361271' })];
    assert.equal(await receiver.acknowledge(object), 'superseded');
    assert.equal((await iterator.next()).value.object.instanceID, '1795470914231361271');
  });
});
