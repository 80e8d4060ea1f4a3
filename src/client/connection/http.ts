import type { ConnectionOptions } from './options';

/**
 * What the client asks of HTTP, and all of it: `transport.ts` gives it by undici, a simulation by a model of the
 * service. Nothing here knows retries, credentials or the service's paths, and nothing here keeps time: whoever asks
 * ends a request by its signal.
 */

/**
 * Requests of one lane never wait for connections of another: what hangs in one stops none of the others.
 * `question` has everything short that is none of the rest.
 */
export type Lane = 'poll' | 'question' | 'publish' | 'acknowledgement' | 'transfer';

export const lanes: readonly Lane[] = ['poll', 'question', 'publish', 'acknowledgement', 'transfer'];

export interface HttpRequest {
  lane: Lane;
  method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** From the service's `/api/v1` on, encoded, with its query. */
  path: string;
  headers: Record<string, string>;
  /** Sent once; whoever is asked for pieces lets go of them when the request has ended, however it did. */
  body?: string | Buffer | AsyncIterable<Uint8Array> | undefined;
  /** Ends the request, its answer's body included: both fail with the signal's reason. */
  signal: AbortSignal;
}

export interface HttpResponse {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string | string[] | undefined>;
  /** Read once, to its end, or discarded; an error is that of the connection. */
  body: AsyncIterable<Buffer>;
  /** Lets go of the body, read or not. */
  discard(): void;
}

/** The connections to one service. */
export interface Transport {
  /** Rejects with the connection's own error, whose `code` (ECONNRESET, UND_ERR_SOCKET, ...) tells the kind. */
  request(request: HttpRequest): Promise<HttpResponse>;
  /** New connections trust `ca` (PEM) beside what the options say; requests under way end on the old ones. */
  trust(ca: string): void;
  /** Ends what is under way and closes every connection. */
  close(): Promise<void>;
}

/** Makes the connections to the service that the options name; nothing is sent before the first request. */
export type OpenTransport = (options: ConnectionOptions, ca: string | undefined) => Transport;
