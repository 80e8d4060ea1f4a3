import type { EndSignal } from '../../system/ending';
import type { HttpRequest, HttpResponse, Lane } from './http';

/** What is asked of the service, before anything is known of how it travels. */
export interface ServiceRequest {
  lane: Lane;
  method: HttpRequest['method'];
  /** From `/api/v1` on, encoded, with its query. */
  path: string;
  /** What it sends and the service may repeat, and nobody is to read. */
  secret?: string | undefined;
  /** Makes the body anew for each attempt: a stream can be sent once only, and a spent one would upload nothing. */
  body?: (() => NonNullable<HttpRequest['body']>) | undefined;
  headers?: Record<string, string>;
  signal?: EndSignal | undefined;
  /** Whether the request may be sent again when it is not known to have arrived. */
  repeatable: boolean;
  /** Told before it is sent again after a try that may have arrived. */
  onRepeat?: (() => void) | undefined;
  /** Told when it begins to wait before it is sent again, and when that is over. */
  onPause?: ((isPaused: boolean) => void) | undefined;
  /** How many bytes an answer may have that is taken into memory; without it, it may have any size. */
  limit?: number | undefined;
  /** It may take as long as bytes pass (lists, data); without it, it has to be over in half a minute. */
  long?: boolean;
  /** It follows another of its lane, and ends with that what was begun: see Places. */
  goesOn?: boolean;
  /** Sent while it is not known yet what kind of service listens: it is how one asks. */
  unchecked?: boolean;
}

/** The answer to it: read it, or let go of it. */
export interface ServiceResponse {
  status: number;
  headers: HttpResponse['headers'];
  /** Fails with a SyncServiceError. */
  body: AsyncIterable<Buffer>;
  discard(): void;
}
