import type { ObjectMetadata } from '../../protocol/metadata';
import type { SyncServiceError } from '../errors';
import type { ObjectReference } from '../objects/names';
import type { Acknowledgement, AcknowledgeOutcome } from './acknowledge';
import type { Feed } from './feed';
import { Inflight, type ObjectUpdate } from './inflight';

export type { ObjectUpdate } from './inflight';

export interface ReceiverOptions {
  /** Between two polls, in ms. Receivers of one type share the shortest. */
  interval?: number;
  /** How many unacknowledged objects may be in the flow. */
  window?: number;
  /** In ms. */
  redeliverAfter?: number;
  maxAttempts?: number;
  /** Whether the first poll brings what was marked received before; defaults to true. */
  includeReceived?: boolean;
  /** Objects that are not accepted are left alone: neither handed out nor waited for. */
  accepts?: (object: ObjectMetadata) => boolean;
  onExhausted?: (object: ObjectMetadata, attempts: number) => void;
}

export interface ReceiverState {
  phase: 'connecting' | 'connected' | 'full' | 'backing-off' | 'closed';
  /** When a poll last succeeded, in ms since 1970. */
  lastSuccess?: number;
  /** When the next poll is due. */
  nextPoll?: number;
  /** Why the last poll failed. */
  error?: SyncServiceError;
  inFlight: number;
  exhausted: number;
}

/** The updates of one object type for one reader, in its own window. Iterate it, acknowledge, and close it. */
export class UpdateReceiver implements AsyncIterable<ObjectUpdate> {
  /** Between two polls, in ms. */
  readonly interval: number;
  /** @internal For the feed. */
  readonly includeReceived: boolean;
  /** @internal For the feed. */
  readonly inflight: Inflight;
  readonly #accepts: (object: ObjectMetadata) => boolean;
  #closed = false;
  #wake: () => void = () => undefined;
  #stateListeners = new Set<(state: ReceiverState) => void>();

  constructor(
    private readonly feed: Feed,
    options: ReceiverOptions,
  ) {
    this.interval = options.interval ?? 5_000;
    this.includeReceived = options.includeReceived ?? true;
    this.#accepts = options.accepts ?? (() => true);
    this.inflight = new Inflight(
      {
        window: options.window ?? 32,
        redeliverAfter: options.redeliverAfter ?? 300_000,
        maxAttempts: options.maxAttempts ?? 5,
      },
      (object, attempts) => {
        options.onExhausted?.(object, attempts);
      },
    );
  }

  get objectType(): string {
    return this.feed.objectType;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get state(): ReceiverState {
    const feed = this.feed.state;
    const full = feed.phase === 'connected' && this.inflight.full;
    return {
      ...feed,
      phase: this.#closed ? 'closed' : full ? 'full' : feed.phase,
      inFlight: this.inflight.count('handed'),
      exhausted: this.inflight.count('resting'),
    };
  }

  /** @returns a function that ends the listening. */
  onState(listener: (state: ReceiverState) => void): () => void {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  }

  /** Polls now: something has changed at the service. */
  ring(): void {
    this.feed.ring();
  }

  /** Work on the object goes on: it is not handed out again meanwhile. */
  renew(object: ObjectReference): void {
    this.inflight.renew(object.objectID, Date.now());
  }

  /**
   * Asks for an object's acknowledgement; it goes out once all receivers that were told of this version have asked.
   *
   * @throws SyncServiceError when the service refuses it.
   */
  acknowledge(
    object: ObjectReference & Partial<ObjectMetadata>,
    how: Acknowledgement = 'consumed',
    options: { checkVersion?: boolean } = {},
  ): Promise<AcknowledgeOutcome> {
    return this.feed.acknowledge(this, object, how, options);
  }

  /** Ends the iteration. What was not acknowledged stays listed at the service. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.feed.leave(this);
    this.stateChanged();
  }

  /** @internal For the feed. */
  offer(listing: readonly ObjectMetadata[]): void {
    this.inflight.offer(listing.filter(this.#accepts));
  }

  /** @internal For the feed. */
  offerReceived(listing: readonly ObjectMetadata[]): void {
    this.inflight.offerReceived(listing.filter(this.#accepts));
  }

  /** @internal For the feed: something may be ready to be taken, or has another state. */
  stateChanged(): void {
    this.#wake();
    const { state } = this;
    for (const listener of this.#stateListeners) listener(state);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ObjectUpdate> {
    try {
      while (!this.#closed) {
        const update = this.inflight.take(Date.now());
        if (update) {
          if (this.inflight.full) this.stateChanged();
          yield update;
        } else await this.#untilSomethingHappens();
      }
    } finally {
      this.close();
    }
  }

  async #untilSomethingHappens(): Promise<void> {
    const due = this.inflight.nextDue();
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (due !== undefined) timer = setTimeout(resolve, Math.max(1, due - Date.now()));
      if (this.#closed) resolve();
    });
    clearTimeout(timer);
  }
}
