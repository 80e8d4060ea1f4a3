import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { SyncServiceClient } from '../../../src/client';
import { serve } from '../../support/server';

const object = { objectType: 't', objectID: 'o' };

describe('a secret that a service repeats', () => {
  // One has half a character in it: no text that is sent can have that.
  for (const secret of ['hush"hush/ß', 'ab', 'hush\ud800hush']) {
    it(`is in no error: ${secret.length} characters`, async () => {
      const forms = [
        secret,
        encodeURIComponent(Buffer.from(secret).toString()),
        JSON.stringify(secret).slice(1, -1),
        Buffer.from(`me:${secret}`).toString('base64'),
      ];
      const said = forms.map((form) => `[${form}]`).join(' and ');
      let status = 500;
      const server = await serve((request, response) => {
        request.resume();
        response.writeHead(status, { 'content-type': 'text/plain' }).end(said);
      });
      const client = new SyncServiceClient({
        address: server.address,
        organization: 'demo',
        key: 'me',
        secret,
      });
      for (status of [200, 204, 400, 403, 404, 500]) {
        for (const call of [
          () => client.getObjectMetadata(object),
          () => client.listUpdates('t'),
          () => client.publish(object, 'x'),
          () => client.markObjectConsumed(object),
        ]) {
          const error: unknown = await call().catch((thrown: unknown) => thrown);
          if (error === undefined) continue;
          const text = inspect(error, { depth: 10, showHidden: true });
          for (const form of forms) assert.ok(!text.includes(`[${form}]`), `${status} ${text}`);
        }
      }
      await client.close();
      await server.close();
    });
  }

  it('does not take words out that only begin as a short one does', async () => {
    const server = await serve((_request, response) => response.writeHead(400).end('abort ab'));
    const client = new SyncServiceClient({
      address: server.address,
      organization: 'demo',
      key: 'me',
      secret: 'ab',
    });
    await assert.rejects(client.getObjectMetadata(object), { response: 'abort ***' });
    await client.close();
    await server.close();
  });
});
