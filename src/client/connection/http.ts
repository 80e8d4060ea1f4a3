import type { EndSignal } from '../../system/ending';
import type { ConnectionOptions } from './options';

/**
 * What the client asks of HTTP, and all of it: `transport.ts` gives it by undici and node:http, a simulation by a
 * model of the service. Nothing here knows retries, credentials or the service's paths, and nothing here keeps time:
 * whoever asks ends a request by its signal.
 */

/**
 * Requests of one lane never wait for connections of another: what hangs in one stops none of the others.
 * `question` has everything short that is none of the rest.
 */
export type Lane = 'poll' | 'question' | 'publish' | 'acknowledgement' | 'transfer';

export const lanes: readonly Lane[] = ['poll', 'question', 'publish', 'acknowledgement', 'transfer'];

/** How many requests of a lane a transport has under way at a time: whoever has more lets them wait before. */
export const connectionsPerLane = 16;

/** A service that has sent more 1xx answers than this to one request will not answer it. */
export const mostInformational = 20;

export interface HttpRequest {
  lane: Lane;
  method: 'GET' | 'PUT' | 'POST' | 'DELETE';
  /** From the service's `/api/v1` on, encoded, with its query. */
  path: string;
  headers: Record<string, string>;
  /** Sent once. Each piece is sent before the next is asked for; the iteration is ended however the request ends. */
  body?: string | Buffer | AsyncIterable<Uint8Array> | undefined;
  /**
   * How many bytes of the answer's body are taken into memory, however slow its reader is; more is an error. Without
   * it the body may have any size, and a slow reader holds the service back.
   */
  limit?: number | undefined;
  /** Ends the request, its answer's body included: both fail with the signal's reason. */
  signal: EndSignal;
}

export interface HttpResponse {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string | string[] | undefined>;
  /** Read once, to its end, or discarded; an error is that of the connection. Its pieces are the reader's own. */
  body: AsyncIterable<Buffer>;
  /** Lets go of the body, read or not; where it has not ended, its connection goes with it. */
  discard(): void;
}

/** The connections to one service. */
export interface Transport {
  /**
   * Rejects with the connection's own error, whose `code` (ECONNRESET, UND_ERR_SOCKET, ...) tells the kind; with a
   * NotSentError where it is known that nothing has reached the service.
   */
  request(request: HttpRequest): Promise<HttpResponse>;
  /** New connections trust `ca` (PEM) beside what the options say; requests under way end on the old ones. */
  trust(ca: string): void;
  /** Ends what is under way and closes every connection. */
  close(): Promise<void>;
}

/** Makes the connections to the service that the options name; nothing is sent before the first request. */
export type OpenTransport = (options: ConnectionOptions, ca: string | undefined) => Transport;

/** No connection was made for a request, or it was ended before: nothing of it was sent. */
export class NotSentError extends Error {
  override readonly name = 'NotSentError';

  /** @param code of what stood in the way. */
  constructor(
    readonly code: string,
    message: string,
    cause: unknown,
  ) {
    super(message, { cause });
  }
}

/** The error of a request that its signal has ended. */
export function reasonOf({ reason }: EndSignal): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}

/** The error of a request that was ended before it was sent. */
export function notSent(reason: unknown): NotSentError {
  return new NotSentError('ABORT_ERR', 'ended before it was sent', reason);
}

/** Codes of errors that lie in what a connection carries, not in the connection. */
export const bodyTooLarge = 'EDGE_SYNC_BODY_TOO_LARGE';
export const bodyLengthMismatch = 'EDGE_SYNC_BODY_LENGTH_MISMATCH';

/** An error by itself: Node.js tries several addresses of a host, and wraps what they answered in an error without a message. */
export function firstOf(thrown: unknown): Error {
  if (thrown instanceof AggregateError && thrown.errors[0] instanceof Error) return thrown.errors[0];
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** An error with a code, as those of Node.js have it. */
export function codedError(code: string, message: string): NodeJS.ErrnoException {
  return Object.assign(new Error(message), { code });
}
