import type { CallOptions } from '../connection/options';
import type { Aside } from './rate';
import type { Progress } from './source';
import type { OnWait } from './waits';

export interface UploadOptions extends CallOptions {
  onProgress?: Progress | undefined;
  onWait?: OnWait | undefined;
  /** @internal Awaited before anything is sent. */
  onBegin?: (() => Promise<void>) | undefined;
  /** @internal Called right before each request: throws if it must not be sent any more. */
  beforeRequest?: (() => void) | undefined;
  /**
   * @internal For a caller that holds something else: waits for the hours and the place of the transfer, and releases it
   *   meanwhile.
   */
  aside?: Aside | undefined;
  /**
   * Sends data that is larger than a chunk in chunks, each repeated on its own; as the client's option says, unless
   * given. Works only on a CSS that stores in MongoDB; elsewhere the data is sent whole after all.
   */
  inChunks?: boolean | undefined;
  /**
   * Sends the data in chunks of this many bytes instead of 16 MiB. The CSS needs some memory for each chunk until it has
   * put them together: many small ones of a large model have crashed it (edge-sync-service#121).
   */
  chunkSize?: number | undefined;
}
