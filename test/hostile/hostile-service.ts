import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { stringifyExactJson } from '../../src/protocol/exact-json';
import { metadataOf } from '../support/metadata';
import type { GoodAnswer, Mode } from './modes';

/** What its one object has as data. */
export const data = Buffer.from('The data of the object, whole.');
export const object = { objectType: 'hostile', objectID: 'good' };

/** A service with one object of each type, good until it is told to be something else. */
export class HostileService {
  /** How it answers; well where it is undefined. */
  mode: Mode | undefined;
  /** Of the object: another one is news. */
  version = 1n;
  answered = 0;

  private constructor(
    private readonly server: Server,
    private readonly kind: 'CSS' | 'ESS',
  ) {}

  static async start(kind: 'CSS' | 'ESS'): Promise<HostileService> {
    const server = createServer();
    const service = new HostileService(server, kind);
    server.on('request', async (request, response) => {
      request.resume();
      request.on('error', () => undefined);
      response.on('error', () => undefined);
      if (service.mode?.isSlow === undefined) await once(request, 'end').catch(() => undefined);
      service.answered += 1;
      const good = service.#good(request.method ?? '', request.url ?? '');
      // Node may refuse to write what is no HTTP: then the connection ends.
      const answer = async (): Promise<void> =>
        service.mode
          ? service.mode.answer(response, good)
          : void response.writeHead(good.status).end(good.body);
      await answer().catch(() => response.destroy());
    });
    server.on('connection', (socket) => socket.on('error', () => undefined));
    server.on('clientError', (_, socket) => socket.destroy());
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return service;
  }

  get address(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }

  #good(method: string, url: string): GoodAnswer {
    const path = url.replace(/\?.*/, '');
    if (method !== 'GET') return { status: 204, body: Buffer.alloc(0) };
    if (path.endsWith('/data')) return { status: 200, body: data };
    if (path.endsWith('/status')) return { status: 200, body: Buffer.from('ready') };
    return { status: 200, body: Buffer.from(this.#json(path)) };
  }

  #json(path: string): string {
    if (path.endsWith('/health'))
      return JSON.stringify({
        general: { nodeType: this.kind, healthStatus: 'green', upTime: 1 },
        dbHealth: {},
      });
    if (/\/destinations(\/|$)/.test(path))
      return JSON.stringify([{ destinationType: 'gateway', destinationID: 'edge1', status: 'delivered' }]);
    if (/\/(organizations|security)/.test(path)) return '[]';
    const version = String(1_795_470_914_231_361_000n + this.version);
    const isOne = path.endsWith(`/${object.objectID}`);
    // Of any type there is one.
    const objectType = isOne ? path.split('/').at(-2) : object.objectType;
    const fields = { ...object, ...(objectType !== undefined && { objectType }) };
    const metadata = metadataOf({ ...fields, objectSize: data.length, instanceID: version, dataID: version });
    return stringifyExactJson(isOne ? metadata : [metadata]).replace(/"(\d{19})"/g, '$1');
  }
}
