import type { Clock } from '../../system/clock';
import { sleep } from '../../system/clock';
import { endedWithin } from '../../system/deadline';
import { Ending, type EndSignal } from '../../system/ending';
import { Listeners } from '../../system/listeners';
import type { Random } from '../../system/random';
import { isSyncServiceError, SyncServiceError } from '../errors';
import { parseAddress } from './address';
import { ageOf, textOf, toldText, unexpected } from './answers';
import { Credentials } from './credentials';
import type { Identity } from './environment';
import { errorOfStatus, errorOfTransport, mayHaveArrived, unsent, wasNotSent } from './failures';
import { type HttpResponse, notSent, type OpenTransport, type Transport } from './http';
import type { KindCheck } from './kind';
import type { ConnectionOptions } from './options';
import { type Limits, limitsOf, Patience } from './patience';
import { Places } from './places';
import type { ServiceRequest, ServiceResponse } from './request';
import { pauseBeforeRetry } from './retry';
import { WatchedBody } from './watched-body';

export interface SenderSeams {
  clock: Clock;
  random: Random;
  openTransport: OpenTransport;
  readIdentity: (() => Identity) | undefined;
}

/** Sends what is asked of one service: with credentials, in time, again where that is safe and useful. */
export class Sender {
  /** Told of each expected answer of a service of the right kind: it is there, and accepts key and secret. */
  readonly goodAnswers = new Listeners<void>('the good answers of a service');
  readonly #transport: Transport;
  readonly #credentials: Credentials;
  readonly #limits: Limits;
  readonly #places = new Places();
  readonly #base: string;
  readonly #closing = new Ending();

  /** @param kind asked before each request that is not `unchecked`. */
  constructor(
    options: ConnectionOptions,
    private readonly kind: KindCheck,
    private readonly seams: SenderSeams,
  ) {
    this.#base = parseAddress(options.address).name;
    this.#limits = limitsOf(options);
    this.#credentials = new Credentials(options, seams.readIdentity);
    this.#transport = seams.openTransport(options, this.#credentials.proof.ca);
  }

  /** The URL of a request as errors name it. */
  url(path: string): string {
    return `${this.#base}${path}`;
  }

  /**
   * Sends a request and gives its answer, when the status is one of `expected`.
   *
   * @throws SyncServiceError of the kind that the failure or the status is.
   */
  async send(request: ServiceRequest, expected: readonly number[]): Promise<ServiceResponse> {
    if (request.unchecked) return this.#send(request, expected);
    if (!this.kind.isKnown) {
      await this.kind.ensure(request.signal).catch((error: unknown) => {
        throw unsent(error);
      });
    }
    try {
      const response = await this.#send(request, expected);
      // Something else than the service may answer with 404, too: whoever expects one looks closer.
      if (response.status !== 404) this.goodAnswers.tell();
      return response;
    } catch (error) {
      this.kind.failed(error);
      throw error;
    }
  }

  /** The error that an answer of another status than the wanted one is. */
  async refusal(response: ServiceResponse, request: ServiceRequest): Promise<SyncServiceError> {
    const { method, path, secret } = request;
    const text = this.blanked((await textOf(response, toldText).catch(() => '')).trim());
    const told = secret ? text.replaceAll(secret, '***') : text;
    const keyless = this.#credentials.proof.authorization === undefined;
    return errorOfStatus(response, told, { method, url: this.url(path), keyless });
  }

  /** A text of the service without what it may have repeated of the credentials. */
  blanked(text: string): string {
    return this.#credentials.blanked(text);
  }

  /** Ends what is under way and closes every connection. */
  async close(): Promise<void> {
    this.#closing.abort(new Error('The client is closed'));
    this.#places.close(new SyncServiceError('SYNC_CLOSED', 'The client is closed'));
    await this.#transport.close();
  }

  async #send(request: ServiceRequest, expected: readonly number[]): Promise<ServiceResponse> {
    let renewed = false;
    for (let attempt = 1; ; attempt += 1) {
      const { proof } = this.#credentials;
      let retryAfter: number | undefined;
      try {
        const response = await this.#sendOnce(request, proof.authorization);
        this.#refuseCached(response, request);
        if (expected.includes(response.status)) return response;
        retryAfter = secondsToWait(response);
        throw await this.refusal(response, request);
      } catch (error) {
        // Refused before anything was done, so that even an acknowledgement may be sent again.
        if (!renewed && isIdentityRefused(error, request) && this.#credentials.renew(proof)) {
          const { ca } = this.#credentials.proof;
          if (ca !== undefined && ca !== proof.ca) this.#transport.trust(ca);
          renewed = true;
          continue;
        }
        const failed = { error, attempt, retryAfter };
        const delay = request.repeatable ? pauseBeforeRetry(failed, this.seams.random) : undefined;
        if (delay === undefined) throw error;
        if (isSyncServiceError(error) && mayHaveArrived(error)) request.onRepeat?.();
        await this.#pause(delay, request, error);
      }
    }
  }

  async #sendOnce(request: ServiceRequest, authorization: string | undefined): Promise<ServiceResponse> {
    const { lane, method, path, limit } = request;
    const giveBack = await this.#place(request);
    const patience = new Patience(this.seams.clock, this.#limits, request);
    const end = (): void => {
      patience.release();
      giveBack();
    };
    const { body, signal } = patience;
    try {
      const headers: Record<string, string> = { ...request.headers };
      if (authorization !== undefined) headers.authorization = authorization;
      const response = await this.#transport.request({ lane, method, path, headers, body, limit, signal });
      patience.answered();
      return this.#watched(response, patience, request, end);
    } catch (error) {
      end();
      throw this.#failure(error, request, signal);
    }
  }

  #refuseCached(response: ServiceResponse, { method, path }: ServiceRequest): void {
    const age = ageOf(response);
    if (age === undefined || method !== 'GET') return;
    response.discard();
    const what = `was answered out of a cache, ${age} s old: whatever stands before the service must keep no answers`;
    throw unexpected(what, { method, url: this.url(path), statusCode: response.status });
  }

  /** Waits for a place in the request's lane, which ends with the client. */
  async #place(request: ServiceRequest): Promise<() => void> {
    const { goesOn, lane, signal } = request;
    try {
      return await this.#places.take(lane, signal, goesOn);
    } catch (error) {
      throw this.#failure(isSyncServiceError(error) ? error : notSent(error), request, signal);
    }
  }

  #watched(
    response: HttpResponse,
    patience: Patience,
    request: ServiceRequest,
    end: () => void,
  ): ServiceResponse {
    const { status, headers } = response;
    const failure = (error: unknown): SyncServiceError => this.#failure(error, request, patience.signal);
    const body = new WatchedBody(response.body, patience, { over: end, failure });
    const discard = (): void => {
      end();
      response.discard();
    };
    return { status, headers, body, discard };
  }

  /** What an error while sending or while reading a body is for the caller. */
  #failure(error: unknown, request: ServiceRequest, signal: EndSignal | undefined): SyncServiceError {
    if (isSyncServiceError(error)) return error;
    const details = { method: request.method, url: this.url(request.path), cause: error };
    if (this.#closing.aborted) return new SyncServiceError('SYNC_CLOSED', 'The client is closed', details);
    return errorOfTransport(error, details, signal);
  }

  async #pause(delay: number, request: ServiceRequest, error: unknown): Promise<void> {
    const { clock } = this.seams;
    const ends = [request.signal, this.#closing];
    request.onPause?.(true);
    try {
      await endedWithin(clock, undefined, ends, (signal) => sleep(clock, delay, signal));
    } catch {
      throw error;
    } finally {
      request.onPause?.(false);
    }
  }
}

/** TLS may fail after a request was sent, too; that may have been done then, and is sent again only where it may be. */
function isIdentityRefused(error: unknown, { repeatable }: ServiceRequest): boolean {
  if (isSyncServiceError(error, 'SYNC_UNAUTHORIZED')) return true;
  return isSyncServiceError(error, 'SYNC_TLS') && (repeatable || wasNotSent(error));
}

function secondsToWait({ headers }: ServiceResponse): number | undefined {
  const seconds = Number(headers['retry-after']);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : undefined;
}
