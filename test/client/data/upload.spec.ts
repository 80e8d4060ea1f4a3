import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { constants, createPrivateKey, createVerify, generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type DataSource, SyncServiceClient, SyncServiceError } from '../../../src/client';
import {
  codedError,
  type HttpRequest,
  type HttpResponse,
  NotSentError,
} from '../../../src/client/connection/http';
import type { Requests } from '../../../src/client/connection/requests';
import { TransferRate } from '../../../src/client/data/rate';
import { replayable } from '../../../src/client/data/source';
import { TransferWindows } from '../../../src/client/data/transfer-windows';
import { UnansweredPut } from '../../../src/client/data/unanswered';
import { Uploader } from '../../../src/client/data/upload';
import { UploadMemory } from '../../../src/client/data/upload-memory';
import { Objects } from '../../../src/client/objects/objects';
import { Paths } from '../../../src/client/objects/paths';
import { Presence } from '../../../src/client/objects/presence';
import { inMemory } from '../../../src/storage/journal';
import { systemClock } from '../../../src/system/clock';
import { systemRandom } from '../../../src/system/random';
import { rsa } from '../../support/keys';
import { ManualClock } from '../../support/manual-clock';
import { type GivenAnswer, type Recorder, record, type SeenRequest } from '../../support/recorder';

const object = { objectType: 't', objectID: 'o' };

describe('an upload', () => {
  let service: Recorder;
  const start = async (answer?: (request: SeenRequest, index: number) => GivenAnswer): Promise<void> => {
    service = await record('CSS', answer);
  };
  afterEach(() => service.close());

  const bodies = (): string[] => service.seen.map(({ body }) => body);

  it('sends what it is given: text, bytes, a file, a stream', async () => {
    await start();
    const folder = await mkdtemp(join(tmpdir(), 'edge-sync-test-'));
    const file = join(folder, 'file');
    const empty = join(folder, 'empty');
    await writeFile(file, 'from a file');
    await writeFile(empty, '');
    const stream = async function* (): AsyncGenerator<Buffer> {
      yield Buffer.from('from ');
      yield Buffer.from('a stream');
    };
    // As whoever has called setEncoding gets it.
    const ofText = { stream: () => Readable.from(['größe', ' in text']) };
    const given: DataSource[] = [
      'größe',
      Buffer.from('bytes'),
      { file },
      { file: empty },
      { stream },
      '',
      ofText,
    ];
    for (const data of given) await service.client.updateObjectData(object, data);
    await rm(folder, { recursive: true });
    const sent = ['größe', 'bytes', 'from a file', '', 'from a stream', '', 'größe in text'];
    assert.deepEqual(bodies(), sent);
    const ofNumbers = service.client.updateObjectData(object, { stream: () => Readable.from([1, 2]) });
    await assert.rejects(ofNumbers, { code: 'SYNC_INVALID_ARGUMENT', message: /something else than bytes/ });
    assert.equal(service.seen[0]?.headers['content-length'], '7');
    assert.equal(service.seen[4]?.headers['transfer-encoding'], 'chunked');
  });

  it('fails, and does not shorten the object, when a stream ends before its size', async () => {
    await start();
    const stream = async function* (): AsyncGenerator<Buffer> {
      yield Buffer.from('short');
    };
    await assert.rejects(service.client.updateObjectData(object, { stream, size: 100 }), {
      code: 'SYNC_INCOMPLETE_DATA',
    });
    assert.deepEqual(bodies(), []);
  });

  it('fails as the source does, before anything is sent of what is no file: none, a folder, a pipe, a device', async () => {
    await start();
    const folder = await mkdtemp(join(tmpdir(), 'edge-sync-test-'));
    const stream = async function* (): AsyncGenerator<Buffer> {
      yield Buffer.from('a piece');
      throw new Error('the sensor is gone');
    };
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    for (const [data, message] of [
      [{ file: '/no/such/file' }, /ENOENT/],
      [new Map() as unknown as DataSource, /^The data must be text, bytes/],
      [5 as unknown as DataSource, /^The data must be text, bytes/],
      [{ file: folder }, /is no regular file/],
      [{ file: pipe }, /is no regular file/],
      [{ file: '/dev/zero' }, /is no regular file/],
      [{ stream }, /the sensor is gone/],
    ] as const) {
      const refused = { code: 'SYNC_INVALID_ARGUMENT', message };
      await assert.rejects(service.client.updateObjectData(object, data), refused);
      // Nor is the metadata sent: the data that is there would be lost.
      if (!(data instanceof Object && 'stream' in data))
        await assert.rejects(service.client.publish(object, data), refused);
    }
    await rm(folder, { recursive: true });
    assert.deepEqual(bodies(), []);
    await service.client.updateObjectData(object, 'twice');
    assert.deepEqual(bodies(), ['twice', 'twice']);
  });

  it('is sent twice after one that was cut, since the service keeps what that one left behind shorter data', async () => {
    await start((_request, index) => (index === 0 ? { status: 500, body: 'cut' } : {}));
    await assert.rejects(service.client.updateObjectData(object, 'long data'), { code: 'SYNC_SERVER_ERROR' });
    await service.client.updateObjectData({ ...object, objectID: 'other' }, 'once');
    await service.client.updateObjectData(object, 'short');
    await service.client.updateObjectData(object, 'once');
    assert.deepEqual(bodies(), ['long data', 'once', 'short', 'short', 'once']);
  });

  it('is sent twice after one of which a try was cut, though the last did not reach the service', async () => {
    const failures: unknown[] = [
      codedError('ECONNRESET', 'cut'),
      ...Array.from({ length: 3 }, () => new NotSentError('ECONNREFUSED', 'nobody listens', undefined)),
    ];
    const bodiesSent: string[] = [];
    const request = async ({ body, path }: HttpRequest): Promise<HttpResponse> => {
      const health = path.endsWith('/health') ? '{"general":{"nodeType":"CSS"}}' : '';
      if (!health) {
        let sent = '';
        for await (const piece of typeof body === 'object' ? body : []) sent += String(piece);
        const failed = failures.shift();
        if (failed) throw failed;
        bodiesSent.push(sent);
      }
      async function* answer(): AsyncGenerator<Buffer> {
        if (health) yield Buffer.from(health);
      }
      return { status: health ? 200 : 204, headers: {}, body: answer(), discard: () => undefined };
    };
    const transport = { request, trust: () => undefined, close: () => Promise.resolve() };
    const clock = new ManualClock();
    const client = new SyncServiceClient(
      { address: 'http://127.0.0.1:1', organization: 'demo' },
      { clock, openTransport: () => transport },
    );
    const ended = async (work: Promise<void>): Promise<void> => {
      let isOver = false;
      const end = (): void => {
        isOver = true;
      };
      work.then(end, end);
      while (!isOver) await clock.advance(1_000);
      return work;
    };
    await assert.rejects(ended(client.updateObjectData(object, 'long data')), { code: 'SYNC_UNREACHABLE' });
    failures.length = 0;
    await ended(client.updateObjectData(object, 'short'));
    assert.deepEqual(bodiesSent, ['short', 'short']);
    await client.close();
  });

  it('says, when it is given up in the middle, that a part of it may be there: on a CSS, and only where it can be so', async () => {
    const part = /MongoDB takes what has arrived for the whole/;
    const cut = async function* (): AsyncGenerator<Buffer> {
      yield Buffer.from('a part');
      throw new Error('the sensor is gone');
    };
    await start();
    await assert.rejects(service.client.updateObjectData(object, { stream: cut, size: 100 }), {
      message: part,
    });
    await service.close();
    await start(() => ({ status: 504 }));
    const large = Buffer.alloc(300_000);
    await assert.rejects(service.client.updateObjectData(object, 'x'), { statusCode: 504, message: part });
    await service.close();
    await start(({ path }) => (path?.endsWith('/data') ? { status: 502 } : {}));
    await assert.rejects(service.client.publish(object, large), {
      half: 'data',
      message: /object \(the metadata is stored\)$/,
    });
    await service.close();
    for (const status of [400, 500]) {
      await start(({ path }) => (path?.endsWith('/data') ? { status } : {}));
      const refused = service.client.publish(object, large);
      await assert.rejects(refused, (error: SyncServiceError) => {
        assert.doesNotMatch(error.message, part);
        assert.match(error.message, /the metadata is stored/);
        return error.half === 'data';
      });
      await service.close();
    }
    service = await record('ESS');
    const onEdge = service.client.updateObjectData(object, { stream: cut, size: 100 });
    await assert.rejects(onEdge, (error: SyncServiceError) => !part.test(error.message));
  });

  it('remembers so many that were cut, and no more', async () => {
    await start();
    const cut = new SyncServiceError('SYNC_TIMEOUT', 'cut');
    const requests = { upload: () => Promise.reject(cut) } as unknown as Requests;
    const paths = new Paths('demo', false);
    const presence = new Presence(requests, paths, () => Promise.resolve());
    const objects = new Objects(requests, paths, presence);
    const memory = new UploadMemory(inMemory());
    const machine = { clock: systemClock, random: systemRandom };
    const rate = new TransferRate(systemClock, undefined, new TransferWindows(systemClock, {}));
    const seams = { requests, paths, presence, objects, memory, rate, inChunks: false, ...machine };
    const uploader = new Uploader(seams);
    const body = { body: await replayable('x') };
    const put = await UnansweredPut.of(requests, paths, object, {});
    for (let index = 0; index <= 10_000; index += 1) {
      await assert.rejects(uploader.upload({ objectType: 't', objectID: `o${index}` }, body, put, {}), {
        code: cut.code,
      });
    }
    let sent = 0;
    const count = async (): Promise<void> => {
      sent += 1;
    };
    await uploader.whileWhole({ objectType: 't', objectID: 'o0' }, put, count);
    assert.equal(sent, 1);
    await uploader.whileWhole({ objectType: 't', objectID: 'o1' }, put, count);
    assert.equal(sent, 3);
  });

  it('is sent once after one that was refused', async () => {
    await start((_request, index) => (index === 0 ? { status: 400, body: 'no' } : {}));
    await assert.rejects(service.client.updateObjectData(object, 'refused'), { code: 'SYNC_REJECTED' });
    await service.client.publish(object, 'once');
    assert.equal(service.seen.length, 2);
  });

  it('tells its progress', async () => {
    await start();
    const told: [number, number | undefined][] = [];
    const onProgress = (bytes: number, total: number | undefined): void => {
      told.push([bytes, total]);
    };
    await service.client.updateObjectData(object, Buffer.alloc(200_000), { onProgress });
    assert.deepEqual(told.at(-1), [200_000, 200_000]);
    assert.ok(told.length > 2);
    await service.client.publish(object, 'small', { onProgress });
    assert.deepEqual(told.at(-1), [5, 5]);
  });

  it('can be aborted', async () => {
    await start();
    const stop = new AbortController();
    const stream = async function* (): AsyncGenerator<Buffer> {
      yield Buffer.alloc(1000);
      stop.abort();
      yield Buffer.alloc(1000);
    };
    const upload = service.client.updateObjectData(object, { stream }, { signal: stop.signal });
    await assert.rejects(upload, { code: 'SYNC_ABORTED' });
  });
});

describe('a publish', () => {
  let service: Recorder;
  afterEach(() => service.close());

  it('says which half failed', async () => {
    service = await record('CSS', (request) =>
      request.path?.endsWith('/data') ? { status: 400, body: 'no data' } : {},
    );
    const large = Buffer.alloc(300_000);
    const failure = { code: 'SYNC_REJECTED', half: 'data', statusCode: 400, response: 'no data' };
    await assert.rejects(service.client.publish(object, large), failure);
    assert.equal(JSON.parse(service.seen[0]?.body ?? '').meta.objectID, 'o');
  });

  it('fails with the metadata before it sends the data', async () => {
    service = await record('CSS', () => ({ status: 403, body: 'Unauthorized' }));
    const failure = { code: 'SYNC_UNAUTHORIZED', half: 'metadata' };
    await assert.rejects(service.client.publish(object, Buffer.alloc(300_000)), failure);
    assert.equal(service.seen.length, 1);
  });

  for (const hashAlgorithm of ['SHA1', 'SHA256'] as const) {
    it(`signs with ${hashAlgorithm} what others can verify`, async () => {
      service = await record('CSS');
      const { privateKey, publicKey } = rsa;
      const pem = String(
        privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'hush' }),
      );
      await service.client.publish(object, 'hello', {
        sign: { privateKey: pem, passphrase: 'hush', hashAlgorithm },
      });
      const { meta, data } = JSON.parse(service.seen[0]?.body ?? '');
      assert.equal(meta.hashAlgorithm, hashAlgorithm);
      const der = publicKey.export({ type: 'spki', format: 'der' });
      assert.deepEqual(Buffer.from(meta.publicKey, 'base64'), der);
      const check = createVerify(hashAlgorithm.toLowerCase()).update(Buffer.from(data, 'base64'));
      const key = { key: publicKey, padding: constants.RSA_PKCS1_PSS_PADDING };
      assert.ok(check.verify(key, Buffer.from(meta.signature, 'base64')));
    });
  }

  it('refuses a key that cannot sign, without a word of it', async () => {
    service = await record('CSS');
    const elliptic = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const pem = String(elliptic.export({ type: 'pkcs8', format: 'pem' }));
    for (const [privateKey, message] of [
      [pem, /must be an RSA key/],
      ['nonsense', /cannot be read/],
    ] as const) {
      await assert.rejects(
        service.client.publish(object, 'hello', { sign: { privateKey } }),
        (error: Error & { code: string }) =>
          error.code === 'SYNC_INVALID_ARGUMENT' &&
          message.test(error.message) &&
          !error.message.includes('nonsense'),
      );
    }
    assert.ok(createPrivateKey(pem));
    assert.deepEqual(service.seen, []);
  });
});

describe('an upload while nobody listens', () => {
  it('is not held for one that was cut', async () => {
    const first = await record('CSS');
    await first.close();
    const { port } = new URL(first.client.address);
    const client = new SyncServiceClient({ address: first.client.address, organization: 'demo' });
    await assert.rejects(client.updateObjectData(object, 'x'), { code: 'SYNC_UNREACHABLE' });
    let count = 0;
    const health = JSON.stringify({ general: { nodeType: 'CSS' } });
    const server = createServer((request, response) => {
      if (request.method === 'PUT') count += 1;
      response.writeHead(request.method === 'PUT' ? 204 : 200).end(request.method === 'PUT' ? '' : health);
    }).listen(Number(port), '127.0.0.1');
    await once(server, 'listening');
    await client.updateObjectData(object, 'x');
    await client.close();
    server.close();
    assert.equal(count, 1);
  });
});
