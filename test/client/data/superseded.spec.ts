import assert from 'node:assert/strict';
import { type ClientOptions, SyncServiceClient } from '../../../src/client';
import type { HttpRequest, HttpResponse } from '../../../src/client/connection/http';
import { FastTransport } from '../../support/fast-transport';
import { rsa } from '../../support/keys';
import { ManualClock, settle } from '../../support/manual-clock';
import { watched } from '../../support/watched';

const hour = 3_600_000;
const mebibyte = 1_048_576;
const object = { objectType: 't', objectID: 'o' };
const hours = { transferHours: '22:00-05:00', timeZone: 'UTC' };
const sign = { privateKey: String(rsa.privateKey.export({ type: 'pkcs8', format: 'pem' })) };

/** A service that has of its one object what was sent last, and lets some requests wait. */
class LastSent extends FastTransport {
  /** Whose metadata and whose data it has. */
  readonly has = { metadata: 'nobody', data: 'nobody' };
  /** Puts of an object wait for its gate. */
  readonly gates = new Map<string, Promise<void>>();

  /** How many wait so. */
  held = 0;

  override async request(request: HttpRequest): Promise<HttpResponse> {
    const { body, method, path } = request;
    const name = path.split('/')[6] ?? '';
    if (method === 'PUT') {
      this.held += 1;
      await this.gates.get(name);
      this.held -= 1;
    }
    const of = name === object.objectID ? this.has : { metadata: '', data: '' };
    if (method === 'DELETE') of.metadata = of.data = 'deleted';
    else if (method === 'PUT' && typeof body === 'string') {
      const { meta, data } = JSON.parse(body);
      of.metadata = meta.description;
      if (data) of.data = String(Buffer.from(data, 'base64')).slice(0, 6);
    } else if (method === 'PUT') {
      const counted = this.#read(body as AsyncIterable<Uint8Array> | Buffer, of);
      return super.request({ ...request, body: counted });
    }
    return super.request(request);
  }

  async *#read(body: AsyncIterable<Uint8Array> | Buffer, of: { data: string }): AsyncGenerator<Uint8Array> {
    let isFirst = true;
    for await (const piece of Buffer.isBuffer(body) ? [body] : body) {
      if (isFirst) of.data = String(Buffer.from(piece.subarray(0, 6)));
      isFirst = false;
      yield piece;
    }
  }
}

type Way = (client: SyncServiceClient, who: string, size: number, options?: object) => Promise<unknown>;
const dataOf = (who: string, size: number): Buffer => Buffer.alloc(size, who.padEnd(6));
const ways: Record<string, Way> = {
  publish: (client, who, size, options) =>
    client.publish({ ...object, description: who }, dataOf(who, size), options),
  publishIfChanged: (client, who, size, options) =>
    client.publishIfChanged({ ...object, description: who }, dataOf(who, size), options),
  updateObjectData: (client, who, size, options) =>
    client.updateObjectData(object, dataOf(who, size), options),
  deleteObject: (client) => client.deleteObject(object),
};

describe('what waits before it is sent', () => {
  let clock: ManualClock;
  let service: LastSent;
  let client: SyncServiceClient;
  const open = (options: Partial<ClientOptions>, size = mebibyte): void => {
    clock = new ManualClock(Date.UTC(2030, 0, 1, 12));
    service = new LastSent(16_384, size);
    client = new SyncServiceClient(
      { address: 'http://css.example', organization: 'demo', ...options },
      { clock, openTransport: () => service },
    );
  };
  afterEach(() => client.close());

  /** The service has what came second, whatever of the first was sent before. */
  const standsSecond = (later: string): void => {
    assert.equal(service.has.data.trim(), later === 'deleteObject' ? 'deleted' : 'second');
    if (later !== 'updateObjectData') assert.equal(service.has.metadata, service.has.data.trim());
  };
  const closed = (name: string): (() => void) => {
    let opens = (): void => undefined;
    service.gates.set(name, new Promise<void>((resolve) => (opens = resolve)));
    return opens;
  };

  for (const [later, second] of Object.entries(ways)) {
    describe(`is superseded by ${later} that came later and is done`, () => {
      for (const [earlier, first] of Object.entries(ways)) {
        if (earlier === 'deleteObject') continue;

        it(`where ${earlier} waited for its hours`, async () => {
          open(hours);
          const waiting = watched(first(client, 'first', mebibyte));
          await settle();
          await second(client, 'second', 6);
          await clock.advance(11 * hour);
          assert.equal(waiting.end, 'SYNC_SUPERSEDED');
          assert.equal(service.asked.filter((each) => !each.startsWith('GET')).length, 1);
          standsSecond(later);
        });

        it(`where ${earlier} waited for its place in the rate`, async () => {
          open({ transferRate: mebibyte });
          const others = Array.from({ length: 4 }, (_, index) =>
            client.updateObjectData({ ...object, objectID: `other${index}` }, Buffer.alloc(mebibyte)),
          );
          await settle();
          const waiting = watched(first(client, 'first', mebibyte));
          await settle();
          const done = watched(second(client, 'second', 6));
          await settle();
          await clock.advance(hour);
          await Promise.all(others);
          assert.deepEqual([waiting.end, done.end], ['SYNC_SUPERSEDED', 'done']);
          standsSecond(later);
        });
      }

      if (later !== 'publishIfChanged')
        it('where publishIfChanged waited for its turn', async () => {
          open({});
          const goOn = closed(object.objectID);
          const before = watched(client.publishIfChanged(object, 'before'));
          await settle();
          const waiting = watched(client.publishIfChanged(object, 'first'));
          service.gates.clear();
          await second(client, 'second', 6);
          goOn();
          await settle();
          assert.deepEqual([before.end, waiting.end], ['done', 'SYNC_SUPERSEDED']);
        });

      it('where publish waited for the one place of what is signed', async () => {
        open({});
        const goOn = closed('another');
        const another = client.publish({ ...object, objectID: 'another' }, 'another', { sign });
        await settle();
        const waiting = watched(ways.publish?.(client, 'first', 6, { sign }) ?? Promise.resolve());
        await settle();
        await second(client, 'second', 6);
        goOn();
        await another;
        await settle();
        assert.equal(waiting.end, 'SYNC_SUPERSEDED');
        standsSecond(later);
      });
    });
  }

  for (const [earlier, first] of Object.entries(ways))
    for (const [later, second] of Object.entries(ways)) {
      if (earlier === 'deleteObject' || later === 'deleteObject') continue;

      it(`is not sent after what came later, where ${earlier} and then ${later} wait for the same hours`, async () => {
        open(hours);
        const ends = [first(client, 'first', mebibyte), second(client, 'second', mebibyte)].map(watched);
        const goOn = closed(object.objectID);
        await clock.advance(10 * hour + 1_000);
        // One at a time: on two connections nobody knows which of them comes first.
        assert.equal(service.held, 1);
        goOn();
        await clock.advance(hour);
        const [one, other] = ends.map(({ end }) => end);
        assert.ok(one === 'done' || one === 'SYNC_SUPERSEDED', one);
        assert.equal(other, 'done');
        standsSecond(later);
      });
    }

  it('is not sent meanwhile: of what is published beside it is known as which version the service has it', async () => {
    open(hours, 6);
    const waiting = watched(client.updateObjectData(object, Buffer.alloc(mebibyte)));
    assert.equal(await client.publishIfChanged(object, 'second'), 'published');
    assert.equal(await client.publishIfChanged(object, 'second'), 'unchanged');
    await clock.advance(11 * hour);
    assert.equal(waiting.end, 'SYNC_SUPERSEDED');
  });
});
