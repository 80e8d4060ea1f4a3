import { readFileSync } from 'node:fs';
import { Readable } from 'node:stream';
import { rootCertificates } from 'node:tls';
import { Agent, type Dispatcher, EnvHttpProxyAgent, request } from 'undici';
import { SyncServiceError } from '../errors';
import { parseAddress, type ServiceAddress } from './address';
import { type HttpRequest, type HttpResponse, type Lane, lanes, type Transport } from './http';
import type { ConnectionOptions } from './options';

const connectionsPerLane = 8;

/** HTTP by undici. The only place that knows undici, sockets and TLS. */
export class UndiciTransport implements Transport {
  readonly #address: ServiceAddress;
  #lanes: Record<Lane, Dispatcher>;

  constructor(
    private readonly options: ConnectionOptions,
    ca: string | undefined,
  ) {
    this.#address = parseAddress(options.address);
    this.#lanes = this.#open(ca);
  }

  async request({ lane, method, path, headers, body, signal }: HttpRequest): Promise<HttpResponse> {
    const sent = typeof body === 'object' && !Buffer.isBuffer(body) ? Readable.from(body) : body;
    try {
      const response = await request(`${this.#address.origin}${this.#address.prefix}${path}`, {
        dispatcher: this.#lanes[lane],
        method,
        headers,
        ...(sent !== undefined && { body: sent }),
        signal,
        // Whoever asks keeps the time.
        headersTimeout: 0,
        bodyTimeout: 0,
      });
      const { statusCode: status, headers: received } = response;
      return { status, headers: received, body: response.body, discard: () => void response.body.dump() };
    } finally {
      if (sent instanceof Readable) sent.destroy();
    }
  }

  trust(ca: string): void {
    for (const lane of Object.values(this.#lanes)) void lane.close();
    this.#lanes = this.#open(ca);
  }

  async close(): Promise<void> {
    await Promise.all(Object.values(this.#lanes).map((lane) => lane.destroy()));
  }

  #open(ca: string | undefined): Record<Lane, Dispatcher> {
    const opened = lanes.map((lane) => [lane, dispatcher(this.#address, this.options, ca)]);
    return Object.fromEntries(opened) as Record<Lane, Dispatcher>;
  }
}

function dispatcher(
  address: ServiceAddress,
  options: ConnectionOptions,
  certificate: string | undefined,
): Dispatcher {
  const { tls } = options;
  const fromFile = tls?.caFile ? readCertificates(tls.caFile) : [];
  const trusted = [tls?.ca ?? [], fromFile, certificate || []].flat();
  const settings = {
    connections: connectionsPerLane,
    // An ESS offers HTTP/2 first; one stale HTTP/2 socket would fail all requests at once.
    allowH2: false,
    keepAliveTimeout: 4_000,
    keepAliveMaxTimeout: 25_000,
    connect: {
      timeout: options.timeouts?.connect ?? 10_000,
      autoSelectFamilyAttemptTimeout: 1_000,
      ...(address.socketPath !== undefined && { socketPath: address.socketPath }),
      ...(trusted.length > 0 && { ca: [...rootCertificates, ...trusted] }),
      ...(tls?.cert && { cert: tls.cert }),
      ...(tls?.key && { key: tls.key }),
      ...(tls?.passphrase && { passphrase: tls.passphrase }),
      ...(tls?.servername && { servername: tls.servername }),
      rejectUnauthorized: tls?.rejectUnauthorized ?? true,
    },
  };
  const proxied = options.proxyFromEnvironment && options.organization !== undefined && !address.socketPath;
  return proxied ? new EnvHttpProxyAgent({ ...settings, requestTls: settings.connect }) : new Agent(settings);
}

function readCertificates(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new SyncServiceError('SYNC_INVALID_ARGUMENT', `The CA file cannot be read: ${file}`, { cause });
  }
}
