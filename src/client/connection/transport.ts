import type { Pool } from 'undici';
import type { Clock } from '../../system/clock';
import { parseAddress, type ServiceAddress } from './address';
import { Connector } from './connector';
import { DispatchedResponse } from './dispatched';
import {
  connectionsPerLane,
  type HttpRequest,
  type HttpResponse,
  type Lane,
  lanes,
  notSent,
  type Transport,
} from './http';
import { keepAlive, keepAliveOf, longestKeepAlive } from './keep-alive';
import type { ConnectionOptions } from './options';
import { proxyAuthorization } from './proxy';
import { StreamConnections } from './streams';

/** What each request has in addition where a proxy forwards it: the origin of the service, and the proxy's credentials. */
interface Naming {
  headers: Record<string, string> | undefined;
  pathPrefix: string;
}

/**
 * HTTP/1.1 over connections that `Connector` makes. The only place that knows undici.
 *
 * Answers that fit into memory come by undici's `dispatch`, at half the cost of its `request`, and its parser is never
 * paused: undici 7.26 to 7.30.2 end the process with an uncaught `assert(!this.paused)` when a connection closes
 * after a body that was paused, and a handler cannot know whether it will (HTTP/1.0 does not show). What is larger
 * than memory, and may have a slow reader, goes by node:http: its parser is native and can be paused at any time, while
 * small requests cost it three times as much.
 */
export class HttpTransport implements Transport {
  readonly #address: ServiceAddress;
  #connections: Connections;
  #closed = false;

  constructor(
    private readonly options: ConnectionOptions,
    ca: string | undefined,
    private readonly clock: Clock,
  ) {
    this.#address = parseAddress(options.address);
    this.#connections = this.#open(ca);
  }

  request(request: HttpRequest): Promise<HttpResponse> {
    const { body, limit, signal } = request;
    if (signal.aborted) return Promise.reject(notSent(signal.reason));
    if (this.#closed) return Promise.reject(notSent(new Error('The connections are closed')));
    const { streams, pools, naming } = this.#connections;
    const path = `${naming.pathPrefix}${this.#address.prefix}${request.path}`;
    const headers = naming.headers ? { ...naming.headers, ...request.headers } : request.headers;
    const { lane, method } = request;
    if (limit === undefined || !isInMemory(body)) return streams.request({ ...request, path, headers });
    const handler = new DispatchedResponse(limit, signal);
    pools[lane].dispatch(
      body === undefined ? { method, path, headers } : { method, path, headers, body },
      handler,
    );
    return handler.response;
  }

  trust(ca: string): void {
    const { pools, streams } = this.#connections;
    for (const pool of Object.values(pools)) void pool.close();
    streams.retire();
    this.#connections = this.#open(ca);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const { connector, pools, streams } = this.#connections;
    connector.close();
    streams.close();
    await Promise.all(Object.values(pools).map((pool) => pool.destroy()));
  }

  #open(ca: string | undefined): Connections {
    const connector = new Connector(this.#address, this.options, ca, this.clock);
    const { origin } = this.#address;
    // It takes three times as long to load as all that is ours: whoever connects to nothing does without.
    const undici = require('undici') as typeof import('undici');
    const pool = (): Pool =>
      new undici.Pool(origin, {
        connections: connectionsPerLane,
        connect: (_target, connected) => connector.open(connected as Parameters<Connector['open']>[0]),
        allowH2: false,
        keepAliveTimeout: keepAlive,
        keepAliveMaxTimeout: longestKeepAlive,
        // Whoever asks keeps the time.
        headersTimeout: 0,
        bodyTimeout: 0,
      });
    const pools = Object.fromEntries(lanes.map((lane) => [lane, pool()])) as Record<Lane, Pool>;
    const proxy = connector.forwardingProxy;
    const naming = proxy
      ? { headers: proxyAuthorization(proxy), pathPrefix: origin }
      : { headers: undefined, pathPrefix: '' };
    return {
      connector,
      pools,
      streams: new StreamConnections(connector, new URL(origin).host, (lane) =>
        keepAliveOf(lane, this.options),
      ),
      naming,
    };
  }
}

function isInMemory(body: HttpRequest['body']): body is string | Buffer | undefined {
  return body === undefined || typeof body === 'string' || Buffer.isBuffer(body);
}

interface Connections {
  connector: Connector;
  pools: Record<Lane, Pool>;
  streams: StreamConnections;
  naming: Naming;
}
