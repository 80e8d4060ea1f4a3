import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SyncServiceClient } from '../../../src/client';
import { connectionsPerLane } from '../../../src/client/connection/http';
import { Places } from '../../../src/client/connection/places';
import { settle } from '../../support/manual-clock';
import { metadataOf } from '../../support/metadata';
import { serve } from '../../support/server';
import { until } from '../../support/until';

describe('the places of a lane', () => {
  it('are as many as it has connections; the others come in their turn', async () => {
    const places = new Places();
    const came: number[] = [];
    const giveBack: (() => void)[] = [];
    for (let who = 0; who < connectionsPerLane + 3; who += 1) {
      void places.take('publish', undefined).then((back) => {
        came.push(who);
        giveBack.push(back);
      });
    }
    await settle();
    assert.equal(came.length, connectionsPerLane);
    giveBack[0]?.();
    giveBack[0]?.();
    await settle();
    assert.deepEqual(came.slice(connectionsPerLane), [connectionsPerLane]);
    for (const back of giveBack) back();
    await settle();
    assert.equal(came.length, connectionsPerLane + 3);
  });

  it('are for what goes on before what begins, however many wait', async () => {
    const places = new Places();
    const [first, ...others] = await Promise.all(
      Array.from({ length: connectionsPerLane }, () => places.take('publish', undefined)),
    );
    const came: string[] = [];
    const waiting = Array.from({ length: 10_000 }, () =>
      places.take('publish', undefined).then(() => came.push('begins')),
    );
    const goesOn = places.take('publish', undefined, true).then(() => came.push('goes on'));
    first?.();
    others[0]?.();
    await settle();
    assert.deepEqual(came, ['goes on', 'begins']);
    await goesOn;
    const last = places.take('publish', undefined, true);
    places.close(new Error('closed'));
    await assert.rejects(last, /closed/);
    await Promise.allSettled(waiting);
  });

  it('are apart from those of other lanes', async () => {
    const places = new Places();
    for (let who = 0; who <= connectionsPerLane; who += 1) void places.take('acknowledgement', undefined);
    await places.take('poll', undefined);
  });

  it('are not waited for by who is aborted, or when all is closed, or by too many', async () => {
    const places = new Places();
    for (let who = 0; who < connectionsPerLane; who += 1) await places.take('poll', undefined);
    const stop = new AbortController();
    const aborted = places.take('poll', stop.signal);
    const patient = places.take('poll', undefined);
    stop.abort(new Error('stop'));
    await assert.rejects(aborted, /stop/);
    await assert.rejects(places.take('poll', AbortSignal.abort(new Error('before'))), /before/);
    const others = Array.from({ length: 9_999 }, () => places.take('poll', undefined));
    await assert.rejects(places.take('poll', undefined), { code: 'SYNC_BUSY' });
    places.close(new Error('closed'));
    const all = await Promise.allSettled([patient, ...others]);
    assert.ok(all.every(({ status }) => status === 'rejected'));
    await assert.rejects(places.take('question', undefined), /closed/);
  });
});

describe('requests that wait for a place', () => {
  it('cost no connection when they are aborted', async () => {
    let connections = 0;
    const server = createServer((request, response) => {
      if (request.url === '/api/v1/health') response.end('{"general":{"nodeType":"CSS"}}');
    });
    server.on('connection', () => {
      connections += 1;
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const client = new SyncServiceClient({ address, organization: 'demo' });
    const stop = new AbortController();
    const codes = Array.from({ length: 500 }, () =>
      client.markObjectConsumed(metadataOf({}), { signal: stop.signal }).catch(({ code }) => code),
    );
    await until('all places are taken', () => connections > connectionsPerLane);
    stop.abort();
    assert.deepEqual(new Set(await Promise.all(codes)), new Set(['SYNC_ABORTED']));
    await client
      .publish(metadataOf({}), 'goes on', { signal: AbortSignal.timeout(100) })
      .catch(() => undefined);
    // One asked for the kind of the service, one published, and undici makes each that broke anew.
    assert.ok(connections <= 2 * connectionsPerLane + 2, `${connections} connections`);
    await client.close();
    server.close();
  });

  it('end what they have begun before others begin: a publish on an edge is a question, and then a change', async () => {
    let [begun, most] = [0, 0];
    const edge = await serve((request, response) => {
      if (request.method === 'GET') begun += 1;
      else begun -= 1;
      most = Math.max(most, begun);
      request.resume().once('end', () => response.writeHead(request.method === 'GET' ? 404 : 204).end());
    }, 'ESS');
    const client = new SyncServiceClient({ address: edge.address });
    const count = 10 * connectionsPerLane;
    const publishes = Array.from({ length: count }, (_, index) =>
      client.publish({ objectType: 'readings', objectID: `r${index}` }, 'hello'),
    );
    await Promise.all(publishes);
    assert.equal(begun, 0);
    assert.ok(most <= 2 * connectionsPerLane, `${most} had begun`);
    await client.close();
    await edge.close();
  });
});
