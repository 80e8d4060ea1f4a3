import assert from 'node:assert/strict';
import { availableParallelism } from 'node:os';
import { request } from 'undici';
import { SyncServiceClient } from '../../src/client';
import { LocalService } from '../../src/local-service';
import { startPair } from '../support/local-pair';
import { lockOf } from '../support/locks';
import { ManualClock } from '../support/manual-clock';
import { until } from '../support/until';

const object = { objectType: 't', objectID: 'o' };
const digits = '0123456789';

describe('the defects of the real service, in the local one too', () => {
  let service: LocalService;
  let cloud: SyncServiceClient;
  let edge: SyncServiceClient;

  let close: () => Promise<void>;

  beforeEach(async () => {
    ({ service, cloud, edge, close } = await startPair());
  });
  afterEach(() => close());

  function ess(): LocalService['edges'][number] {
    const [first] = service.edges;
    assert.ok(first);
    return first;
  }

  async function arrived(objectID = object.objectID): Promise<void> {
    await until(`${objectID} has arrived`, async () =>
      (await edge.listUpdates('t')).some((listed) => listed.objectID === objectID),
    );
  }

  /** What an ESS answers, without a client that would know better. */
  async function ask(
    path: string,
    options: { method?: 'GET' | 'PUT'; range?: string; body?: string } = {},
  ): Promise<{ statusCode: number; text: string; range: unknown }> {
    const { method = 'GET', range, body } = options;
    const {
      statusCode,
      headers,
      body: answered,
    } = await request(`${ess().address}/api/v1/objects/${path}`, {
      method,
      headers: {
        authorization: `Basic ${Buffer.from('admin@demo:').toString('base64')}`,
        ...(range && { range }),
      },
      ...(body !== undefined && { body }),
    });
    return { statusCode, text: await answered.text(), range: headers['content-range'] };
  }

  it('ranges are filled up with zeros beyond the end', async () => {
    await cloud.publish(object, digits);
    await arrived();
    const over = await ask('t/o/data', { range: 'bytes=5-11' });
    assert.deepEqual(over, { statusCode: 206, text: '56789\0\0', range: 'bytes 5-9/10' });
    const beyond = await ask('t/o/data', { range: 'bytes=20-31' });
    assert.deepEqual(beyond, { statusCode: 200, text: '\0'.repeat(12), range: undefined });
    assert.equal((await ask('t/o/data', { range: 'bytes=5-9' })).text, '56789');
  });

  it('the whole data comes behind the error about a range', async () => {
    await cloud.publish(object, digits);
    await arrived();
    const { statusCode, text } = await ask('t/o/data', { range: 'bytes=5-2' });
    assert.equal(statusCode, 400);
    assert.equal(text, `Begin offset cannot be greater than end offset\n${digits}`);
  });

  it('a range that is too short breaks the connection', async () => {
    await cloud.publish(object, digits);
    await arrived();
    await assert.rejects(ask('t/o/data', { range: 'abc' }), { code: 'UND_ERR_SOCKET' });
  });

  it('ranges are read only so many at once', async () => {
    await close();
    const clock = new ManualClock();
    service = await LocalService.start({ clock });
    close = () => service.stop();
    const { address } = service.cloud;
    cloud = new SyncServiceClient({ address, organization: 'demo', key: 'admin@demo' });
    await cloud.publish(object, Buffer.alloc(2_097_152));
    const statuses: number[] = [];
    const count = (status: number): number => statuses.filter((each) => each === status).length;
    const asked = Array.from({ length: availableParallelism() + 3 }, async () => {
      const authorization = `Basic ${Buffer.from('admin@demo:').toString('base64')}`;
      const path = '/api/v1/objects/demo/t/o/data';
      const answer = await request(`${address}${path}`, {
        headers: { authorization, range: 'bytes=0-1048575' },
      });
      statuses.push(answer.statusCode);
      return answer.body.text();
    });
    await until('those without a place have an answer', () => count(429) === 3);
    assert.equal(count(206), 0);
    await clock.advance(1);
    const answers = await Promise.all(asked);
    assert.deepEqual([count(429), count(206)], [3, availableParallelism()]);
    assert.ok(answers.includes('Error in handleObjects: Unable to acquire object semaphore.\n'));
    await cloud.close();
  });

  it('data ends with an error behind it: the client hands out none of it, and gets it when it is whole', async () => {
    await cloud.publish(object, digits.repeat(100));
    await arrived();
    ess().faults.endsDataWithError = true;
    await assert.rejects(edge.fetchObjectData(object), { code: 'SYNC_INCOMPLETE_DATA' });
    ess().faults.endsDataWithError = false;
    assert.equal(String(await edge.fetchObjectData(object)), digits.repeat(100));
  });

  it('an error tells a path', async () => {
    const objectID = 'x'.repeat(256);
    service.cloud.faults.tellsPaths = true;
    await assert.rejects(cloud.updateObject({ objectType: 't', objectID }), {
      message: /remove \/var\/edge-sync-service\/sync\/demo-t-x+: file name too long/,
    });
  });

  it('an acknowledgement that waits for the cloud holds up some others, and no list', async () => {
    const others = Array.from({ length: 2_000 }, (_, index) => `other${index}`);
    const lock = lockOf(`demot${object.objectID}`);
    const [shares, sharesNot] = [
      others.find((id) => lockOf(`demot${id}`) === lock),
      others.find((id) => lockOf(`demot${id}`) !== lock),
    ];
    assert.ok(shares && sharesNot);
    for (const objectID of [object.objectID, shares, sharesNot]) {
      await cloud.updateObject({ objectType: 't', objectID, noData: true });
    }
    await until('all have arrived', async () => (await edge.listUpdates('t')).length === 3);
    await service.cloud.stop();
    const consumed = edge.markObjectConsumed(object);
    await until('it is taken', async () => (await edge.listUpdates('t')).length === 2);
    let answered = false;
    const asked = ask(`t/${shares}/status`).then(() => {
      answered = true;
    });
    for (let more = 0; more < 5; more += 1) await ask(`t/${sharesNot}/status`);
    assert.equal(answered, false);
    await service.cloud.start();
    await Promise.all([consumed, asked]);
  });

  it('while the cloud is away the fourth update waits', async () => {
    await service.cloud.stop();
    for (const objectID of ['1', '2', '3']) await edge.publish({ objectType: 'up', objectID }, digits);
    let answered = false;
    const fourth = edge.publish({ objectType: 'up', objectID: '4' }, digits).then(() => {
      answered = true;
    });
    await ask('up/3/status');
    assert.equal(answered, false);
    await service.cloud.start();
    await fourth;
    await until('all have come', async () => (await cloud.listUpdates('up')).length === 4);
  });
});
