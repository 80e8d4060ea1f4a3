import type { EndSignal } from '../../system/ending';
import type { HttpRequest, HttpResponse, Lane } from './http';

/** What is asked of the service, before anything is known of how it travels. */
export interface ServiceRequest {
  lane: Lane;
  method: HttpRequest['method'];
  /** From `/api/v1` on, encoded, with its query. */
  path: string;
  /** A part of the request that no error may show, though the service may repeat it. */
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
  /** It goes on with what another request of its lane has begun: see Places. */
  goesOn?: boolean;
  /** Sent before it is known what kind of service listens: this is how that is found out. */
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
