import type { CallOptions } from '../connection/options';
import type { Aside } from './rate';
import type { Progress } from './source';
import type { OnWait } from './waits';

export interface UploadOptions extends CallOptions {
  onProgress?: Progress | undefined;
  onWait?: OnWait | undefined;
  /** @internal Waited for before anything is sent. */
  onBegin?: (() => Promise<void>) | undefined;
  /** @internal Called right before each request: throws where it is not to be sent any more. */
  beforeRequest?: (() => void) | undefined;
  /** @internal Waits for hours and place of the transfer for one that holds something else, which it lets go of meanwhile. */
  aside?: Aside | undefined;
  /**
   * Sends data that is larger than a chunk in chunks, each repeated by itself; as the client's option says, unless given. Works
   * on a CSS that stores in MongoDB alone; elsewhere the data is sent whole after all.
   */
  inChunks?: boolean | undefined;
  /**
   * Sends the data in chunks of so many bytes, and not of 16 MiB. The CSS takes some memory for each chunk until it has put
   * them together: many small ones of a large model have felled it (edge-sync-service#121).
   */
  chunkSize?: number | undefined;
}
