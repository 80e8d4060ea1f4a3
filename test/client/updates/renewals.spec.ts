import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { type ObjectMetadata, SyncServiceClient } from '../../../src/client';
import type { HttpRequest, HttpResponse, Transport } from '../../../src/client/connection/http';
import { Renewals } from '../../../src/client/updates/renewals';
import { sleep } from '../../../src/system/clock';
import { ManualClock, settle } from '../../support/manual-clock';
import { MemoryDisk } from '../../support/memory-disk';
import { metadataOf } from '../../support/metadata';
import { SeededRandom } from '../../support/random';

const data = 'slow';
const object = metadataOf({ objectType: 't', objectID: 'o', objectSize: data.length });

/** A CSS that lists one object at once, and takes its time for everything else that is asked of it. */
class SlowTransport implements Transport {
  constructor(
    private readonly clock: ManualClock,
    private readonly time: number,
  ) {}

  async request({ path }: HttpRequest): Promise<HttpResponse> {
    const isList = path.includes('/t?') || path.endsWith('/t');
    if (!isList && !path.endsWith('/health')) await sleep(this.clock, this.time);
    const body = Readable.from([Buffer.from(this.#answer(path, isList).replace(/"(\d{19})"/g, '$1'))]);
    return { status: 200, headers: {}, body, discard: () => undefined };
  }

  #answer(path: string, isList: boolean): string {
    if (path.endsWith('/health')) return '{"general":{"nodeType":"CSS"}}';
    if (path.endsWith('/data')) return data;
    return JSON.stringify(isList ? [object] : object);
  }

  trust(): void {}

  async close(): Promise<void> {}
}

describe('what is fetched', () => {
  const unread: AsyncGenerator<Buffer>[] = [];
  const ways: Record<string, (client: SyncServiceClient, asked: ObjectMetadata) => Promise<unknown>> = {
    'into memory': async (client, asked) => String(await client.fetchObjectData(asked)),
    'to a file': (client, asked) => client.fetchObjectDataToFile(asked, '/files/o').then(() => data),
    'as a stream': async (client, asked) => {
      const pieces: Buffer[] = [];
      for await (const piece of client.fetchObjectDataAsStream(asked)) pieces.push(piece);
      return String(Buffer.concat(pieces));
    },
    'as a stream of which no more is read': async (client, asked) => {
      const stream = client.fetchObjectDataAsStream(asked);
      unread.push(stream);
      return String((await stream.next()).value);
    },
  };
  for (const [way, fetch] of Object.entries(ways)) {
    it(`${way} is not handed out again meanwhile, and costs no attempt, however slow the service is`, async () => {
      const clock = new ManualClock();
      const random = new SeededRandom(1);
      const disk = new MemoryDisk(random);
      await disk.makeFolder('/files');
      const openTransport = (): Transport => new SlowTransport(clock, 20_000);
      const options = { address: 'http://css.example', organization: 'demo' };
      const client = new SyncServiceClient(options, { clock, random, disk, openTransport });
      const fetched: unknown[] = [];
      const receiver = client.pollForUpdates('t', { interval: 1_000, redeliverAfter: 1_500, maxAttempts: 3 });
      const attempts: number[] = [];
      const flowing = (async () => {
        for await (const { attempt, object } of receiver) {
          attempts.push(attempt);
          if (attempt === 1) void fetch(client, object).then((got) => fetched.push(got));
        }
      })();
      for (let passed = 0; passed < 100 && fetched.length === 0; passed += 1) await clock.advance(1_000);
      assert.deepEqual([fetched, attempts], [[data], [1]]);
      // Whoever reads no more, or acknowledges nothing, has it again.
      await clock.advance(5_000);
      assert.equal(attempts[1], 2);
      for (const stream of unread.splice(0)) await stream.return(undefined);
      await client.close();
      await flowing;
      assert.equal(clock.waiting, 0);
    });
  }
});

describe('renewals', () => {
  it('renew at once and each second, each as often as it was begun, and leave nothing behind', async () => {
    const clock = new ManualClock();
    const renewed: string[] = [];
    const renewals = new Renewals<string>(clock, (name) => renewed.push(name));
    const [first, second, other] = [renewals.begin('a'), renewals.begin('a'), renewals.begin('b')];
    assert.deepEqual(renewed.splice(0), ['a', 'a', 'b']);
    first();
    await clock.advance(2_000);
    assert.deepEqual(renewed.splice(0), ['a', 'b', 'a', 'b']);
    second();
    other();
    await clock.advance(1_000);
    assert.deepEqual([renewed, clock.waiting], [[], 0]);
    renewals.begin('c');
    renewals.close();
    await settle();
    assert.equal(clock.waiting, 0);
  });
});
