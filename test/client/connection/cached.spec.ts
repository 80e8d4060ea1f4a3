import assert from 'node:assert/strict';
import { stringifyExactJson } from '../../../src/protocol/exact-json';
import { metadataOf } from '../../support/metadata';
import { type GivenAnswer, record, type SeenRequest } from '../../support/recorder';

const object = metadataOf({ objectSize: 3 });
const newer = metadataOf({ objectSize: 3, instanceID: '1795470914231361271', dataID: '1795470914231361271' });
const old = { Age: '7' };

/** An edge with a newer version, behind a cache that goes on giving what `isKept` says of the version before. */
function behindCache(isKept: (path: string) => boolean): (request: SeenRequest) => GivenAnswer {
  return ({ method, path = '' }) => {
    if (method === 'PUT') return {};
    const [bare = ''] = path.split('?');
    const kept = isKept(bare);
    const headers = kept ? old : {};
    const shown = kept ? object : newer;
    if (bare.endsWith('/data')) return { body: kept ? 'old' : 'new', headers };
    return { body: stringifyExactJson(bare.endsWith('/t') ? [shown] : shown), headers };
  };
}

describe('an answer out of a cache between here and the service', () => {
  const refused = { code: 'SYNC_UNEXPECTED_RESPONSE', message: /out of a cache, 7 s old/ };

  it('is no list', async () => {
    const { client, close } = await record(
      'ESS',
      behindCache((path) => path.endsWith('/t')),
    );
    await assert.rejects(client.listUpdates('t'), refused);
    await close();
  });

  it('is not the data of a version that came since', async () => {
    const { client, close } = await record(
      'ESS',
      behindCache((path) => path.endsWith('/data')),
    );
    await assert.rejects(client.fetchObjectData(newer), refused);
    await close();
  });

  it('has no newer version acknowledged unseen', async () => {
    const { client, close, seen } = await record(
      'ESS',
      behindCache((path) => path.endsWith('/o')),
    );
    // Its list says which version is there.
    assert.equal(await client.acknowledge(object), 'superseded');
    assert.deepEqual(
      seen.filter(({ method }) => method === 'PUT'),
      [],
    );
    await close();
  });

  it('is taken where it is of no age: a proxy may say so of what it passes on', async () => {
    const { client, close } = await record('ESS', () => ({
      body: stringifyExactJson([object]),
      headers: { Age: '0' },
    }));
    assert.equal((await client.listUpdates('t')).length, 1);
    await close();
  });
});
