import { Limiter } from '../../system/limiter';
import type { CallOptions } from '../connection/options';
import { isSyncServiceError, SyncServiceError } from '../errors';
import { type Aside, atOnce, type TransferRate } from './rate';
import type { UploadOptions } from './upload-options';

/** What a service answers that finds another signature of data that it was sent. */
const signatureRefusal = /verif/i;

/**
 * A CSS on MongoDB has mixed up uploads that it verified at once, and refused them (edge-sync-service#156): one at a time. What
 * waits for its hours, or for its place in the rate, lets the others pass.
 */
export class OneSigned {
  readonly #place = new Limiter(1);

  constructor(private readonly rate: TransferRate) {}

  /** @param publish sends all of it; once more where the service finds another signature. */
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

/** Whoever has changed his mind while he waited for his turn hears of that. */
export function asAborted(error: unknown, { signal }: CallOptions): unknown {
  if (isSyncServiceError(error) || !signal?.aborted) return error;
  return new SyncServiceError('SYNC_ABORTED', 'The upload was aborted', { cause: error });
}

function isSignatureRefused(error: unknown): boolean {
  if (isSyncServiceError(error, 'SYNC_SIGNATURE_INVALID')) return true;
  return isSyncServiceError(error) && error.statusCode === 500 && signatureRefusal.test(error.response ?? '');
}
