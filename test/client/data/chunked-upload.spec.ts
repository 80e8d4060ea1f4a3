import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ClientOptions, type DataSource, openJournal, SyncServiceClient } from '../../../src/client';
import { type Clock, systemClock } from '../../../src/system/clock';
import { ChunkStore } from '../../support/chunk-store';
import { rsa } from '../../support/keys';
import { type GivenAnswer, type Recorder, record, type SeenRequest } from '../../support/recorder';

const object = { objectType: 't', objectID: 'o' };
const key = 't/o';
/** Pauses are short, time-outs are not. */
const clock: Clock = {
  ...systemClock,
  after: (delay, ...rest) => systemClock.after(delay < 6_000 ? delay / 50 : delay, ...rest),
};
const privateKey = String(rsa.privateKey.export({ type: 'pkcs8', format: 'pem' }));

describe('an upload in chunks to a CSS on MongoDB', () => {
  let store: ChunkStore;
  const clients: SyncServiceClient[] = [];
  const open = (options: Partial<ClientOptions> = {}): SyncServiceClient => {
    const client = new SyncServiceClient(
      { address: store.address, organization: 'demo', ...options },
      { clock },
    );
    clients.push(client);
    return client;
  };
  beforeEach(async () => {
    store = await ChunkStore.start();
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
    await store.close();
  });
  const data = (): string => String(store.get(key).data);
  const chunkSize = 4;
  /** More than fits with its metadata into one request: streams are never sent so. */
  const stream = (text: string): DataSource => ({
    stream: async function* () {
      yield Buffer.from(text);
    },
    size: text.length,
  });
  /** The n-th chunk and all after it are not taken. */
  const breakAt = (count: number): void => {
    let seen = 0;
    store.before = (_range, _request, response) => {
      seen += 1;
      if (seen < count) return false;
      response.writeHead(400).end('no');
      return true;
    };
  };
  const mend = (): void => {
    store.before = () => false;
    store.asked.length = 0;
  };

  it('sends them one after the other, of one size, and waits until the queue has put them together', async () => {
    const progress: number[] = [];
    store.queue = 3;
    await open().publish(object, stream('0123456789'), {
      chunkSize,
      onProgress: (sent) => progress.push(sent),
    });
    assert.deepEqual(store.asked, ['PUT meta', 'PUT 0-3/10', 'PUT 4-7/10', 'PUT 8-9/10']);
    assert.equal(data(), '0123456789');
    assert.deepEqual(progress, [4, 8, 10]);
    assert.equal(store.get(key).status, 'ready');
  });

  it('waits for the new data also where the old is ready meanwhile', async () => {
    const client = open();
    await client.publish(object, stream('the old data'), {});
    store.queue = 3;
    await client.updateObjectData(object, stream('new data'), { chunkSize });
    assert.equal(data(), 'new data');
  });

  it('is of 16 MiB each unless told otherwise, and as the client says where the call does not', async () => {
    const mebibyte = 1_048_576;
    const bytes = Buffer.alloc(16 * mebibyte + 1, 'x');
    await open({ inChunks: true })
      .updateObjectData(object, bytes)
      .catch(() => undefined);
    await open({ inChunks: true }).publish(object, bytes);
    assert.deepEqual(store.asked.slice(-3), [
      'PUT meta',
      'PUT 0-16777215/16777217',
      'PUT 16777216-16777216/16777217',
    ]);
    store.asked.length = 0;
    await open({ inChunks: true }).publish(object, bytes, { inChunks: false });
    await open().publish(object, bytes);
    assert.deepEqual(store.asked, ['PUT meta', 'PUT whole', 'PUT meta', 'PUT whole']);
  });

  it('goes on from the chunk that it had reached, without saying again what the object is', async () => {
    for (const sign of [undefined, { privateKey }]) {
      const client = open();
      breakAt(3);
      const publish = (): Promise<void> => client.publish(object, stream('0123456789'), { chunkSize, sign });
      await assert.rejects(publish(), { code: 'SYNC_REJECTED', half: 'data' });
      mend();
      await publish();
      assert.deepEqual(store.asked, ['PUT 8-9/10']);
      assert.equal(data(), '0123456789');
    }
  });

  it('goes on after a restart, by what the journal says', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'edge-sync-test-'));
    const file = join(folder, 'data');
    await writeFile(file, '0123456789');
    const life = async (work: (client: SyncServiceClient) => Promise<void>): Promise<void> => {
      const journal = await openJournal(join(folder, 'journal'));
      const client = new SyncServiceClient({ address: store.address, organization: 'demo', journal });
      await work(client).finally(() => client.close().then(() => journal.close()));
    };
    const publish = (client: SyncServiceClient): Promise<void> =>
      client.publish(object, { file }, { chunkSize });
    breakAt(2);
    await assert.rejects(life(publish), { code: 'SYNC_REJECTED' });
    mend();
    store.owner = 'another process of the service';
    await life(publish);
    assert.deepEqual(store.asked, ['PUT 4-7/10', 'PUT 8-9/10']);
    assert.equal(data(), '0123456789');
    await rm(folder, { recursive: true });
  });

  it('is done where the service has put all of it together since nobody waited for that any more', async () => {
    const client = open();
    const ending = new AbortController();
    const { signal } = ending;
    store.queue = Number.POSITIVE_INFINITY;
    const publish = (options = {}): Promise<void> =>
      client.publish(object, stream('0123456789'), { chunkSize, ...options });
    const onProgress = (sent: number): void => {
      if (sent === 10) setImmediate(() => ending.abort());
    };
    await assert.rejects(publish({ signal, onProgress }), { code: 'SYNC_ABORTED' });
    store.queue = 0;
    assert.equal(await client.getObjectStatus(object), 'ready');
    mend();
    await publish();
    assert.deepEqual(store.asked, []);
    assert.equal(data(), '0123456789');
    // It is over: the next is another one.
    await publish();
    assert.equal(store.asked.length, 4);
  });

  it('begins anew where data, metadata or chunks are others, or somebody else has changed the object', async () => {
    const client = open();
    const publish = (text: string, description = '', size = chunkSize): Promise<void> =>
      client.publish({ ...object, description }, stream(text), { chunkSize: size });
    const changes: [string, () => Promise<void>][] = [
      ['other data', () => publish('0x23456789')],
      ['longer data', () => publish('0123456789a')],
      ['other metadata', () => publish('0123456789', 'another')],
      ['other chunks', () => publish('0123456789', '', 5)],
      [
        'somebody else',
        async () => {
          await open().publish(object, 'theirs');
          await publish('0123456789');
        },
      ],
      [
        'no object any more',
        async () => {
          store.objects.clear();
          await publish('0123456789');
        },
      ],
    ];
    for (const [what, change] of changes) {
      breakAt(3);
      await assert.rejects(publish('0123456789'), { code: 'SYNC_REJECTED' }, what);
      mend();
      await change();
      const begun = store.asked.lastIndexOf('PUT meta');
      assert.match(String(store.asked[begun + 1]), /^PUT 0-/, what);
      assert.equal(data().length, what === 'longer data' ? 11 : 10, what);
    }
  });

  it('sends a chunk again over a line that breaks, and gives up when that brings nothing', async () => {
    let breaks = 0;
    store.before = (range, request) => {
      if (!range.includes(' 4-7/') || breaks >= 5) return false;
      breaks += 1;
      request.socket.resetAndDestroy();
      return true;
    };
    await open().publish(object, stream('0123456789'), { chunkSize });
    assert.equal(data(), '0123456789');
    assert.equal(breaks, 5);
    breaks = Number.NEGATIVE_INFINITY;
    await assert.rejects(open().publish(object, stream('0123456789'), { chunkSize }), {
      code: 'SYNC_UNREACHABLE',
    });
  });

  it('fails where the service has put together something else', async () => {
    store.before = (range) => {
      // Somebody else uploads at once, and takes the first chunk away.
      if (range.includes(' 8-9/')) store.get(key).chunks.delete(1);
      return false;
    };
    const client = open();
    await assert.rejects(client.publish(object, stream('0123456789'), { chunkSize }), {
      code: 'SYNC_INCOMPLETE_DATA',
      message: /put together 6 bytes of 10/,
    });
    mend();
    await client.publish(object, stream('0123456789'), { chunkSize });
    assert.deepEqual(store.asked.slice(0, 2), ['PUT meta', 'PUT 0-3/10']);
    assert.equal(data(), '0123456789');
  });

  it('is signed one at a time, and tried once more where the service finds another signature', async () => {
    const client = open();
    const sign = { privateKey };
    const publish = (objectID: string, inOne = false): Promise<void> =>
      client.publish({ objectType: 't', objectID }, inOne ? 'text' : stream('0123456789'), {
        sign,
        chunkSize,
      });
    await Promise.all([publish('a'), publish('b', true), publish('c'), publish('d', true)]);
    assert.equal(store.atOnce, 1);
    for (const inOne of [false, true]) {
      let refusals = 1;
      store.fits = () => {
        refusals -= 1;
        return refusals < 0;
      };
      store.asked.length = 0;
      await publish('e', inOne);
      // What was refused may have been cut: a store on files would keep the rest of it.
      assert.equal(store.asked.filter((each) => each === 'PUT meta').length, inOne ? 3 : 2);
      assert.equal(store.get('t/e').status, 'ready');
    }
    store.fits = () => false;
    await assert.rejects(publish('f'), { code: 'SYNC_SIGNATURE_INVALID' });
    await assert.rejects(publish('f', true), { code: 'SYNC_SERVER_ERROR' });
  });

  it('waits its turn only as long as its caller likes', async () => {
    const client = open();
    const sign = { privateKey };
    const ending = new AbortController();
    let answer: () => void = () => undefined;
    store.before = (_range, _request, response) => {
      answer = () => response.writeHead(400).end('no');
      ending.abort();
      return true;
    };
    const first = client.publish(object, stream('0123456789'), { sign, chunkSize });
    const { signal } = ending;
    await assert.rejects(client.publish(object, stream('0123456789'), { sign, chunkSize, signal }), {
      code: 'SYNC_ABORTED',
    });
    answer();
    await assert.rejects(first, { code: 'SYNC_REJECTED' });
  });
});

describe('an upload in chunks to another service', () => {
  let service: Recorder;
  afterEach(() => service.close());
  const upload = (data: DataSource): Promise<void> =>
    service.client.updateObjectData(object, data, { chunkSize: 4 });
  const puts = (): unknown[] =>
    service.seen
      .filter(({ method }) => method === 'PUT')
      .map(({ headers, body }) => [headers['content-range'], body]);
  /** Nothing is said of chunks: a CSS that keeps them in its process, or in memory. */
  const told = (request: SeenRequest, status: string): GivenAnswer | undefined => {
    if (request.method !== 'GET') return undefined;
    if (request.path?.endsWith('/status')) return { body: status };
    return { body: '{"objectID":"o","objectType":"t","instanceID":1,"dataID":1,"objectSize":0}' };
  };

  it('falls back to the whole where the store refuses them', async () => {
    service = await record('CSS', ({ headers }) =>
      headers['content-range'] ? { status: 500, body: 'Failed to write all the data to file.\n' } : {},
    );
    await upload('0123456789');
    assert.deepEqual(puts(), [
      ['bytes 0-3/10', '0123'],
      [undefined, '0123456789'],
    ]);
  });

  it('starts over once when another process of the service answers', async () => {
    let answers = 0;
    service = await record('CSS', (request) => {
      if (request.method === 'PUT') answers += 1;
      return told(request, 'ready') ?? { headers: { 'mms-upload-owner': answers === 1 ? 'a' : 'b' } };
    });
    await upload('01234567');
    assert.deepEqual(puts(), [
      ['bytes 0-3/8', '0123'],
      ['bytes 4-7/8', '4567'],
      ['bytes 0-3/8', '0123'],
      ['bytes 4-7/8', '4567'],
    ]);
  });

  it('falls back to the whole where the store takes them and never puts them together', async () => {
    let skipped = 0;
    const clock = { ...systemClock, elapsed: () => systemClock.elapsed() + skipped };
    const answer = (request: SeenRequest): GivenAnswer => {
      // Longer than a store that puts them together would take.
      if (request.path?.endsWith('/status')) skipped = 20_000;
      return told(request, 'notReady') ?? {};
    };
    service = await record('CSS', answer, { clock });
    await upload('0123456789');
    assert.deepEqual(puts().at(-1), [undefined, '0123456789']);
  });

  it('can be aborted while the service verifies', async () => {
    const stop = new AbortController();
    service = await record('CSS', (request) => {
      if (request.path?.endsWith('/status')) setTimeout(() => stop.abort(), 50);
      return told(request, 'verifying') ?? {};
    });
    const options = { chunkSize: 4, signal: stop.signal };
    await assert.rejects(service.client.updateObjectData(object, '0123456789', options), {
      code: 'SYNC_ABORTED',
    });
  });

  it('fails, and is not taken for whole, when the data is shorter than its size', async () => {
    service = await record('CSS', (request) => told(request, 'ready') ?? {});
    const short = async function* (): AsyncGenerator<Buffer> {
      yield Buffer.from('012345');
    };
    await assert.rejects(upload({ stream: short, size: 10 }), { code: 'SYNC_INCOMPLETE_DATA' });
    assert.ok(service.seen.every(({ path }) => !path?.endsWith('/status')));
  });

  it('is not tried with data of one chunk, without a size, or on an ESS, where it never works', async () => {
    service = await record('CSS');
    const unknown = async function* (): AsyncGenerator<Buffer> {
      yield Buffer.from('0123456789');
    };
    await upload('0123');
    await upload({ stream: unknown });
    const edge = await record('ESS');
    await edge.client.updateObjectData(object, '0123456789', { chunkSize: 4 });
    // An edge is asked before what it has of the object.
    const seen = [...service.seen, ...edge.seen].filter(({ method }) => method === 'PUT');
    await edge.close();
    assert.deepEqual(
      seen.map(({ body }) => body),
      ['0123', '0123456789', '0123456789'],
    );
    await assert.rejects(service.client.updateObjectData(object, 'x', { chunkSize: 0 }), {
      code: 'SYNC_INVALID_ARGUMENT',
    });
  });
});
