import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import { SyncServiceClient } from '../../../src/client';
import { lanes } from '../../../src/client/connection/http';
import { keepAlive, keepAliveOf } from '../../../src/client/connection/keep-alive';
import { defaultInterval } from '../../../src/client/updates/receiver-options';
import { serve } from '../../support/server';
import { until } from '../../support/until';

describe('idle connections', function () {
  this.timeout(180_000);
  it('of the polls of an edge are kept until the next poll, others not: a balancer may forget them', () => {
    const kept = (organization?: string): string[] =>
      lanes.filter((lane) => keepAliveOf(lane, organization ? { organization } : {}) > defaultInterval);
    assert.deepEqual(kept(), ['poll']);
    assert.deepEqual(kept('demo'), []);
  });

  it('have a time of their own: those of polls of an edge a longer one', async () => {
    const sockets: Socket[] = [];
    const made = (message: unknown): unknown => sockets.push((message as { socket: Socket }).socket);
    subscribe('net.client.socket', made);
    /** In ms: of connections that a poll has left. */
    const idle = (): number[] => sockets.map(({ timeout = 0 }) => timeout).filter((timeout) => timeout > 0);
    try {
      for (const [kind, isLonger] of [
        ['ESS', true],
        ['CSS', false],
      ] as const) {
        sockets.length = 0;
        const server = await serve((_request, response) => {
          // As Go's server, it does not say how long it keeps a connection.
          response.setHeader('connection', 'keep-alive').end('[]');
        }, kind);
        const { address } = server;
        const client = new SyncServiceClient({ address, ...(kind === 'CSS' && { organization: 'demo' }) });
        const polled = client.pollForUpdates('t')[Symbol.asyncIterator]().next();
        await until('its connection is idle', () => idle().length > 0);
        for (const timeout of idle()) {
          assert.equal(timeout > defaultInterval, isLonger);
          if (!isLonger) assert.equal(timeout, keepAlive);
        }
        await client.close();
        await polled;
        await server.close();
      }
    } finally {
      unsubscribe('net.client.socket', made);
    }
  });
});
