import assert from 'node:assert/strict';
import { type ClientOptions, SyncServiceClient, type TransferWait } from '../../../src/client';
import { FastTransport } from '../../support/fast-transport';
import { rsa } from '../../support/keys';
import { ManualClock, settle } from '../../support/manual-clock';
import { watched } from '../../support/watched';

const mebibyte = 1_048_576;
const hour = 3_600_000;
const object = { objectType: 't', objectID: 'o' };

describe('the hours of the day of transfers', () => {
  let clock: ManualClock;
  let transport: FastTransport;
  const clients: SyncServiceClient[] = [];
  beforeEach(() => {
    clock = new ManualClock(Date.UTC(2030, 0, 1, 12));
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
    assert.equal(clock.waiting, 0);
  });
  const open = (size = 2 * mebibyte, options: Partial<ClientOptions> = {}): SyncServiceClient => {
    transport = new FastTransport(16_384, size);
    const hours = { transferHours: '22:00-05:00', timeZone: 'UTC' };
    const client = new SyncServiceClient(
      { address: 'http://css.example', organization: 'demo', ...hours, ...options },
      { clock, openTransport: () => transport },
    );
    clients.push(client);
    return client;
  };

  it('are waited for, of which is told, and nothing of the transfer is asked before', async () => {
    const client = open();
    const told: (TransferWait | undefined)[] = [];
    const onWait = (reason: TransferWait | undefined): unknown => told.push(reason);
    const works = [
      client.fetchObjectData(object, { onWait }),
      client.publish(object, Buffer.alloc(mebibyte), { onWait }),
      client.updateObjectData(object, Buffer.alloc(mebibyte), { onWait }),
    ].map(watched);
    await clock.advance(10 * hour - 1_000);
    assert.deepEqual(told, ['window', 'window', 'window']);
    assert.deepEqual(
      transport.asked.filter((each) => each.startsWith('PUT') || each.includes('data')),
      [],
    );
    await clock.advance(2_000);
    assert.deepEqual(
      works.map(({ end }) => end),
      ['done', 'done', 'done'],
    );
    assert.equal(transport.passed, 4 * mebibyte);
    assert.deepEqual(told.slice(3), [undefined, undefined, undefined]);
  });

  it('hold back nothing that is small, no polls, no questions and no acknowledgements', async () => {
    const client = open(262_144);
    const large = watched(client.updateObjectData(object, Buffer.alloc(mebibyte)));
    await Promise.all([
      client.fetchObjectData(object),
      client.publish({ ...object, objectID: 'small' }, Buffer.alloc(262_144)),
      client.updateObjectData({ ...object, objectID: 'small-data' }, 'small'),
      client.updateObject({ ...object, metaOnly: true }),
      client.getObjectMetadata(object),
      client.markObjectConsumed(object),
    ]);
    assert.deepEqual([clock.elapsed(), large.end], [0, undefined]);
    await clock.advance(10 * hour);
    assert.equal(large.end, 'done');
  });

  it('end a download, which goes on from there in the next', async () => {
    const size = 4 * mebibyte;
    // Two hours at this rate.
    const client = open(size, { transferRate: size / 7_200 });
    const told: (TransferWait | undefined)[] = [];
    await clock.advance(16 * hour);
    const download = watched(
      client.fetchObjectData(object, {
        onWait: (reason) => {
          if (reason !== told.at(-1)) told.push(reason);
        },
      }),
    );
    await clock.advance(1.5 * hour);
    const { passed } = transport;
    assert.ok(passed > size * 0.4 && passed < size * 0.6, String(passed));
    assert.equal(told.at(-1), 'window');
    const asked = transport.asked.length;
    await clock.advance(15 * hour);
    assert.deepEqual([transport.passed, transport.asked.length], [passed, asked]);
    await clock.advance(3 * hour);
    assert.equal(download.end, 'done');
    // No more than what was on its way comes twice.
    assert.ok(transport.passed < size + 4 * 65_536, String(transport.passed));
  });

  it('have an upload that they end on the way be finished', async () => {
    const client = open(mebibyte, { transferRate: mebibyte / 7_200 });
    await clock.advance(16.5 * hour);
    const upload = watched(client.updateObjectData(object, Buffer.alloc(mebibyte)));
    await clock.advance(3 * hour);
    assert.equal(upload.end, 'done');
  });

  it('have an upload in chunks stop after one, and go on with the next', async () => {
    // Two hours a chunk: the fourth is under way when it is five.
    const client = open(0, { transferRate: mebibyte / 7_200 });
    const upload = watched(
      client.updateObjectData(object, Buffer.alloc(5 * mebibyte), { chunkSize: mebibyte }),
    );
    await clock.advance(20 * hour);
    assert.deepEqual([transport.passed, upload.end], [4 * mebibyte, undefined]);
    await clock.advance(14 * hour - 1_000);
    assert.equal(transport.passed, 4 * mebibyte);
    await clock.advance(3 * hour);
    assert.deepEqual([transport.passed, upload.end], [5 * mebibyte, 'done']);
  });

  describe('leave the one place of what is signed', () => {
    const sign = { privateKey: String(rsa.privateKey.export({ type: 'pkcs8', format: 'pem' })) };
    const rate = { transferRate: mebibyte / 7_200 };
    const publish = (
      client: SyncServiceClient,
      objectID: string,
      size: number,
      options = {},
    ): Promise<void> => client.publish({ ...object, objectID }, Buffer.alloc(size), { sign, ...options });

    it('to small data where they were over before it was its turn', async () => {
      const client = open(mebibyte, rate);
      await clock.advance(16.5 * hour);
      const works: { end: string | undefined }[] = [];
      for (const size of [mebibyte, mebibyte, 10]) {
        works.push(watched(publish(client, `${works.length}`, size)));
        await settle();
      }
      const ends = (): unknown => works.map(({ end }) => end);
      await clock.advance(hour);
      assert.deepEqual(ends(), [undefined, undefined, undefined]);
      await clock.advance(2 * hour);
      assert.deepEqual(ends(), ['done', undefined, 'done']);
      // Nor is its metadata there for a day without its data.
      assert.ok(!transport.asked.some((each) => /^PUT .*t\/1/.test(each)));
      await clock.advance(17 * hour);
      assert.deepEqual(ends(), ['done', 'done', 'done']);
    });

    it('to small data where they end while it waits for its place in the rate', async () => {
      const client = open(mebibyte, rate);
      await clock.advance(16.5 * hour);
      const plain = Array.from({ length: 4 }, (_, index) =>
        watched(client.updateObjectData({ ...object, objectID: `plain${index}` }, Buffer.alloc(mebibyte))),
      );
      await settle();
      const large = watched(publish(client, 'large', mebibyte));
      await settle();
      const small = watched(publish(client, 'small', 10));
      await clock.advance(9 * hour);
      assert.deepEqual(new Set(plain.map(({ end }) => end)), new Set(['done']));
      assert.deepEqual([large.end, small.end], [undefined, 'done']);
      await clock.advance(11 * hour);
      assert.equal(large.end, 'done');
    });

    it('to small data while it waits for its place in the rate within them', async () => {
      const client = open(mebibyte, rate);
      await clock.advance(10 * hour);
      const plain = Array.from({ length: 4 }, (_, index) =>
        watched(
          client.updateObjectData({ ...object, objectID: `plain${index}` }, Buffer.alloc(mebibyte / 2)),
        ),
      );
      await settle();
      const large = watched(publish(client, 'large', mebibyte));
      await settle();
      const small = watched(publish(client, 'small', 10));
      await clock.advance(hour);
      const ends = [...plain, large, small].map(({ end }) => end);
      assert.deepEqual(ends, [...Array(5).fill(undefined), 'done']);
      await clock.advance(6 * hour);
      assert.equal(large.end, 'done');
    });

    it('to small data where they end amid an upload in chunks', async () => {
      const client = open(0, rate);
      const upload = watched(publish(client, 'o', 5 * mebibyte, { chunkSize: mebibyte }));
      await clock.advance(19 * hour);
      assert.deepEqual([transport.passed, upload.end], [4 * mebibyte, undefined]);
      const small = watched(publish(client, 'small', 10));
      await settle();
      assert.deepEqual([small.end, upload.end], ['done', undefined]);
      await clock.advance(18 * hour);
      assert.deepEqual([transport.passed, upload.end], [5 * mebibyte, 'done']);
    });

    it('as whoever has changed his mind does', async () => {
      const client = open(0, rate);
      const ending = new AbortController();
      const given = { chunkSize: mebibyte, signal: ending.signal };
      const upload = watched(publish(client, 'o', 5 * mebibyte, given));
      await clock.advance(19 * hour);
      ending.abort();
      await settle();
      assert.equal(upload.end, 'SYNC_ABORTED');
      const small = watched(publish(client, 'small', 10));
      await settle();
      assert.equal(small.end, 'done');
    });
  });

  describe('keep back what is published if it is changed', () => {
    const large = Buffer.alloc(mebibyte);
    const puts = (): number => transport.asked.filter((each) => each.startsWith('PUT')).length;
    const told: Record<string, (TransferWait | undefined)[]> = {};
    const publish = (client: SyncServiceClient, name: string, data: Buffer): { end: string | undefined } => {
      const of: (TransferWait | undefined)[] = [];
      told[name] = of;
      const onWait = (reason: TransferWait | undefined): unknown => of.push(reason);
      const outcome = client.publishIfChanged(object, data, { onWait });
      const watch = watched(outcome);
      outcome.then(
        (end) => {
          watch.end = end;
        },
        () => undefined,
      );
      return watch;
    };

    it('but nothing small behind it, which has overtaken it then', async () => {
      const client = open(mebibyte);
      const first = publish(client, 'first', large);
      await settle();
      const second = publish(client, 'second', Buffer.from('small'));
      await settle();
      assert.deepEqual([first.end, second.end, puts()], [undefined, 'published', 1]);
      await clock.advance(10 * hour);
      assert.deepEqual([first.end, puts()], ['SYNC_SUPERSEDED', 1]);
    });

    it('each for itself, and send it once where it is the same', async () => {
      const client = open(mebibyte);
      const first = publish(client, 'first', large);
      const second = publish(client, 'second', large);
      await clock.advance(hour);
      assert.deepEqual(told, { first: ['window'], second: ['window'] });
      await clock.advance(9 * hour);
      assert.deepEqual([first.end, second.end], ['published', 'unchanged']);
      assert.equal(transport.passed, mebibyte);
    });

    it('in its order where it is not', async () => {
      const client = open(mebibyte);
      const first = publish(client, 'first', large);
      const second = publish(client, 'second', Buffer.alloc(mebibyte, 'x'));
      await clock.advance(10 * hour);
      assert.deepEqual([first.end, second.end], ['published', 'published']);
      assert.equal(transport.passed, 2 * mebibyte);
    });

    it('as it is then, and know it by that', async () => {
      const client = open(mebibyte);
      const data = Buffer.alloc(mebibyte);
      const first = publish(client, 'first', data);
      await settle();
      data.fill('x');
      await clock.advance(10 * hour);
      assert.equal(first.end, 'published');
      assert.equal(await client.publishIfChanged(object, Buffer.alloc(mebibyte, 'x')), 'unchanged');
    });
  });

  describe('end without a word for what was published, of which', () => {
    const large = Buffer.alloc(mebibyte);
    const ways: Record<string, (client: SyncServiceClient) => Promise<unknown>> = {
      'something small is published': (client) => client.publish(object, 'small'),
      'something small is published if it has changed': (client) => client.publishIfChanged(object, 'small'),
      'nothing is to be left': (client) => client.deleteObject(object),
    };
    for (const [later, replace] of Object.entries(ways)) {
      it(`${later} while it waits for them`, async () => {
        const client = open(mebibyte);
        const first = watched(client.publish(object, large));
        const second = watched(client.updateObjectData(object, large));
        await settle();
        await replace(client);
        const sent = transport.asked.length;
        await clock.advance(10 * hour);
        assert.deepEqual([first.end, second.end], ['SYNC_SUPERSEDED', 'SYNC_SUPERSEDED']);
        assert.equal(transport.asked.length, sent);
      });
    }

    it('but not where that is of another object, came before or has failed', async () => {
      const client = open(mebibyte);
      const before = watched(client.publish(object, large));
      await settle();
      await client.publish({ ...object, objectID: 'another' }, 'small');
      await client.updateObject({ ...object, metaOnly: true });
      const ended = client.publish(object, 'small', { signal: AbortSignal.abort() });
      await assert.rejects(ended, { code: 'SYNC_ABORTED' });
      const after = watched(client.publish(object, Buffer.alloc(mebibyte, 'x')));
      await clock.advance(10 * hour);
      assert.deepEqual([before.end, after.end], ['done', 'done']);
    });
  });

  it('do not end in data of another version: what changed meanwhile is not fetched', async () => {
    const client = open();
    const download = watched(client.fetchObjectData(object));
    await settle();
    transport.dataID = '1795470914231361271';
    await clock.advance(10 * hour);
    assert.equal(download.end, 'SYNC_SUPERSEDED');
    assert.equal(transport.passed, 0);
  });

  it('are those of a clock that is set', async () => {
    const client = open();
    const download = watched(client.fetchObjectData(object));
    await settle();
    clock.jump(11 * hour);
    await clock.advance(60_000);
    assert.equal(download.end, 'done');
  });

  it('let whoever waits go when its caller or the client ends', async () => {
    const client = open();
    const ending = new AbortController();
    const { signal } = ending;
    const data = Buffer.alloc(mebibyte);
    const works = [
      client.fetchObjectData(object, { signal }),
      client.publish(object, data, { signal }),
      client.fetchObjectData(object),
      client.updateObjectData(object, data),
    ].map(watched);
    await clock.advance(hour);
    ending.abort();
    await settle();
    await client.close();
    await settle();
    assert.deepEqual(
      works.map(({ end }) => end),
      ['SYNC_ABORTED', 'SYNC_ABORTED', 'SYNC_CLOSED', 'SYNC_CLOSED'],
    );
  });

  it('must be hours, in a time zone that there is', () => {
    for (const [transferHours, timeZone] of [
      ['', 'UTC'],
      ['all day', 'UTC'],
      ['22:00-05:00', 'Mars/Olympus'],
    ] as const) {
      assert.throws(() => open(1, { transferHours, timeZone }), { code: 'SYNC_INVALID_ARGUMENT' });
    }
  });
});
