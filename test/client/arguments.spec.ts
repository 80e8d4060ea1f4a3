import assert from 'node:assert/strict';
import { type ClientOptions, SyncServiceClient, SyncServiceError } from '../../src/client';
import { serve } from '../support/server';

const object = { objectType: 't', objectID: 'o' };

/** What JavaScript hands over in place of what is meant. */
const junk: unknown[] = [
  undefined,
  null,
  5,
  Number.NaN,
  1n,
  Symbol('x'),
  '',
  '.',
  '..',
  'a/b',
  'a\ud800',
  'x'.repeat(1_000_000),
  {},
  [],
  [null],
  ['a', 5],
  new Map([[1, 2]]),
  new Error('no'),
  () => 1,
  { objectType: 't' },
  { objectType: 't', objectID: null },
  { file: 5 },
  { file: '/no/such/file' },
  { file: __dirname },
  { stream: 5 },
  { stream: () => 5 },
  { stream: () => [5] },
  { stream: () => [], size: -1 },
  { signal: 5 },
  { signal: {} },
  { sign: 5 },
  { trustedKeys: 5 },
  { trustedKeys: [5] },
  { maxBytes: 'x' },
];

/** Those that need no arguments, or wait for something by their nature. */
const left = new Set(['constructor', 'close', 'waitForDelivery', 'pollForUpdates']);

describe('a call of the client', () => {
  it('takes no word for another, no number that is none for a limit, and no host for an address', async () => {
    const client = new SyncServiceClient({ address: 'http://127.0.0.1:1' });
    const receiver = client.pollForUpdates('t');
    const wrong = { code: 'SYNC_INVALID_ARGUMENT' };
    for (const how of ['recieved', '', null, 5]) {
      await assert.rejects(client.acknowledge(object, how as never), wrong);
      await assert.rejects(receiver.acknowledge(object, how as never), wrong);
    }
    for (const path of [5, undefined, '', 'a\0b'])
      await assert.rejects(client.fetchObjectDataToFile(object, path as never), wrong);
    for (const maxBytes of [Number.NaN, -1, 'x']) {
      await assert.rejects(client.fetchObjectData(object, { maxBytes } as never), wrong);
      await assert.rejects(client.fetchObjectDataToFile(object, '/tmp/x', { maxBytes } as never), wrong);
    }
    // A time that is none would pass again and again.
    for (const after of [undefined, Number.NaN, -1, 'x']) {
      assert.throws(() => client.giveObjectBack(object, after as never), wrong);
      assert.throws(() => receiver.giveBack(object, after as never), wrong);
    }
    receiver.close();
    await client.close();
    for (const address of ['localhost:8080', 'css', 'ftp://css', '']) {
      const message = /must start with http:\/\/, https:\/\/, unix:\/\/\/ or secure-unix:\/\/\//;
      assert.throws(() => new SyncServiceClient({ address }), { ...wrong, message }, address);
    }
  });

  for (const kind of ['CSS', 'ESS'] as const) {
    it(`fails with an error of its own whatever it is given: ${kind}`, async () => {
      const server = await serve((request, response) => {
        request.resume();
        response.writeHead(204).end();
      }, kind);
      const organization = kind === 'CSS' ? { organization: 'demo' } : {};
      const client = new SyncServiceClient({ address: server.address, ...organization });
      const calls = Object.getOwnPropertyNames(SyncServiceClient.prototype).filter((name) => !left.has(name));
      for (const name of calls) {
        const call = client[name as keyof SyncServiceClient] as (...given: unknown[]) => unknown;
        for (const each of junk) {
          for (const given of [
            [each],
            [object, each],
            ['t', each],
            [object, 'data', each],
            ['t', ['u'], each],
          ]) {
            await assert.doesNotReject(
              run(() => call.apply(client, given)),
              `${name} ${given.map((value) => typeof value).join()}`,
            );
          }
        }
      }
      await client.close();
      await server.close();
    });
  }

  it('is not even made with options that cannot be meant', () => {
    const address = 'http://127.0.0.1:1';
    for (const options of [
      undefined,
      null,
      {},
      { address: 5 },
      { address: '' },
      { address, organization: Number.NaN },
      { address, key: 5 },
      { address, key: 'k', secret: null },
      { address, timeouts: { answer: Number.NaN } },
      { address, timeouts: { stall: -1 } },
      { address, limits: { list: '5' } },
    ]) {
      assert.throws(() => new SyncServiceClient(options as ClientOptions), { code: 'SYNC_INVALID_ARGUMENT' });
    }
  });

  it('is refused where its names would be another path, and the error does not repeat a book', async () => {
    const client = new SyncServiceClient({ address: 'http://127.0.0.1:1', organization: 'demo' });
    for (const name of ['.', '..', 'a/b', '', '\ud800', 'x/'.repeat(1_000_000)]) {
      const destination = { destinationType: 'gateway', destinationID: 'edge1' };
      for (const call of [
        () => client.addUsersToObjectACL(name, ['user']),
        () => client.removeUsersFromDestinationACL(name, ['user']),
        () => client.retrieveObjectACL(name),
        () => client.publish({ ...object, objectID: name }, ''),
        () => client.listUpdates(name),
        () => client.registerWebhook(name, 'http://x'),
        () => client.updateOrganization({ orgID: name }),
        () => client.deleteOrganization(name),
        () => client.getDestinationObjects({ ...destination, destinationID: name }),
        () => client.setObjectDestinations(object, [{ ...destination, destinationType: name }]),
        async () => new SyncServiceClient({ address: 'http://127.0.0.1:1', organization: name }),
      ]) {
        await assert.rejects(call(), (error: SyncServiceError) => {
          assert.equal(error.code, 'SYNC_INVALID_ARGUMENT', `${call} ${error.message}`);
          assert.ok(error.message.length < 1_500);
          return true;
        });
      }
    }
    const careless = new SyncServiceClient({
      address: 'http://127.0.0.1:1',
      organization: 'demo',
      allowCloudOnlyNames: true,
    });
    await assert.rejects(careless.publish({ ...object, objectID: '.' }, ''), {
      code: 'SYNC_INVALID_ARGUMENT',
    });
    await Promise.all([client.close(), careless.close()]);
  });
});

/** Rejects with what is no error of the client. */
async function run(call: () => unknown): Promise<void> {
  try {
    const made = await call();
    if (typeof made === 'object' && made !== null && Symbol.asyncIterator in made) {
      for await (const _piece of made as AsyncIterable<unknown>);
    }
  } catch (error) {
    if (!(error instanceof SyncServiceError)) throw error;
  }
}
