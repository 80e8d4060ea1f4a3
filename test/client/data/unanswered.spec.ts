import assert from 'node:assert/strict';
import { SyncServiceClient } from '../../../src/client';
import { serve } from '../../support/server';

const object = { objectType: 't', objectID: 'o' };
const refusal = "Can't update object of the receiving side\n";

interface Plan {
  kind?: 'CSS' | 'ESS';
  /** What the service says of the object before anything is sent; a number is a status without a body. */
  before: string | number;
  /** What it does with the n-th PUT. */
  puts: ('lose' | 'refuse' | 'take' | 'busy')[];
}

describe('a PUT whose answer is lost', () => {
  const closing: { close(): Promise<void> }[] = [];
  let bodies: string[];
  afterEach(async () => {
    for (const each of closing.splice(0).reverse()) await each.close();
  });

  const start = async ({ kind = 'ESS', before, puts }: Plan): Promise<SyncServiceClient> => {
    bodies = [];
    const server = await serve((request, response) => {
      if (request.method === 'GET') {
        if (typeof before === 'number') response.writeHead(before).end(before === 403 ? 'Unauthorized' : '');
        else response.end(before);
        return;
      }
      let body = '';
      request.on('data', (piece) => {
        body += String(piece);
      });
      request.on('end', () => {
        bodies.push(body);
        const doing = puts[bodies.length - 1];
        if (doing === 'lose') request.socket.resetAndDestroy();
        else if (doing === 'refuse') response.writeHead(400).end(refusal);
        else response.writeHead(doing === 'busy' ? 503 : 204).end();
      });
    }, kind);
    const organization = kind === 'CSS' ? { organization: 'demo' } : {};
    const client = new SyncServiceClient({ address: server.address, ...organization });
    closing.push(server, client);
    return client;
  };

  it('is repeated, with the same bytes', async () => {
    const client = await start({ before: 404, puts: ['lose', 'lose', 'take'] });
    await client.publish(object, 'data');
    assert.equal(bodies.length, 3);
    assert.equal(new Set(bodies).size, 1);
  });

  it('has arrived where the object was consumed meanwhile, which could be changed before', async () => {
    for (const before of [404, 403, 'ready', 'notReady']) {
      await (await start({ before, puts: ['lose', 'refuse'] })).publish(object, 'data');
      await (await start({ before, puts: ['lose', 'refuse'] })).updateObject(object);
      await (await start({ before, puts: ['lose', 'refuse'] })).updateObjectData(object, 'data');
    }
    const autodelete = { ...object, autodelete: true, destinationType: 'gateway', destinationID: 'edge1' };
    await (await start({ kind: 'CSS', before: 'ready', puts: ['lose', 'refuse'] })).publish(
      autodelete,
      'data',
    );
  });

  it('is not known to have arrived where the object could not be changed before, or nobody knows', async () => {
    for (const [kind, before] of [
      ['ESS', 'consumedByDest'],
      ['ESS', 'completelyReceived'],
      ['ESS', 500],
      ['CSS', 'ready'],
    ] as const) {
      const client = await start({ kind, before, puts: ['lose', 'refuse'] });
      await assert.rejects(client.publish(object, 'data'), {
        code: 'SYNC_REJECTED',
        message: /receiving side.*the outcome is not known/s,
      });
    }
  });

  it('is simply refused where each try was answered', async () => {
    for (const puts of [['refuse'], ['busy', 'refuse']] as const) {
      const client = await start({ before: 'ready', puts: [...puts] });
      await assert.rejects(client.publish(object, 'data'), (error: Error) => {
        assert.match(error.message, /receiving side/);
        assert.doesNotMatch(error.message, /not known/);
        return true;
      });
    }
  });

  it('may have arrived, says the error, when it is given up', async () => {
    const client = await start({ before: 'ready', puts: ['lose', 'lose', 'lose', 'lose'] });
    await assert.rejects(client.publish(object, 'data'), {
      code: 'SYNC_UNREACHABLE',
      message: /the connection broke \(.*\): whether it has arrived is not known/,
    });
    assert.equal(bodies.length, 4);
  });

  it('does not make the data arrived when only the metadata was repeated', async () => {
    const client = await start({ before: 'ready', puts: ['lose', 'take', 'refuse'] });
    await assert.rejects(client.publish(object, Buffer.alloc(300_000)), {
      code: 'SYNC_REJECTED',
      half: 'data',
    });
  });
});
