import { setMaxListeners } from 'node:events';
import { isSyncServiceError, SyncServiceError } from '../errors';

export type ServiceKind = 'CSS' | 'ESS';

/**
 * Compares the kind of the service with what the client was made for, before the first request and again after the
 * service could not be reached: the paths of the one answer 404 on the other, which looks like "nothing new" for ever.
 */
export class KindCheck {
  #asked: Promise<void> | undefined;

  /** @param ask asks the service for its kind; its failure is the failure of whatever wanted to be sent. */
  constructor(
    private readonly expected: ServiceKind,
    private readonly ask: () => Promise<string>,
  ) {}

  /** Resolves once the kind is known to be right; at once where it was asked before. */
  async ensure(signal: AbortSignal | undefined): Promise<void> {
    this.#asked ??= this.now().catch((error: unknown) => {
      this.#asked = undefined;
      throw error;
    });
    await unlessAborted(this.#asked, signal);
  }

  /** @throws SyncServiceError SYNC_WRONG_SERVICE_KIND. */
  async now(): Promise<void> {
    const kind = await this.ask();
    if (kind === this.expected) return;
    const advice = kind === 'ESS' ? 'leave the organization out' : 'set the organization';
    throw new SyncServiceError(
      'SYNC_WRONG_SERVICE_KIND',
      `The service is ${kind === 'ESS' ? 'an' : 'a'} ${kind}: ${advice}`,
    );
  }

  /** A request failed: after one that found nobody, or somebody else, another service may listen there. */
  failed(error: unknown): void {
    if (isSyncServiceError(error, ...foundNobody)) this.#asked = undefined;
  }
}

const foundNobody = ['SYNC_UNREACHABLE', 'SYNC_TLS', 'SYNC_TIMEOUT', 'SYNC_UNEXPECTED_RESPONSE'] as const;

/** The question is shared: one caller's abort must not end it for the others. */
async function unlessAborted(asked: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
  if (!signal) return asked;
  let onAbort: () => void = () => undefined;
  const aborted = new Promise<void>((resolve) => {
    onAbort = resolve;
    // A caller may end hundreds of requests by one signal: that is no leak.
    setMaxListeners(0, signal);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) resolve();
  });
  // The request that follows sees the abort itself and names it.
  await Promise.race([asked, aborted]).finally(() => signal.removeEventListener('abort', onAbort));
}
