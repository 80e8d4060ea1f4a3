import { isSyncServiceError, type SyncServiceClient } from '../../src/client';
import { type Clock, systemClock, type Timer } from '../../src/system/clock';
import { within } from '../../src/system/deadline';

/** In ms. The service forgets its hooks when it loses its store; registering a URL a second time changes nothing. */
const registerAgainAfter = 600_000;
const retryAfter = 30_000;
/** How long, in ms, deleting the hooks may delay the closing of the node. */
const farewell = 1_500;

type HookedService = Pick<SyncServiceClient, 'registerWebhook' | 'deleteWebhook'>;

interface DoorbellListener {
  /** Called from now on: what came before was not rung for. */
  onRegistered(): void;
  /** Told why the service does not call, or undefined when it does. */
  onChange(refused: string | undefined): void;
}

/** Has a service call a URL for some object types, until it is closed. */
export class Doorbell {
  #timer: Timer | undefined;
  #registering: Promise<void> = Promise.resolve();
  #closed = false;
  #refused: string | undefined;

  constructor(
    private readonly service: () => Promise<HookedService>,
    private objectTypes: readonly string[],
    private readonly url: string,
    private readonly listener: DoorbellListener,
    private readonly clock: Clock = systemClock,
  ) {}

  /** Has it call for these from now on, and for no others. */
  retarget(objectTypes: readonly string[]): void {
    const gone = this.objectTypes.filter((type) => !objectTypes.includes(type));
    this.objectTypes = objectTypes;
    this.#timer?.cancel();
    this.#registering = this.#registering.then(async () => {
      // Where that fails, what follows fails too, and tells why.
      const forgotten =
        gone.length > 0 && within(this.clock, farewell, [], (signal) => this.#forget(gone, signal));
      await Promise.allSettled([forgotten]);
      await this.#register();
    });
  }

  /** Ends the calls. What a service that is away does not hear leads to nothing: the path is not answered any more. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#timer?.cancel();
    await within(this.clock, farewell, [], (signal) => this.#deregister(signal)).catch(ignoreAbsence);
  }

  async #deregister(signal: AbortSignal): Promise<void> {
    await Promise.race([
      this.#registering,
      new Promise((resolve) => signal.addEventListener('abort', resolve)),
    ]);
    await this.#forget(this.objectTypes, signal);
  }

  async #forget(objectTypes: readonly string[], signal: AbortSignal): Promise<void> {
    const service = await this.service();
    await Promise.all(objectTypes.map((type) => service.deleteWebhook(type, this.url, { signal })));
  }

  async #register(): Promise<void> {
    if (this.#closed) return;
    let pause = registerAgainAfter;
    try {
      const service = await this.service();
      await within(this.clock, retryAfter, [], (signal) =>
        Promise.all(this.objectTypes.map((type) => service.registerWebhook(type, this.url, { signal }))),
      );
      this.#tell(undefined);
      if (!this.#closed) this.listener.onRegistered();
    } catch (error) {
      const lasting = isSyncServiceError(
        error,
        'SYNC_UNAUTHORIZED',
        'SYNC_REJECTED',
        'SYNC_INVALID_ARGUMENT',
      );
      if (!lasting) pause = retryAfter;
      this.#tell(error instanceof Error ? error.message : String(error));
    }
    if (this.#closed) return;
    // One that follows, since the object types have changed meanwhile, has a timer of its own.
    this.#timer?.cancel();
    const again = (): void => {
      this.#registering = this.#registering.then(() => this.#register());
    };
    this.#timer = this.clock.after(pause, again, { background: true });
  }

  #tell(refused: string | undefined): void {
    if (this.#closed || refused === this.#refused) return;
    this.#refused = refused;
    this.listener.onChange(refused);
  }
}

/** Registered again at the next start under the same URL, so that nothing piles up. */
function ignoreAbsence(error: unknown): void {
  if (!isSyncServiceError(error)) throw error;
}
