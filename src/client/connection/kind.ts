import { allowManyListeners, type EndSignal } from '../../system/ending';
import { isSyncServiceError, SyncServiceError } from '../errors';

/** A Cloud Sync Service or an Edge Sync Service. */
export type ServiceKind = 'CSS' | 'ESS';

/** Whether a value is the health of a sync service: something else that listens there may answer with JSON, too. */
export function isHealth(value: unknown): boolean {
  const { general } = (value ?? {}) as { general?: unknown };
  const { nodeType } = (general ?? {}) as { nodeType?: unknown };
  return nodeType === 'CSS' || nodeType === 'ESS';
}

/** Whether a service with this health is of that kind. */
export function isOfKind(health: unknown, kind: ServiceKind): boolean {
  return isHealth(health) && (health as { general: { nodeType: unknown } }).general.nodeType === kind;
}

/**
 * Compares the kind of the service with what the client was made for, before the first request and again after the
 * service could not be reached: the paths of the one answer 404 on the other, which looks like "nothing new" for ever.
 */
export class KindCheck {
  #asked: Promise<void> | undefined;
  #isKnown = false;

  /** @param ask asks the service for its kind; its failure is the failure of whatever wanted to be sent. */
  constructor(
    private readonly expected: ServiceKind,
    private readonly ask: () => Promise<string>,
  ) {}

  /** Whether the kind is known to be right, so that a request need not wait for the answer. */
  get isKnown(): boolean {
    return this.#isKnown;
  }

  /** Resolves once the kind is known to be right; at once where it was asked before. */
  async ensure(signal: EndSignal | undefined): Promise<void> {
    this.#asked ??= this.#ask();
    await unlessAborted(this.#asked, signal);
  }

  #ask(): Promise<void> {
    const asked = this.now().then(
      () => {
        // Unless a request failed meanwhile: then it is asked again.
        if (this.#asked === asked) this.#isKnown = true;
      },
      (error: unknown) => {
        this.#asked = undefined;
        throw error;
      },
    );
    return asked;
  }

  /** @throws SyncServiceError SYNC_WRONG_SERVICE_KIND. */
  async now(): Promise<void> {
    const kind = await this.ask();
    if (kind === this.expected) return;
    // Whatever is sent next finds out first whether the right one is there again.
    this.#asked = undefined;
    this.#isKnown = false;
    const advice = kind === 'ESS' ? 'leave the organization out' : 'set the organization';
    throw new SyncServiceError(
      'SYNC_WRONG_SERVICE_KIND',
      `The service is ${kind === 'ESS' ? 'an' : 'a'} ${kind}: ${advice}`,
    );
  }

  /** A request failed. Where it found nobody, or somebody else, another service may listen there by now. */
  failed(error: unknown): void {
    if (!isSyncServiceError(error, ...foundNobody)) return;
    this.#asked = undefined;
    this.#isKnown = false;
  }
}

const foundNobody = ['SYNC_UNREACHABLE', 'SYNC_TLS', 'SYNC_TIMEOUT', 'SYNC_UNEXPECTED_RESPONSE'] as const;

/** The question is shared: one caller's abort must not end it for the others. */
async function unlessAborted(asked: Promise<void>, signal: EndSignal | undefined): Promise<void> {
  if (!signal) return asked;
  let onAbort: () => void = () => undefined;
  const aborted = new Promise<void>((resolve) => {
    onAbort = resolve;
    allowManyListeners(signal);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) resolve();
  });
  // The request that follows sees the abort itself and names it.
  await Promise.race([asked, aborted]).finally(() => signal.removeEventListener('abort', onAbort));
}
