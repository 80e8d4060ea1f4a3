import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import type { Text } from '../../nodes/common/text';
import { type TransferListeners, Transfers } from '../../nodes/common/transfers';
import { Fetches } from '../../nodes/sync-fetch/fetches';
import { SendQueue } from '../../nodes/sync-out/queue';
import { type ConnectionSettings, openClient } from '../../nodes/sync-service/open';
import { type ObjectReference, type OnWait, type Progress, SyncServiceClient } from '../../src/client';
import type { HttpRequest, HttpResponse, Transport } from '../../src/client/connection/http';
import { ChunkStore } from '../support/chunk-store';
import { ManualClock, settle } from '../support/manual-clock';
import { metadataOf } from '../support/metadata';
import { until } from '../support/until';

/** Work that ends when the test says so. */
function held(): TransferListeners & {
  work: (listeners: TransferListeners) => Promise<void>;
  end: () => void;
  progress: Progress;
} {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  const transfer = {
    end,
    progress: (() => undefined) as Progress,
    onProgress: (() => undefined) as Progress,
    onWait: (() => undefined) as OnWait,
    work(listeners: TransferListeners) {
      Object.assign(transfer, { progress: listeners.onProgress, ...listeners });
      return ended;
    },
  };
  return transfer;
}

describe('the progress of transfers', () => {
  let clock: ManualClock;
  let told: (string | Text)[] = [];
  let transfers: Transfers;
  beforeEach(() => {
    clock = new ManualClock();
    told = [];
    transfers = new Transfers((text) => told.push(text), clock);
  });

  it('is told in percent, of long ones alone, and not at every byte', async () => {
    const transfer = held();
    const done = transfers.run(transfer.work);
    transfer.progress(10, 1_000);
    await clock.advance(1_000);
    transfer.progress(420, 1_000);
    transfer.progress(500, 1_000);
    await clock.advance(500);
    transfer.progress(999, 1_000);
    assert.deepEqual(told, ['42 %', '99 %']);
    transfer.end();
    await done;
  });

  it('is told in bytes where the whole is not known', async () => {
    const transfer = held();
    void transfers.run(transfer.work);
    await clock.advance(2_000);
    transfer.progress(7_864_320, undefined);
    assert.deepEqual(told, ['7.5 MiB']);
    transfer.end();
  });

  it('is that of all that are under way', async () => {
    const [first, second] = [held(), held()];
    const done = transfers.run(first.work);
    void transfers.run(second.work);
    await clock.advance(1_000);
    first.progress(100, 100);
    second.progress(20, 300);
    await clock.advance(1_000);
    second.progress(20, 300);
    first.end();
    await done;
    await clock.advance(1_000);
    second.progress(150, 300);
    assert.deepEqual(told, ['100 %', '2 × 30 %', '50 %']);
    second.end();
  });
});

describe('transfers that wait for their rate', () => {
  it('say so, with how far they are; also before their first byte', async () => {
    const clock = new ManualClock();
    const told: (string | Text)[] = [];
    const transfers = new Transfers((text) => told.push(text), clock);
    const transfer = held();
    const done = transfers.run(transfer.work);
    transfer.onWait('rate');
    await clock.advance(1_000);
    transfer.progress(420, 1_000);
    await clock.advance(500);
    transfer.progress(420, 1_000);
    transfer.onWait(undefined);
    await clock.advance(500);
    transfer.progress(430, 1_000);
    const key = '@edge-sync/node-red/sync-service:sync-service.transfer.rate';
    assert.deepEqual(told, [
      { key, values: { progress: '0.0 MiB' } },
      { key, values: { progress: '42 %' } },
      '43 %',
    ]);
    transfer.end();
    await done;
    await clock.advance(5_000);
    assert.equal(told.length, 3);
  });

  it('are not told any more once it goes on, also where nothing comes for long then', async () => {
    const [clock, told] = [new ManualClock(), [] as unknown[]];
    const transfers = new Transfers((text) => told.push(text), clock);
    const transfer = held();
    const done = transfers.run(transfer.work);
    transfer.onWait('retry');
    await clock.advance(5_000);
    transfer.onWait(undefined);
    await clock.advance(5_000);
    const key = '@edge-sync/node-red/sync-service:sync-service.transfer.retry';
    assert.deepEqual(told, [{ key, values: { progress: '0.0 MiB' } }, '0.0 MiB']);
    transfer.end();
    await done;
    assert.equal(clock.waiting, 0);
  });

  it('are as their sync-service says: its rate, and whether large data is sent in chunks', async () => {
    const store = await ChunkStore.start();
    const settings: ConnectionSettings = {
      connection: 'address',
      side: 'cloud',
      address: store.address,
      organization: 'demo',
      edgeType: '',
      edgeID: '',
      caFile: '',
      proxy: false,
    };
    const object = { objectType: 't', objectID: 'o' };
    const data = Buffer.alloc(16 * 1_048_576 + 1);
    const waits: unknown[] = [];
    for (const [transferRate, inChunks] of [
      [2 ** 31, true],
      [0, false],
    ] as const) {
      const opened = await openClient({ ...settings, transferRate, inChunks }, {}, undefined);
      await opened.client.publish(object, data, { onWait: (reason) => waits.push(reason) });
      await opened.client.close();
    }
    const [first, ...others] = store.asked.filter((each) => each !== 'PUT meta');
    assert.deepEqual(
      [first, ...others],
      ['PUT 0-16777215/16777217', 'PUT 16777216-16777216/16777217', 'PUT whole'],
    );
    // Hours of the day that are not now.
    const hour = new Date().getUTCHours();
    const transferHours = `${(hour + 2) % 24}:00-${(hour + 3) % 24}:00`;
    const late = await openClient({ ...settings, transferHours, timeZone: 'UTC' }, {}, undefined);
    const leaving = new AbortController();
    const later = late.client.publish(object, data, {
      signal: leaving.signal,
      onWait: (reason) => {
        waits.push(reason);
        leaving.abort();
      },
    });
    await assert.rejects(later, { code: 'SYNC_ABORTED' });
    await late.client.close();
    for (const wrong of [{ transferHours: 'at night' }, { transferHours: '22:00-05:00', timeZone: 'Mars' }]) {
      await assert.rejects(openClient({ ...settings, ...wrong }, {}, undefined), {
        code: 'SYNC_INVALID_ARGUMENT',
      });
    }
    const slow = await openClient({ ...settings, transferRate: 1_000_000 }, {}, undefined);
    const ending = new AbortController();
    const { signal } = ending;
    const onWait = (reason: unknown): void => {
      waits.push(reason);
      ending.abort();
    };
    await assert.rejects(slow.client.publish(object, data, { signal, onWait }), { code: 'SYNC_ABORTED' });
    await slow.client.close();
    await store.close();
    assert.ok(waits.includes('rate') && waits.includes('window'));
  });
});

describe('fetches', () => {
  const object = (objectID: string): ObjectReference => ({ objectType: 't', objectID });

  it('are as many at once as they may, and the others follow in their order', async () => {
    const fetches = new Fetches(2, new Transfers(() => undefined), () => undefined);
    const works = ['a', 'b', 'c'].map((name) => ({ name, ...held() }));
    const begun: string[] = [];
    const done = works.map(({ name, work }) =>
      fetches.run(object(name), (onProgress) => {
        begun.push(name);
        return work(onProgress);
      }),
    );
    await until('two began', () => begun.length === 2);
    assert.deepEqual(begun, ['a', 'b']);
    works[1]?.end();
    await done[1];
    await until('the third began', () => begun.length === 3);
    for (const { end } of works) end();
    await Promise.all(done);
  });

  it('renew what waits once a second, and not with each that has its turn: thousands may wait', async () => {
    const clock = new ManualClock();
    let renewed = 0;
    const renew = (): void => {
      renewed += 1;
    };
    const fetches = new Fetches(4, new Transfers(() => undefined, clock), renew, clock);
    const count = 1_000;
    const work = (): Promise<void> => Promise.resolve();
    await Promise.all(Array.from({ length: count }, (_, index) => fetches.run(object(`${index}`), work)));
    assert.equal(renewed, count, 'each as it begins');
    await clock.advance(10_000);
    assert.equal(clock.waiting, 0);
  });

  it('keep those that wait for their turn from being handed out again, and those that are fetched', async () => {
    const clock = new ManualClock();
    const renewed: string[] = [];
    const fetches = new Fetches(
      1,
      new Transfers(() => undefined, clock),
      ({ objectID }) => renewed.push(objectID),
      clock,
    );
    const transfer = held();
    const first = fetches.run(object('a'), (onProgress) => transfer.work(onProgress));
    const second = fetches.run(object('b'), () => Promise.resolve());
    await settle();
    assert.deepEqual(renewed.splice(0), ['a', 'b']);
    transfer.progress(1, 2);
    assert.deepEqual(renewed.splice(0), ['a']);
    await clock.advance(2_000);
    assert.deepEqual(renewed.splice(0), ['a', 'b', 'a', 'b'], 'whether there is progress or not');
    transfer.end();
    await Promise.all([first, second]);
    await clock.advance(10_000);
    assert.deepEqual(renewed, []);
    assert.equal(clock.waiting, 0);
  });
});

/** A CSS that lists one object, and has no place for anybody who asks for its data. */
class BusyTransport implements Transport {
  /** How often the data was asked for. */
  refused = 0;
  readonly #list = JSON.stringify([metadataOf({ objectType: 't', objectID: 'o', objectSize: 1_000_000 })]);

  async request({ path }: HttpRequest): Promise<HttpResponse> {
    const isData = path.endsWith('/data');
    if (isData) this.refused += 1;
    const text = path.endsWith('/health') ? '{"general":{"nodeType":"CSS"}}' : isData ? '' : this.#list;
    const body = Readable.from([Buffer.from(text.replace(/"(\d{19})"/g, '$1'))]);
    const headers = isData ? { 'retry-after': '3' } : {};
    return { status: isData ? 429 : 200, headers, body, discard: () => undefined };
  }

  trust(): void {}

  async close(): Promise<void> {}
}

describe('a fetch of a service that is busy', () => {
  it('costs no attempt, though it pauses for longer than anybody waits for a word', async () => {
    const clock = new ManualClock();
    const transport = new BusyTransport();
    const options = { address: 'http://css.example', organization: 'demo' };
    const client = new SyncServiceClient(options, { clock, openTransport: () => transport });
    const attempts: number[] = [];
    const told = new Set<string | undefined>();
    let handedOut = 0;
    const receiver = client.pollForUpdates('t', {
      ...{ interval: 1_000, redeliverAfter: 2_000, maxAttempts: 3 },
      onExhausted: (_object, count) => attempts.push(count),
    });
    const transfers = new Transfers(() => undefined, clock);
    const fetches = new Fetches(4, transfers, (object) => client.renewObject(object), clock);
    const flow = async (): Promise<void> => {
      for await (const { object } of receiver) {
        handedOut += 1;
        const fetched = fetches.run(object, ({ onProgress, onWait }) =>
          client.fetchObjectData(object, {
            onProgress,
            onWait: (reason) => {
              told.add(reason);
              onWait(reason);
            },
          }),
        );
        void fetched.catch((error: Error) => client.releaseObject(object, error));
      }
    };
    const flowing = flow();
    for (let passed = 0; passed < 1_200; passed += 1) await clock.advance(500);
    assert.deepEqual(attempts, [], `given up after ${handedOut} hand-outs`);
    assert.ok(handedOut > 3 && transport.refused > 4 * (handedOut - 1), `${handedOut} ${transport.refused}`);
    assert.deepEqual(told, new Set(['retry', undefined]));
    await client.close();
    await flowing;
  });
});

describe('a fetch that waits for its hours of the day', () => {
  it('leaves its place to others, is not handed out again, and says so', async () => {
    const clock = new ManualClock();
    const told: (string | Text)[] = [];
    const renewed: string[] = [];
    const transfers = new Transfers((text) => told.push(text), clock);
    const fetches = new Fetches(1, transfers, ({ objectID }) => renewed.push(objectID), clock);
    const [large, small] = [held(), held()];
    const done = [
      { objectID: 'large', ...large },
      { objectID: 'small', ...small },
    ].map(({ objectID, work }) => fetches.run({ objectType: 't', objectID }, work));
    await settle();
    large.onWait('window');
    await settle();
    small.end();
    await done[1];
    renewed.length = 0;
    await clock.advance(3_000);
    assert.deepEqual(renewed, ['large', 'large', 'large']);
    const key = '@edge-sync/node-red/sync-service:sync-service.transfer.window';
    assert.deepEqual(told, [{ key, values: { progress: '0.0 MiB' } }]);
    large.onWait(undefined);
    large.end();
    await done[0];
  });
});

describe('a queue', () => {
  it('does what concerns the same object in order, also after a failure, and other objects beside it', async () => {
    const queue = new SendQueue();
    const begun: string[] = [];
    const works = new Map(['a1', 'a2', 'a3', 'b'].map((name) => [name, held()]));
    const run = (objectID: string, name: string): Promise<void> =>
      queue.run(
        name,
        async () => ({ object: { objectType: 't', objectID }, bytes: 1 }),
        async () => {
          begun.push(name);
          await works.get(name)?.work({ onProgress: () => undefined, onWait: () => undefined });
          if (name === 'a1') throw new Error('a1 failed');
        },
      );
    const all = [run('a', 'a1'), run('a', 'a2'), run('a', 'a3'), run('b', 'b')];
    const settled = Promise.allSettled(all);
    await until('a1 and b began', () => begun.length === 2);
    assert.deepEqual(begun.sort(), ['a1', 'b']);
    works.get('a1')?.end();
    await until('a2 began', () => begun.includes('a2'));
    assert.ok(!begun.includes('a3'));
    for (const { end } of works.values()) end();
    assert.deepEqual(
      (await settled).map(({ status }) => status),
      ['rejected', 'fulfilled', 'fulfilled', 'fulfilled'],
    );
  });
});
