import assert from 'node:assert/strict';
import dns from 'node:dns';
import { isIPv6 } from 'node:net';
import { mock } from 'node:test';
import { SyncServiceClient } from '../../../src/client';
import { serve } from '../../support/server';
import { until } from '../../support/until';

const host = 'edge.test';

type Looked = (error: Error | null, addresses: dns.LookupAddress[]) => void;

/** Of networks for documentation: nothing is ever there. */
const nowhere = ['2001:db8::1', '192.0.2.1'];

describe('the name of a service', () => {
  /** What it stands for; undefined while no name server answers. */
  let addresses: string[] | undefined;
  let closing: (() => Promise<void>)[];

  beforeEach(() => {
    closing = [];
    const { lookup } = dns;
    // A server looks its own address up in the same way.
    mock.method(dns, 'lookup', (name: string, ...asked: [dns.LookupAllOptions, Looked]) => {
      if (name !== host) return Reflect.apply(lookup, dns, [name, ...asked]);
      const [, done] = asked;
      const failure = Object.assign(new Error(`getaddrinfo EAI_AGAIN ${name}`), { code: 'EAI_AGAIN' });
      const found = addresses?.map((address) => ({ address, family: isIPv6(address) ? 6 : 4 }));
      setImmediate(() => (found ? done(null, found) : done(failure, [])));
    });
  });

  afterEach(async () => {
    mock.restoreAll();
    for (const close of closing) await close();
  });

  /** A service, and a client that knows it by a name. */
  async function named(answer: string): Promise<{ client: SyncServiceClient; close(): Promise<void> }> {
    const { address, close } = await serve((_request, response) => response.end(answer), 'ESS');
    const client = new SyncServiceClient({ address: `http://${host}:${new URL(address).port}` });
    closing = [() => client.close()];
    return { client, close };
  }

  it('that nobody resolves costs a poll, until somebody does', async () => {
    const { client, close } = await named('[]');
    closing.push(close);
    addresses = undefined;
    const receiver = client.pollForUpdates('t', { interval: 20 });
    await until('it says so', () => receiver.state.error?.code === 'SYNC_UNREACHABLE');
    assert.match(receiver.state.error?.message ?? '', /did not reach the service \(EAI_AGAIN\)/);
    addresses = ['127.0.0.1'];
    await until('it polls', () => receiver.state.phase === 'connected');
  });

  it('that moves to another address is looked up anew', async () => {
    const { client, close } = await named('[]');
    closing.push(close);
    addresses = ['127.0.0.2'];
    const receiver = client.pollForUpdates('t', { interval: 20 });
    await until('nobody is there', () => receiver.state.error?.code === 'SYNC_UNREACHABLE');
    addresses = ['127.0.0.1'];
    await until('it polls there', () => receiver.state.phase === 'connected');
  });

  it('that stands for addresses of which only the last is alive is reached by that one', async () => {
    const { client, close } = await named('[]');
    closing.push(close);
    addresses = [...nowhere, '127.0.0.1'];
    assert.deepEqual(await client.listUpdates('t'), []);
  });
});
