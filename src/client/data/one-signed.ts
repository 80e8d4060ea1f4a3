import { Limiter } from '../../system/limiter';
import type { CallOptions } from '../connection/options';
import { isSyncServiceError, SyncServiceError } from '../errors';
import { type Aside, atOnce, type TransferRate } from './rate';
import type { UploadOptions } from './upload-options';

/** What a service answers when data that it was sent does not fit its signature. */
const signatureRefusal = /verif/i;

/**
 * Sends signed uploads one at a time: a CSS on MongoDB has mixed up those that it verified at the same time, and refused
 * them (edge-sync-service#156). One that waits for its hours, or for its place in the rate, lets the others pass.
 */
export class OneSigned {
  readonly #place = new Limiter(1);

  constructor(private readonly rate: TransferRate) {}

  /** @param publish sends all of it; called once more if the service finds that it does not fit its signature. */
  async send(
    size: number | undefined,
    publish: (aside: Aside) => Promise<void>,
    options: UploadOptions,
  ): Promise<void> {
    const { aside: outer = atOnce } = options;
    let leave = (): void => undefined;
    const aside: Aside = async (wait) => {
      leave();
      const waited = await outer(wait);
      leave = await this.#place.enter(options.signal);
      return waited;
    };
    try {
      leave = await this.#place.enter(options.signal);
      while (!this.rate.isOpenFor(size)) await aside(() => this.rate.opened(size, options));
      await publish(aside).catch((error: unknown) => {
        if (!isSignatureRefused(error)) throw error;
        return publish(aside);
      });
    } catch (error) {
      throw asAborted(error, options);
    } finally {
      leave();
    }
  }
}

/** The error for a caller that has aborted while it waited for its turn. */
export function asAborted(error: unknown, { signal }: CallOptions): unknown {
  if (isSyncServiceError(error) || !signal?.aborted) return error;
  return new SyncServiceError('SYNC_ABORTED', 'The upload was aborted', { cause: error });
}

function isSignatureRefused(error: unknown): boolean {
  if (isSyncServiceError(error, 'SYNC_SIGNATURE_INVALID')) return true;
  return isSyncServiceError(error) && error.statusCode === 500 && signatureRefusal.test(error.response ?? '');
}
