import type { Readable } from 'node:stream';

/**
 * What the client asks of HTTP, and all of it: `transport.ts` gives it by undici, a simulation by a model of the
 * service. Nothing here knows sockets, retries or the service's paths.
 */

/**
 * Requests of one lane never wait for connections of another: what hangs in one stops none of the others.
 * `question` has everything short that is none of the rest.
 */
export type Lane = 'poll' | 'question' | 'publish' | 'acknowledgement' | 'transfer';

export interface HttpRequest {
  lane: Lane;
  method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** From the service's `/api/v1` on, encoded, with its query. */
  path: string;
  headers: Record<string, string>;
  body?: string | Buffer | Readable | undefined;
  /** Ends the request, its answer's body included. */
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
  /** Ends what is under way and closes every connection. */
  close(): Promise<void>;
}
