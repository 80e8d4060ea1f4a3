import type { ObjectMetadata } from '../../protocol/metadata';
import { isSyncServiceError, SyncServiceError } from '../errors';
import type { ObjectReference } from '../objects/names';
import { type Acknowledgement, type AcknowledgeOutcome, acknowledgeSafely } from './acknowledge';
import type { ReceiverState, UpdateReceiver } from './receiver';
import { type UpdateSource, versionOf } from './source';

/** How long one poll may take, in ms. */
const pollLimit = 30_000;
const firstBackOff = 500;
const longestBackOff = 60_000;

interface JointAcknowledgement {
  readonly outcome: Promise<AcknowledgeOutcome>;
  readonly askers: Set<UpdateReceiver>;
  start(): void;
}

type FeedState = Omit<ReceiverState, 'inFlight' | 'exhausted'>;

/** Polls one object type for all its receivers, from the first that joins until the last has left. */
export class Feed {
  readonly #receivers = new Set<UpdateReceiver>();
  readonly #newcomers = new Set<UpdateReceiver>();
  readonly #waitingForAll = new Map<string, JointAcknowledgement>();
  readonly #closing = new AbortController();
  #state: FeedState = { phase: 'connecting' };
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;
  #polling = false;
  #rung = false;

  constructor(
    readonly objectType: string,
    private readonly source: UpdateSource,
    private readonly onEmpty: (feed: Feed) => void,
  ) {}

  get state(): FeedState {
    return this.#state;
  }

  join(receiver: UpdateReceiver): void {
    this.#receivers.add(receiver);
    this.#newcomers.add(receiver);
    this.ring();
  }

  leave(receiver: UpdateReceiver): void {
    this.#receivers.delete(receiver);
    this.#newcomers.delete(receiver);
    for (const joint of this.#waitingForAll.values()) joint.start();
    if (this.#receivers.size === 0) this.close();
  }

  /** Polls now; a ring during a poll is followed by another poll, since it may be about what that one just missed. */
  ring(): void {
    if (this.#polling) this.#rung = true;
    else this.#schedule(0);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#closing.abort();
    this.onEmpty(this);
    for (const receiver of this.#receivers) receiver.close();
  }

  /** See UpdateReceiver.acknowledge. */
  acknowledge(
    asker: UpdateReceiver,
    object: ObjectReference & Partial<ObjectMetadata>,
    how: Acknowledgement,
    options: { checkVersion?: boolean },
  ): Promise<AcknowledgeOutcome> {
    const key = `${object.objectID} ${versionOf({ instanceID: object.instanceID ?? '', deleted: object.deleted ?? false })}`;
    const joint = this.#waitingForAll.get(key) ?? this.#joint(key, object, how, options);
    joint.askers.add(asker);
    asker.inflight.acknowledging(object);
    asker.stateChanged();
    joint.start();
    return joint.outcome;
  }

  #joint(
    key: string,
    object: ObjectReference & Partial<ObjectMetadata>,
    how: Acknowledgement,
    options: { checkVersion?: boolean },
  ): JointAcknowledgement {
    let begin: () => void = () => undefined;
    const askers = new Set<UpdateReceiver>();
    const outcome = new Promise<void>((resolve) => {
      begin = resolve;
    }).then(() => this.#acknowledgeFor(askers, object, how, options));
    const start = (): void => {
      const others = Array.from(this.#receivers).filter((receiver) => !askers.has(receiver));
      if (others.some((receiver) => receiver.inflight.awaits(object as ObjectMetadata))) return;
      this.#waitingForAll.delete(key);
      begin();
    };
    const joint = { outcome, askers, start };
    this.#waitingForAll.set(key, joint);
    return joint;
  }

  async #acknowledgeFor(
    askers: ReadonlySet<UpdateReceiver>,
    object: ObjectReference & Partial<ObjectMetadata>,
    how: Acknowledgement,
    options: { checkVersion?: boolean },
  ): Promise<AcknowledgeOutcome> {
    try {
      const outcome = await acknowledgeSafely(this.source, object, how, options);
      const acknowledged = outcome !== 'superseded' && outcome !== 'gone';
      for (const { inflight } of askers) inflight.settled(object.objectID, acknowledged);
      if (!acknowledged) this.ring();
      return outcome;
    } catch (error) {
      for (const { inflight } of askers) inflight.failed(object.objectID, Date.now());
      throw error;
    } finally {
      this.#announce();
    }
  }

  #schedule(delay: number): void {
    clearTimeout(this.#timer);
    if (this.#closing.signal.aborted) return;
    this.#timer = setTimeout(() => void this.#poll(), delay);
  }

  async #poll(): Promise<void> {
    this.#polling = true;
    this.#rung = false;
    try {
      await this.#listForAll();
      this.#failures = 0;
      this.#state = { phase: 'connected', lastSuccess: Date.now() };
    } catch (error) {
      this.#failures += 1;
      const { lastSuccess } = this.#state;
      this.#state = {
        phase: 'backing-off',
        error: asServiceError(error),
        ...(lastSuccess !== undefined && { lastSuccess }),
      };
    }
    this.#polling = false;
    if (this.#closing.signal.aborted) return;
    const delay = this.#rung && this.#failures === 0 ? 0 : this.#delay();
    this.#state = { ...this.#state, nextPoll: Date.now() + delay };
    this.#schedule(delay);
    this.#announce();
  }

  async #listForAll(): Promise<void> {
    const signal = AbortSignal.any([this.#closing.signal, AbortSignal.timeout(pollLimit)]);
    const listing = await this.source.listUpdates(this.objectType, { signal });
    for (const receiver of this.#receivers) receiver.offer(listing);
    const newcomers = Array.from(this.#newcomers).filter(({ includeReceived }) => includeReceived);
    this.#newcomers.clear();
    if (newcomers.length > 0) {
      const received = await this.source.listUpdates(this.objectType, { signal, received: true });
      for (const newcomer of newcomers) newcomer.offerReceived(received);
    }
  }

  /** In ms: the shortest interval of the receivers; after failures longer and longer, and not at the same time as others. */
  #delay(): number {
    const interval = Math.min(...Array.from(this.#receivers, (receiver) => receiver.interval));
    if (this.#failures === 0) return interval;
    const ceiling = Math.min(longestBackOff, firstBackOff * 2 ** Math.min(this.#failures, 10));
    return ceiling / 2 + (Math.random() * ceiling) / 2;
  }

  #announce(): void {
    for (const receiver of this.#receivers) receiver.stateChanged();
  }
}

function asServiceError(error: unknown): SyncServiceError {
  if (isSyncServiceError(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new SyncServiceError('SYNC_UNEXPECTED_RESPONSE', `The poll failed: ${message}`, { cause: error });
}
