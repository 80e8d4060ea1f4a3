import assert from 'node:assert/strict';
import { SyncServiceClient } from '../../../src/client';
import { type GivenAnswer, record } from '../../support/recorder';
import { serve } from '../../support/server';

describe('the good answers of a service', () => {
  const cases: [name: string, answer: GivenAnswer, ask: 'list' | 'publish' | 'health', told: number][] = [
    ['a list', { body: '[]' }, 'list', 1],
    ['no updates', { status: 404 }, 'list', 1],
    ['a change', {}, 'publish', 1],
    ['a 404 page of somebody else', { status: 404, body: '<html>' }, 'list', 0],
    ['a refusal', { status: 400, body: 'no' }, 'publish', 0],
    ['an error of the service', { status: 500 }, 'publish', 0],
    ['credentials that are refused', { status: 403 }, 'list', 0],
    ['health alone', {}, 'health', 0],
  ];
  for (const [name, answer, ask, wanted] of cases) {
    it(`are ${wanted === 0 ? 'not ' : ''}told of: ${name}`, async () => {
      const { client, close } = await record('CSS', () => answer);
      let told = 0;
      const end = client.onAnswer(() => {
        told += 1;
      });
      const asks = {
        list: () => client.listUpdates('t'),
        publish: () => client.publish({ objectType: 't', objectID: 'o' }, 'x'),
        health: () => client.getHealth(),
      };
      await asks[ask]().catch(() => undefined);
      assert.equal(told, wanted);
      end();
      await asks[ask]().catch(() => undefined);
      assert.equal(told, wanted);
      await close();
    });
  }

  it('are not told of a service of the other kind', async () => {
    const server = await serve((_request, response) => response.writeHead(204).end(), 'ESS');
    const client = new SyncServiceClient({ address: server.address, organization: 'demo' });
    let told = 0;
    client.onAnswer(() => {
      told += 1;
    });
    await assert.rejects(client.listUpdates('t'), { code: 'SYNC_WRONG_SERVICE_KIND' });
    assert.equal(told, 0);
    await client.close();
    await server.close();
  });
});
