import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { SyncServiceClient } from '../../src/client';
import type { ClientSeams } from '../../src/client/seams';
import { serve } from './server';

export interface SeenRequest {
  method: string | undefined;
  path: string | undefined;
  body: string;
  headers: IncomingMessage['headers'];
}

export interface GivenAnswer {
  status?: number;
  body?: string;
  headers?: Record<string, string>;
}

/** A service that keeps what it was asked and answers as a test says, with a client of it. */
export interface Recorder {
  client: SyncServiceClient;
  seen: SeenRequest[];
  close(): Promise<void>;
}

/**
 * @param answer for the n-th request, counted from 0; without one every request is answered with 204.
 * @param seams what the client gets in place of the system's.
 */
export async function record(
  kind: 'CSS' | 'ESS',
  answer: (request: SeenRequest, index: number) => GivenAnswer | Promise<GivenAnswer> = () => ({}),
  seams: ClientSeams = {},
): Promise<Recorder> {
  const seen: SeenRequest[] = [];
  const server = await serve(async (request, response) => {
    const { method, url: path, headers } = request;
    const asked = { method, path, headers, body: await text(request) };
    seen.push(asked);
    const given = await answer(asked, seen.length - 1);
    response.writeHead(given.status ?? (given.body === undefined ? 204 : 200), given.headers).end(given.body);
  }, kind);
  const organization = kind === 'CSS' ? { organization: 'demo' } : {};
  const client = new SyncServiceClient(
    { address: server.address, key: 'admin@demo', ...organization },
    seams,
  );
  return {
    client,
    seen,
    async close() {
      await client.close();
      await server.close();
    },
  };
}
