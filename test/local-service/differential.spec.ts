import assert from 'node:assert/strict';
import { constants, sign } from 'node:crypto';
import { Versions } from '../../src/local-service/delivery/version';
import { type Answered, send } from '../conformance/exchange';
import { rsa } from '../support/keys';
import { type LocalPair, startPair } from '../support/local-pair';
import { until } from '../support/until';

/** What the differential test against the real service found, of which there is no recording. */
describe('as the real service was found to do, in the local one', () => {
  const toEdge = { destinationType: 'gateway', destinationID: 'edge1' };
  const policy = { properties: [], constraints: [], services: [] };
  let pair: LocalPair;

  beforeEach(async () => {
    pair = await startPair();
  });
  afterEach(() => pair.close());

  const ask = (on: 'css' | 'ess', method: string, below: string, body?: string): Promise<Answered> => {
    const [address, organization] =
      on === 'css' ? [pair.service.cloud.address, 'demo/'] : [pair.service.edges[0]?.address ?? '', ''];
    const request = { method, path: `/api/v1/objects/${organization}t/${below}`, auth: 'admin@demo:x' };
    return send(address, { ...request, ...(body !== undefined && { body }) }, 10_000);
  };
  const put = async (on: 'css' | 'ess', meta: object, data?: string): Promise<number | undefined> => {
    const update = {
      meta: { objectID: 'o', objectType: 't', ...meta },
      ...(data !== undefined && { data: Buffer.from(data).toString('base64') }),
    };
    return (await ask(on, 'PUT', 'o', JSON.stringify(update))).status;
  };
  const text = async (on: 'css' | 'ess', below: string): Promise<string> =>
    String((await ask(on, 'GET', below)).body);
  const field = async (on: 'css' | 'ess', name: string): Promise<string> =>
    new RegExp(`"${name}": (.*?),?\\n`).exec(await text(on, 'o'))?.[1] ?? '';
  const arrival = (version: string): Promise<boolean> =>
    until(`${version} is at the edge`, async () => (await field('ess', 'version')) === `"${version}"`);

  it('no two services count the same versions, though they start within the same ms', () => {
    const counted = [
      'css',
      'ess demo/gateway:edge1',
      'ess demo/gateway:edge2',
      'ess demo/gateway:edge3',
    ].flatMap((name) => {
      const versions = new Versions(1_795_471_707_473, name);
      return Array.from({ length: 10_000 }, () => versions.next());
    });
    assert.equal(new Set(counted).size, 40_000);
  });

  it('whole data of 512 bytes and more goes out in chunks', async () => {
    for (const [size, length] of [
      [511, '511'],
      [512, undefined],
    ] as const) {
      await put('css', {}, 'x'.repeat(size));
      const { headers } = await ask('css', 'GET', 'o/data');
      assert.equal(headers?.['content-length'], length);
    }
  });

  it('an update that would give an object a policy is refused, and has changed the data all the same', async () => {
    await put('css', {}, 'old');
    assert.equal(await put('css', { destinationPolicy: policy }, 'newer'), 400);
    assert.equal(await text('css', 'o/data'), 'newer');
    assert.equal(await field('css', 'objectSize'), '3');
    assert.equal(await put('css', { destinationPolicy: policy }), 400);
    assert.equal((await ask('css', 'GET', 'o/data')).status, 404);
    assert.equal(await put('css', { destinationPolicy: policy }, 'newest'), 400);
    assert.equal(await text('css', 'o/data'), 'newest');
  });

  it('an edge forgets an object whose data its cloud lacks', async () => {
    await put('css', {}, 'old');
    await put('css', { destinationPolicy: policy });
    await ask('css', 'PUT', 'o/destinations', '[]');
    await until('the edge knows it is gone', async () => (await field('ess', 'deleted')) === 'true');
    await ask('css', 'PUT', 'o/destinations', '["gateway:edge1"]');
    await until('the edge has forgotten it', async () => (await ask('ess', 'GET', 'o')).status === 404);
  });

  it('a metadata-only update keeps the dataID at the edge, also where data follows', async () => {
    await put('css', { ...toEdge, version: '1' }, 'one');
    await arrival('1');
    const dataID = await field('ess', 'dataID');
    await put('css', { ...toEdge, version: '2', metaOnly: true });
    await arrival('2');
    await ask('css', 'PUT', 'o/data', 'two, longer');
    await until('the data is there', async () => (await text('ess', 'o/data')) === 'two, longer');
    assert.equal(await field('ess', 'dataID'), dataID);
    assert.notEqual(await field('css', 'dataID'), dataID);
  });

  it('data that does not fit its signature makes a version, without data', async () => {
    await put('css', { ...toEdge, ...signatureOf('right') }, 'right');
    const version = await field('css', 'instanceID');
    assert.equal((await ask('css', 'PUT', 'o/data', 'wrong data')).status, 500);
    assert.equal(await text('css', 'o/status'), 'verificationFailed');
    assert.notEqual(await field('css', 'instanceID'), version);
    assert.equal(await field('css', 'objectSize'), '10');
  });

  it('an edge verifies data, too', async () => {
    await put('css', { destinationsList: [], ...signatureOf('right'), inactive: true }, 'right');
    assert.equal(await put('css', { destinationPolicy: policy }, 'wrong'), 400);
    await ask('css', 'PUT', 'o/activate');
    await until('the edge says so', async () => (await text('css', 'o/destinations')).includes('"error"'));
    assert.match(await text('css', 'o/destinations'), /crypto\/rsa: verification error"/);
    assert.equal(await text('ess', 'o/status'), 'receiverVerificationFailed');
    assert.equal((await ask('ess', 'GET', 'o/data')).status, 404);
  });

  it('an object with a signature keeps it with metadata alone, but where it loses its data', async () => {
    await put('css', { ...signatureOf('right') }, 'right');
    await put('css', { metaOnly: true });
    assert.equal(await field('css', 'hashAlgorithm'), '"SHA256"');
    await put('css', { metaOnly: true, link: 'http://127.0.0.1/' });
    assert.equal(await field('css', 'hashAlgorithm'), '""');
    assert.notEqual(await field('css', 'signature'), '""');
  });

  it('an edge tells of what it has activated as it was before', async () => {
    await put('ess', { inactive: true }, 'data');
    await ask('ess', 'PUT', 'o/activate');
    await until('it is at the cloud', async () => (await ask('css', 'GET', 'o')).status === 200);
    assert.equal(await field('css', 'inactive'), 'true');
    assert.equal(await field('ess', 'inactive'), 'false');
  });

  it('what an edge cannot take is said without a newline', async () => {
    await put('ess', {});
    await put('css', toEdge, 'data');
    await until('the edge says so', async () => (await text('css', 'o/destinations')).includes('"error"'));
    assert.match(await text('css', 'o/destinations'), /cannot update object from the receiver side\."/);
  });

  it('what an edge could not take comes again after a while', async () => {
    await pair.close();
    pair = await startPair({ intervals: { resend: 20 } });
    await put('ess', {});
    await put('css', toEdge, 'data');
    await until('the edge says so', async () => (await text('css', 'o/destinations')).includes('"error"'));
    pair.service.edges[0]?.loseStore();
    await until('it is there', async () => (await text('ess', 'o/data')) === 'data');
    assert.match(await text('css', 'o/destinations'), /"delivered"/);
  });

  it('also after the cloud was away', async () => {
    await put('ess', {});
    await put('css', toEdge, 'data');
    await until('the edge says so', async () => (await text('css', 'o/destinations')).includes('"error"'));
    await pair.service.cloud.stop();
    pair.service.edges[0]?.loseStore();
    await pair.service.cloud.start();
    await until('it is there', async () => (await text('ess', 'o/data')) === 'data');
  });

  it('what does not fit its signature at the edge is verified again when it comes again', async () => {
    await pair.close();
    pair = await startPair({ intervals: { resend: 20 } });
    await put('css', { destinationsList: [], ...signatureOf('right'), inactive: true }, 'right');
    assert.equal(await put('css', { destinationPolicy: policy }, 'wrong'), 400);
    await ask('css', 'PUT', 'o/activate');
    await until('the edge says so', async () => (await text('css', 'o/destinations')).includes('"error"'));
    assert.equal(await put('css', { destinationPolicy: policy }, 'right'), 400);
    await until('it is there', async () => (await text('ess', 'o/data')) === 'right');
  });

  it('types are listed by their names with a colon behind', async () => {
    for (const objectType of ['t', 't1', 't10', 't!']) {
      const update = { meta: { objectID: 'o', objectType, destinationsList: [] }, data: '' };
      const path = `/api/v1/objects/demo/${objectType}/o`;
      const request = { method: 'PUT', path, auth: 'admin@demo:x', body: JSON.stringify(update) };
      await send(pair.service.cloud.address, request, 10_000);
    }
    const list = { method: 'GET', path: '/api/v1/objects/demo?list_object_type=true', auth: 'admin@demo:x' };
    const { body } = await send(pair.service.cloud.address, list, 10_000);
    assert.deepEqual(JSON.parse(String(body)), ['t!', 't10', 't1', 't']);
  });

  it('a path that is none, and names that are no text', async () => {
    const none = await ask('css', 'GET', '%');
    assert.equal(none.status, 400);
    assert.equal(String(none.body), '400 Bad Request');
    assert.equal(none.headers?.['cache-control'], undefined);
    assert.equal(await text('css', '%FF'), 'object ID (\ufffd) contains invalid characters\n');
    const operation = await ask('css', 'GET', 'a/%FF');
    assert.deepEqual([operation.status, operation.headers?.['content-type']], [400, undefined]);
    const zero = await ask('css', 'GET', 'a%00');
    assert.deepEqual([zero.status, zero.headers?.['content-type']], [400, 'application/octet-stream']);
  });

  function signatureOf(data: string): object {
    const key = { key: rsa.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING };
    return {
      hashAlgorithm: 'SHA256',
      publicKey: rsa.publicKey.export({ type: 'spki', format: 'der' }).toString('base64'),
      signature: sign('sha256', Buffer.from(data), key).toString('base64'),
    };
  }
});
