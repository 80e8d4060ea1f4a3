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
  it('is not handed out again meanwhile, and costs no attempt, however slow the service is', async () => {
    for (const toFile of [false, true]) {
      const clock = new ManualClock();
      const random = new SeededRandom(1);
      const disk = new MemoryDisk(random);
      await disk.makeFolder('/files');
      const openTransport = (): Transport => new SlowTransport(clock, 20_000);
      const options = { address: 'http://css.example', organization: 'demo' };
      const client = new SyncServiceClient(options, { clock, random, disk, openTransport });
      const fetched: unknown[] = [];
      const fetch = async (asked: ObjectMetadata): Promise<string> => {
        if (!toFile) return String(await client.fetchObjectData(asked));
        await client.fetchObjectDataToFile(asked, '/files/o');
        return `${(await disk.stat('/files/o'))?.size} bytes`;
      };
      const receiver = client.pollForUpdates('t', { interval: 1_000, redeliverAfter: 3_000, maxAttempts: 3 });
      const flowing = (async () => {
        for await (const update of receiver) {
          void fetch(update.object).then((got) => fetched.push([update.attempt, got]));
        }
      })();
      for (let passed = 0; passed < 100 && fetched.length === 0; passed += 1) await clock.advance(1_000);
      assert.deepEqual(fetched, [[1, toFile ? '4 bytes' : data]]);
      const { exhausted, inFlight } = receiver.state;
      assert.deepEqual({ exhausted, inFlight }, { exhausted: 0, inFlight: 1 });
      await client.close();
      await flowing;
      assert.equal(clock.waiting, 0);
    }
  });
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
