import assert from 'node:assert/strict';
import { SyncServiceClient } from '../../../src/client';
import { stringifyExactJson } from '../../../src/protocol/exact-json';
import { metadataOf } from '../../support/metadata';
import { type GivenAnswer, type Recorder, record } from '../../support/recorder';
import { serve } from '../../support/server';

const object = metadataOf({ objectSize: 5 });
const gone: GivenAnswer = { status: 404 };
const forbidden: GivenAnswer = { status: 403, body: 'Unauthorized' };
const html: GivenAnswer = { status: 404, body: '<html>404</html>', headers: { server: 'nginx/1.27' } };
const ready: GivenAnswer = { body: 'ready' };
const shown: GivenAnswer = { body: stringifyExactJson(object) };

type Asked = 'metadata' | 'status' | 'data' | 'list' | 'mark' | 'delete';

describe('an object that is said not to be there', () => {
  let service: Recorder;
  afterEach(() => service.close());

  /** A service whose answers to one kind of question come one after the other, the last for ever. */
  const start = async (
    kind: 'CSS' | 'ESS',
    answers: Partial<Record<Asked, GivenAnswer | GivenAnswer[]>>,
  ): Promise<SyncServiceClient> => {
    service = await record(kind, ({ method, path = '' }) => {
      const last = path.split('?')[0]?.split('/').at(-1) ?? '';
      const asked =
        method === 'DELETE'
          ? 'delete'
          : ({ status: 'status', data: 'data', consumed: 'mark', t: 'list' }[last] ?? 'metadata');
      const given = answers[asked as Asked] ?? gone;
      return Array.isArray(given) ? ((given.length > 1 ? given.shift() : given[0]) ?? gone) : given;
    });
    return service.client;
  };
  const asked = (): string[] =>
    service.seen.map(({ method, path }) => `${method} ${path?.replace(/.*\/t\b/, 't')}`);
  const of = (act: (client: SyncServiceClient) => Promise<unknown>) => act;
  const acts = {
    metadata: of((client) => client.getObjectMetadata(object)),
    status: of((client) => client.getObjectStatus(object)),
    data: of((client) => client.fetchObjectData(object)),
    delete: of((client) => client.deleteObject(object)),
  };

  const thirdTold: Record<keyof typeof acts, Parameters<typeof start>[1]> = {
    metadata: { metadata: [gone, shown], status: gone },
    status: { status: [gone, ready], metadata: gone },
    data: { data: [gone, { body: 'hello' }], metadata: [gone, shown], status: ready },
    delete: { delete: [gone, { status: 204 }], metadata: gone, status: ready },
  };

  it('is not gone, nor without data, where what is said of it is of something else', async () => {
    const other = stringifyExactJson({ ...object, objectID: 'another', noData: true });
    for (const body of ['null', '5', '[]', '{}', other]) {
      const client = await start('CSS', { data: gone, metadata: { body }, status: ready });
      await assert.rejects(acts.data(client), { code: 'SYNC_UNEXPECTED_RESPONSE' }, body);
      await service.close();
    }
  });

  for (const [name, act] of Object.entries(acts)) {
    it(`is gone when two ways of asking agree, and again: ${name}`, async () => {
      const client = await start('CSS', {});
      await assert.rejects(act(client), { code: 'SYNC_NOT_FOUND', missing: 'object', statusCode: 404 });
      assert.equal(asked().length, 3, asked().join());
    });

    it(`is not gone when two false answers agree, and the third does not: ${name}`, async () => {
      await act(await start('CSS', thirdTold[name as keyof typeof acts]));
    });

    it(`is not gone when a service of the other kind has come to the address: ${name}`, async () => {
      let kind: 'CSS' | 'ESS' = 'CSS';
      const server = await serve(
        (_request, response) => {
          kind = 'ESS';
          response.writeHead(404).end();
        },
        () => kind,
      );
      const client = new SyncServiceClient({ address: server.address, organization: 'demo' });
      service = {
        client,
        seen: [],
        close: () => Promise.all([client.close(), server.close()]).then(() => undefined),
      };
      await assert.rejects(act(client), { code: 'SYNC_WRONG_SERVICE_KIND' });
    });

    it(`is not gone when they do not, but come by now: ${name}`, async () => {
      const there = { metadata: shown, status: { body: 'ready' } };
      const later = name === 'data' ? { body: 'hello' } : name === 'delete' ? { status: 204 } : shown;
      await act(await start('CSS', { ...there, [name]: [gone, later] }));
    });

    it(`is not gone when the service contradicts itself: ${name}`, async () => {
      const there = { metadata: shown, status: { body: 'ready' } };
      const client = await start('CSS', { ...there, [name]: gone });
      await assert.rejects(act(client), { code: 'SYNC_UNEXPECTED_RESPONSE', message: /twice/ });
    });

    it(`is not gone when a proxy says so: ${name}`, async () => {
      const client = await start('CSS', { [name]: html });
      await assert.rejects(act(client), {
        code: 'SYNC_UNEXPECTED_RESPONSE',
        message: /404 page \(nginx\/1\.27\) that is none of a sync service/,
        response: '<html>404</html>',
      });
      assert.equal(asked().length, 1);
    });
  }

  it('is not gone when the second question fails: that failure is told', async () => {
    const client = await start('CSS', { metadata: { status: 500, body: 'no' } });
    await assert.rejects(client.fetchObjectData(object), { code: 'SYNC_SERVER_ERROR' });
  });

  it('has no data where its metadata or its status says so', async () => {
    for (const [fields, status] of [
      [{ noData: true }, 'ready'],
      [{ link: 'https://elsewhere' }, 'ready'],
      [{ deleted: true }, 'objdeleted'],
      [{}, 'notReady'],
      [{}, 'partiallyreceived'],
    ] as const) {
      const metadata = { body: stringifyExactJson({ ...object, ...fields }) };
      const client = await start('CSS', { metadata, status: { body: status } });
      await assert.rejects(client.fetchObjectData(object), {
        code: 'SYNC_NOT_FOUND',
        missing: 'data',
        message: /t\/o has no data \(yet\)/,
      });
      await service.close();
    }
    await start('CSS', {});
  });

  it('is told from wrong credentials by the list of its type, on an ESS', async () => {
    for (const [list, expected] of [
      [gone, { code: 'SYNC_NOT_FOUND', missing: 'object', statusCode: 403 }],
      [{ body: '[]' }, { code: 'SYNC_NOT_FOUND' }],
      [{ body: `[${stringifyExactJson({ ...object, objectID: 'other' })}]` }, { code: 'SYNC_NOT_FOUND' }],
      [{ body: `[${stringifyExactJson({ ...object, deleted: true })}]` }, { code: 'SYNC_NOT_FOUND' }],
      [{ body: `[${stringifyExactJson(object)}]` }, { code: 'SYNC_UNAUTHORIZED', statusCode: 403 }],
      [forbidden, { code: 'SYNC_UNAUTHORIZED', statusCode: 403 }],
      [{ status: 500 }, { code: 'SYNC_SERVER_ERROR' }],
    ] as const) {
      const client = await start('ESS', { metadata: forbidden, data: forbidden, mark: forbidden, list });
      for (const act of [acts.metadata, acts.data, of((each) => each.markObjectConsumed(object))]) {
        await assert.rejects(act(client), expected);
      }
      assert.equal(asked().filter((each) => each === 'PUT t/o/consumed').length, 1);
      await service.close();
    }
    await start('ESS', {});
  });

  it('is not gone where a false refusal and one false list agree, and the next list shows it', async () => {
    const lists = [{ body: '[]' }, { body: `[${stringifyExactJson(object)}]` }];
    for (const act of [acts.metadata, acts.data, of((each) => each.markObjectConsumed(object))]) {
      const client = await start('ESS', {
        metadata: forbidden,
        data: forbidden,
        mark: forbidden,
        list: [...lists],
      });
      await assert.rejects(act(client), { code: 'SYNC_UNAUTHORIZED', statusCode: 403 });
      await service.close();
    }
    await start('ESS', {});
  });

  it('is not gone where a service of the other kind refuses, and lists nothing', async () => {
    let kind: 'CSS' | 'ESS' = 'ESS';
    const server = await serve(
      ({ url = '' }, response) => {
        kind = 'CSS';
        response.writeHead(url.includes('received=true') ? 404 : 403).end();
      },
      () => kind,
    );
    const client = new SyncServiceClient({ address: server.address });
    service = {
      client,
      seen: [],
      close: () => Promise.all([client.close(), server.close()]).then(() => undefined),
    };
    await assert.rejects(client.fetchObjectData(object), { code: 'SYNC_WRONG_SERVICE_KIND' });
  });

  it('is refused for good on a CSS', async () => {
    const client = await start('CSS', { metadata: forbidden });
    await assert.rejects(client.getObjectMetadata(object), { code: 'SYNC_UNAUTHORIZED' });
    assert.equal(asked().length, 1);
  });

  it('may have gone between the two questions of a service', async () => {
    const client = await start('ESS', { data: gone, metadata: forbidden, list: gone });
    await assert.rejects(client.fetchObjectData(object), { code: 'SYNC_NOT_FOUND', missing: 'object' });
  });
});
