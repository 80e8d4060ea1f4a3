import assert from 'node:assert/strict';
import { SyncServiceClient } from '../../../src/client';
import type { HttpRequest, HttpResponse, Transport } from '../../../src/client/connection/http';
import { stringifyExactJson } from '../../../src/protocol/exact-json';
import { sleep } from '../../../src/system/clock';
import { ManualClock } from '../../support/manual-clock';
import { metadataOf } from '../../support/metadata';

const object = metadataOf({ objectSize: 100_000 });
const minute = 60_000;

type Answer = (request: HttpRequest) => Promise<{ status: number; pieces?: AsyncIterable<Buffer> }>;

/** A service on the test's own time. */
class ClockedTransport implements Transport {
  readonly ended: string[] = [];

  constructor(private readonly answer: Answer) {}

  async request(request: HttpRequest): Promise<HttpResponse> {
    const aborted = new Promise<never>((_resolve, reject) => {
      request.signal.addEventListener('abort', () => {
        this.ended.push(request.path);
        reject(request.signal.reason);
      });
    });
    aborted.catch(() => undefined);
    if (request.path.endsWith('/health')) return response(200, bytes('{"general":{"nodeType":"CSS"}}'));
    const { status, pieces = bytes('') } = await Promise.race([this.answer(request), aborted]);
    return response(status, until(pieces, aborted));
  }

  trust(): void {}

  async close(): Promise<void> {}
}

function response(status: number, body: AsyncIterable<Buffer>): HttpResponse {
  return { status, headers: {}, body, discard: () => undefined };
}

async function* bytes(text: string): AsyncGenerator<Buffer> {
  if (text !== '') yield Buffer.from(text);
}

async function* until(pieces: AsyncIterable<Buffer>, aborted: Promise<never>): AsyncGenerator<Buffer> {
  const iterator = pieces[Symbol.asyncIterator]();
  for (;;) {
    const next = await Promise.race([iterator.next(), aborted]);
    if (next.done) return;
    yield next.value;
  }
}

describe('the patience of a client', () => {
  let clock: ManualClock;
  beforeEach(() => {
    clock = new ManualClock();
  });
  const start = (answer: Answer): SyncServiceClient =>
    new SyncServiceClient(
      { address: 'http://css.example', organization: 'demo' },
      { clock, openTransport: () => new ClockedTransport(answer) },
    );
  /** So many bytes each so many ms. */
  const drip = async function* (text: string, size: number, every: number): AsyncGenerator<Buffer> {
    for (let start = 0; start < text.length; start += size) {
      await sleep(clock, every);
      yield Buffer.from(text.slice(start, start + size));
    }
  };
  const outcome = async (asked: Promise<unknown>, time: number): Promise<string> => {
    let told = 'goes on';
    asked.then(
      () => {
        told = 'done';
      },
      ({ code }) => {
        told = code;
      },
    );
    await clock.advance(time);
    return told;
  };

  it('has no limit for a list that moves: 10 minutes at 20 bytes a second', async () => {
    const text = stringifyExactJson(
      Array.from({ length: 15 }, () => object),
      2,
    );
    const client = start(async () => ({ status: 200, pieces: drip(text, 20, 1_000) }));
    const asked = client.listUpdates('t');
    assert.equal(await outcome(asked, 9 * minute), 'goes on');
    assert.equal(await outcome(asked, 20 * minute), 'done');
    assert.equal((await asked).length, 15);
    assert.equal(clock.waiting, 0);
  });

  it('ends a list and data that all but stand still: a byte each two seconds', async () => {
    for (const ask of [
      (client: SyncServiceClient) => client.listUpdates('t'),
      (client: SyncServiceClient) => client.fetchObjectData(object),
    ]) {
      const client = start(async () => ({ status: 200, pieces: drip('['.padEnd(1_000), 1, 2_000) }));
      const asked = ask(client);
      asked.catch(() => undefined);
      assert.equal(await outcome(asked, 29_000), 'goes on');
      await clock.advance(minute * 60);
      await assert.rejects(asked, { code: 'SYNC_TIMEOUT' });
    }
    assert.equal(clock.waiting, 0);
  });

  it('ends everything else after half a minute, however it moves', async () => {
    for (const ask of [
      (client: SyncServiceClient) => client.getObjectMetadata(object),
      (client: SyncServiceClient) => client.getObjectStatus(object),
      (client: SyncServiceClient) => client.markObjectConsumed(object),
      (client: SyncServiceClient) => client.updateObject({ objectType: 't', objectID: 'o' }),
    ]) {
      const client = start(async ({ method }) => ({
        status: method === 'GET' ? 200 : 204,
        pieces: drip('x'.repeat(100_000), 300, 500),
      }));
      assert.equal(await outcome(ask(client), 29_999), 'goes on');
      const asked = ask(client);
      assert.equal(await outcome(asked, 31_000), 'SYNC_TIMEOUT');
    }
    assert.equal(clock.waiting, 0);
  });

  it('waits for nobody to read: an hour between two pieces is ours, not the service’s', async () => {
    const data = 'x'.repeat(100_000);
    const client = start(async ({ path }) => ({
      status: 200,
      pieces: path.endsWith('/data') ? drip(data, 50_000, 10) : bytes(stringifyExactJson(object)),
    }));
    let read = 0;
    const reading = (async () => {
      for await (const piece of client.fetchObjectDataAsStream(object)) {
        read += piece.length;
        await sleep(clock, 60 * minute);
      }
    })();
    await clock.advance(5 * 60 * minute);
    await reading;
    assert.equal(read, data.length);
    assert.equal(clock.waiting, 0);
  });

  it('gives an upload as long as it moves, and its answer as long as its size wants', async () => {
    const size = 20_000_000;
    const take = async ({ body, signal }: HttpRequest, every: number): Promise<void> => {
      for await (const _slice of body as AsyncIterable<Uint8Array>) await sleep(clock, every, signal);
    };
    const stream = async function* (): AsyncGenerator<Buffer> {
      for (let sent = 0; sent < size; sent += 1_000_000) yield Buffer.alloc(1_000_000);
    };
    const upload = (answerAfter: number, every: number): Promise<void> =>
      start(async (request) => {
        await take(request, every);
        await sleep(clock, answerAfter, request.signal);
        return { status: 204 };
      }).updateObjectData(object, { stream, size });
    assert.equal(await outcome(upload(2 * minute, 20_000), 10 * 60 * minute), 'done');
    assert.equal(await outcome(upload(10 * minute, 10), 60 * minute), 'SYNC_TIMEOUT');
    assert.equal(await outcome(upload(1, 31_000), 60 * minute), 'SYNC_TIMEOUT');
    assert.equal(clock.waiting, 0);
  });
});
