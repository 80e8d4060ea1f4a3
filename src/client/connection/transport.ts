import { setMaxListeners } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import { rootCertificates } from 'node:tls';
import { isDeepStrictEqual } from 'node:util';
import { Agent, type Dispatcher, EnvHttpProxyAgent, request } from 'undici';
import { isSyncServiceError, SyncServiceError } from '../errors';
import { parseAddress, type ServiceAddress } from './address';
import type { Identity } from './environment';
import { errorOfResponse, errorOfTransport } from './failures';
import type { ConnectionOptions } from './options';
import { pauseBeforeRetry } from './retry';

/** Requests of one kind never wait for those of another: acknowledgements that hang while the CSS is away stop no poll. */
export type Lane = 'query' | 'acknowledgement' | 'transfer';

const connectionsPerLane = 8;

export interface Call {
  lane: Lane;
  method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** From `/api/v1` on, encoded, with its query. */
  path: string;
  /** Makes the body anew for each attempt: a stream can be sent once only, and a spent one would upload nothing. */
  body?: (() => string | Buffer | Readable) | undefined;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
  /** Whether the request may be sent again when it is not known to have arrived. */
  repeatable: boolean;
  /** Until the answer's head is there, and between two pieces of its body, in ms. */
  timeout?: number;
}

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  body: Dispatcher.ResponseData['body'];
}

type Lanes = Record<Lane, Dispatcher>;

/** Sends requests to one service. The only place that knows undici, sockets and TLS. */
export class Transport {
  readonly #address: ServiceAddress;
  #authorization: string | undefined;
  #lanes: Lanes;
  #identity: Identity | undefined;
  readonly #closing = new AbortController();
  readonly #timeout: number;

  /** @param readIdentity key, secret and certificate where they are kept in files that may be replaced. */
  constructor(
    private readonly options: ConnectionOptions,
    private readonly readIdentity?: () => Identity,
  ) {
    // Every request under way listens for the end: hundreds may, and that is no leak.
    setMaxListeners(0, this.#closing.signal);
    this.#address = parseAddress(options.address);
    this.#timeout = options.timeouts?.answer ?? 30_000;
    this.#identity = readIdentity?.();
    this.#authorization = authorization({ ...options, ...this.#identity });
    this.#lanes = this.#openLanes();
  }

  /** The URL of a request as errors name it. */
  url(path: string): string {
    return `${this.#address.origin}${this.#address.prefix}${path}`;
  }

  /**
   * Sends a request and gives its answer, whose body the caller must read or drop, when the status is one of
   * `expected`; repeats it where that is safe and useful.
   *
   * @throws SyncServiceError of the kind that the failure or the status is.
   */
  async send(call: Call, expected: readonly number[]): Promise<Answer> {
    let renewed = false;
    for (let attempt = 1; ; attempt += 1) {
      const identity = this.#identity;
      let retryAfter: number | undefined;
      try {
        const answer = await this.#sendOnce(call);
        if (expected.includes(answer.status)) return answer;
        retryAfter = secondsToWait(answer);
        throw await errorOfResponse(answer, call.method, this.url(call.path));
      } catch (error) {
        // Refused before anything was done, so that even an acknowledgement may be sent again.
        if (!renewed && isIdentityRefused(error) && this.#renewIdentity(identity)) {
          renewed = true;
          continue;
        }
        const delay = call.repeatable ? pauseBeforeRetry({ error, attempt, retryAfter }) : undefined;
        if (delay === undefined) throw error;
        await this.#pause(delay, call, error);
      }
    }
  }

  /** Ends what is under way and closes every connection. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all(Object.values(this.#lanes).map((lane) => lane.destroy()));
  }

  #openLanes(): Lanes {
    const open = (): Dispatcher => dispatcher(this.#address, this.options, this.#identity?.ca);
    return { query: open(), acknowledgement: open(), transfer: open() };
  }

  /** @returns whether there is another identity than the one that was refused. */
  #renewIdentity(refused: Identity | undefined): boolean {
    if (!this.readIdentity || !refused) return false;
    // Another request was refused before, and has read the files.
    if (this.#identity !== refused) return true;
    const identity = this.readIdentity();
    if (isDeepStrictEqual(identity, refused)) return false;
    this.#identity = identity;
    this.#authorization = authorization(identity);
    if (identity.ca !== refused.ca) {
      // What is under way on the old connections ends there.
      for (const lane of Object.values(this.#lanes)) void lane.close();
      this.#lanes = this.#openLanes();
    }
    return true;
  }

  async #sendOnce(call: Call): Promise<Answer> {
    const { lane, method, path, headers, timeout = this.#timeout } = call;
    const body = call.body?.();
    try {
      const response = await request(this.url(path), {
        dispatcher: this.#lanes[lane],
        method,
        headers: { ...headers, ...(this.#authorization && { authorization: this.#authorization }) },
        ...(body !== undefined && { body }),
        signal: call.signal ? AbortSignal.any([call.signal, this.#closing.signal]) : this.#closing.signal,
        headersTimeout: timeout,
        bodyTimeout: timeout,
      });
      return { status: response.statusCode, headers: response.headers, body: response.body };
    } catch (error) {
      throw this.#failure(error, call);
    } finally {
      if (typeof body === 'object' && 'destroy' in body) body.destroy();
    }
  }

  /** What an error while sending or while reading a body is for the caller. */
  #failure(error: unknown, call: Call): SyncServiceError {
    if (isSyncServiceError(error)) return error;
    const details = { method: call.method, url: this.url(call.path), cause: error };
    if (this.#closing.signal.aborted)
      return new SyncServiceError('SYNC_CLOSED', 'The client is closed', details);
    return errorOfTransport(error, details, call.signal);
  }

  /** The same for errors that come out of the body of an answer. */
  bodyFailure(error: unknown, call: Pick<Call, 'method' | 'path' | 'signal'>): SyncServiceError {
    return this.#failure(error, call as Call);
  }

  async #pause(delay: number, call: Call, error: unknown): Promise<void> {
    const signal = call.signal ? AbortSignal.any([call.signal, this.#closing.signal]) : this.#closing.signal;
    await pause(delay, undefined, { signal }).catch(() => {
      throw error;
    });
  }
}

function isIdentityRefused(error: unknown): boolean {
  return isSyncServiceError(error, 'SYNC_UNAUTHORIZED', 'SYNC_TLS');
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

function authorization({ key, secret }: Pick<ConnectionOptions, 'key' | 'secret'>): string | undefined {
  if (key === undefined) return undefined;
  return `Basic ${Buffer.from(`${key}:${secret ?? ''}`).toString('base64')}`;
}

function secondsToWait({ headers }: Answer): number | undefined {
  const seconds = Number(headers['retry-after']);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined;
}
