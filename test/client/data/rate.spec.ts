import assert from 'node:assert/strict';
import { type ClientOptions, SyncServiceClient, type TransferWait } from '../../../src/client';
import { sleep } from '../../../src/system/clock';
import { FastTransport } from '../../support/fast-transport';
import { ManualClock, settle } from '../../support/manual-clock';

const mebibyte = 1_048_576;
const rate = 100_000;

describe('the rate of transfers', () => {
  let clock: ManualClock;
  let transport: FastTransport;
  const clients: SyncServiceClient[] = [];
  beforeEach(() => {
    clock = new ManualClock();
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
  });
  const open = (
    size = 2 * mebibyte,
    pieceSize = 16_384,
    options: Partial<ClientOptions> = {},
  ): SyncServiceClient => {
    transport = new FastTransport(pieceSize, size);
    const client = new SyncServiceClient(
      { address: 'http://css.example', organization: 'demo', transferRate: rate, ...options },
      { clock, openTransport: () => transport },
    );
    clients.push(client);
    return client;
  };
  const object = (objectID: string) => ({ objectType: 't', objectID });
  /** Lets time pass until the work is done. @returns how much, in ms. */
  const timeOf = async (...work: Promise<unknown>[]): Promise<number> => {
    const began = clock.elapsed();
    let done = false;
    const all = Promise.all(work).finally(() => {
      done = true;
    });
    all.catch(() => undefined);
    await settle();
    while (!done) await clock.advance(1_000);
    await all;
    return clock.elapsed() - began;
  };
  const assertAtRate = (bytes: number, time: number): void => {
    const ratio = bytes / (time / 1_000) / rate;
    assert.ok(ratio > 0.95 && ratio < 1.05, `${ratio} of the rate`);
  };

  it('is that of all together, in both directions, within 5 %', async () => {
    const size = 4 * mebibyte;
    const client = open(size);
    const data = Buffer.alloc(size, 'x');
    const time = await timeOf(
      client.fetchObjectData(object('o')),
      client.updateObjectData(object('u'), data),
      client.fetchObjectData(object('o')),
    );
    assert.equal(transport.passed, 3 * size);
    assertAtRate(3 * size, time);
  });

  it('holds for chunks and streams as well, and for pieces of any size', async () => {
    const size = 2 * mebibyte;
    const stream = async function* (): AsyncGenerator<Buffer> {
      for (let sent = 0; sent < size; sent += mebibyte) yield Buffer.alloc(mebibyte);
    };
    for (const pieceSize of [100, 1_000_000]) {
      const client = open(size, pieceSize);
      assertAtRate(
        2 * size,
        await timeOf(client.fetchObjectData(object('o')), client.updateObjectData(object('u'), { stream })),
      );
    }
  });

  it('cannot be saved up', async () => {
    const client = open();
    await timeOf(client.fetchObjectData(object('o')));
    await clock.advance(3_600_000);
    assertAtRate(2 * mebibyte, await timeOf(client.fetchObjectData(object('o'))));
  });

  it('holds back no small objects, whatever waits', async () => {
    const client = open(262_144);
    const large = Buffer.alloc(mebibyte);
    const uploads = Array.from({ length: 20 }, (_, index) =>
      client.updateObjectData(object(`large-${index}`), large),
    );
    await settle();
    const small = [
      client.fetchObjectData(object('o')),
      client.publish(object('s'), 'small'),
      client.updateObjectData(object('d'), 'small'),
    ];
    await Promise.all(small);
    assert.equal(clock.elapsed(), 0);
    await timeOf(...uploads);
  });

  it('is no slowness of the service: its floor of progress rests meanwhile', async () => {
    // A piece has to wait for longer than a service may be silent.
    const size = 262_145;
    const client = open(size, size, { transferRate: 1_000, timeouts: { stall: 10_000 } });
    const time = await timeOf(
      client.fetchObjectData(object('o')),
      client.updateObjectData(object('u'), Buffer.alloc(size)),
    );
    assert.ok(time > 260_000, `${time} ms`);
  });

  it('is what a transfer waits for, which is told once, and that it goes on', async () => {
    const client = open();
    const told: (TransferWait | undefined)[] = [];
    await timeOf(client.fetchObjectData(object('o'), { onWait: (reason) => told.push(reason) }));
    await timeOf(
      client.updateObjectData(object('u'), Buffer.alloc(mebibyte), { onWait: (reason) => told.push(reason) }),
    );
    assert.deepEqual(told, ['rate', undefined, 'rate', undefined]);
    const slow = async function* (): AsyncGenerator<Buffer> {
      for (let sent = 0; sent < 4; sent += 1) {
        yield Buffer.alloc(80_000);
        // The source, and not the rate, is what it waits for.
        await sleep(clock, 5_000);
      }
    };
    told.length = 0;
    await timeOf(
      client.updateObjectData(object('u'), { stream: slow }, { onWait: (reason) => told.push(reason) }),
    );
    assert.deepEqual(told, ['rate', undefined, 'rate', undefined, 'rate', undefined, 'rate', undefined]);
  });

  it('lets whoever waits go when its caller or the client ends', async () => {
    const client = open(mebibyte, mebibyte, { transferRate: 1 });
    const ending = new AbortController();
    const { signal } = ending;
    const data = Buffer.alloc(mebibyte);
    const aborted = [
      client.fetchObjectData(object('o'), { signal }),
      client.updateObjectData(object('u'), data, { signal }),
    ];
    const queued = Array.from({ length: 4 }, () => client.updateObjectData(object('q'), data));
    const waiting = [
      client.updateObjectData(object('w'), data, { signal }),
      client.updateObjectData(object('w'), data),
    ];
    const ends = [...aborted, ...queued, ...waiting].map((each) =>
      each.then(
        () => 'done',
        ({ code }) => String(code),
      ),
    );
    await clock.advance(1_000);
    ending.abort();
    await settle();
    await client.close();
    const [first, second, ...rest] = await Promise.all(ends);
    assert.deepEqual([first, second], ['SYNC_ABORTED', 'SYNC_ABORTED']);
    assert.deepEqual(rest, [
      'SYNC_CLOSED',
      'SYNC_CLOSED',
      'SYNC_CLOSED',
      'SYNC_CLOSED',
      'SYNC_ABORTED',
      'SYNC_CLOSED',
    ]);
    assert.equal(clock.waiting, 0);
  });

  it('must be a number above zero', () => {
    for (const transferRate of [0, -1, Number.NaN, '5' as unknown as number]) {
      assert.throws(() => open(1, 1, { transferRate }), { code: 'SYNC_INVALID_ARGUMENT' });
    }
  });
});
