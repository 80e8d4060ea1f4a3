import type { Clock, Timer } from '../../system/clock';
import { Listeners } from '../../system/listeners';
import { traced } from '../tracing';
import { type Acknowledgement, type AcknowledgeOutcome, checkedAcknowledgement } from './acknowledgement';
import { faultOf } from './fault';
import type { InHand } from './in-hand';
import type { ObjectUpdate } from './object-update';
import type { ReceiverHost } from './receiver-host';
import { type AcknowledgeOptions, checkPause, type ReceiverState } from './receiver-options';
import { type ObjectInFlow, versionIn } from './version';

/** The updates of one object type for one reader, with a window of its own. Iterate it, acknowledge, and close it. */
export class UpdateReceiver implements AsyncIterable<ObjectUpdate> {
  #closed = false;
  /** Readers that wait for the next update. */
  readonly #waiting = new Set<() => void>();
  #alarm: { due: number; timer: Timer } | undefined;
  readonly #stateListeners = new Listeners<ReceiverState>('the state of a receiver');

  /** @internal Made by pollForUpdates. */
  constructor(
    readonly name: string,
    /** Only observes. */
    readonly observes: boolean,
    private readonly host: ReceiverHost,
    private readonly inHand: InHand,
    private readonly clock: Clock,
  ) {}

  get objectType(): string {
    return this.host.objectType;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get state(): ReceiverState {
    const poll = this.host.pollState;
    const full = poll.phase === 'connected' && !this.observes && this.inHand.handOut.full;
    return {
      ...poll,
      phase: this.#closed ? 'closed' : full ? 'full' : poll.phase,
      inFlight: this.inHand.handOut.inFlow,
      acknowledging: this.inHand.count('acknowledging'),
      exhausted: this.inHand.count('resting'),
    };
  }

  /** @returns a function that removes the listener. */
  onState(listener: (state: ReceiverState) => void): () => void {
    return this.#stateListeners.add(listener);
  }

  /** Polls now: something has changed at the service. */
  ring(): void {
    this.host.ring();
  }

  /**
   * Asks to acknowledge an object, which happens once all receivers that were told of this version have asked. The
   * client takes care of it from here on: it keeps asking while the service is away, and no attempt is spent.
   *
   * @throws SyncServiceError when the service refuses it for good.
   */
  async acknowledge(
    object: ObjectInFlow,
    how: Acknowledgement = 'consumed',
    options: AcknowledgeOptions = {},
  ): Promise<AcknowledgeOutcome> {
    return traced('acknowledge', object, () =>
      this.host.acknowledge(this.name, object, checkedAcknowledgement(how), options),
    );
  }

  /** Work on the object goes on: it is not handed out again meanwhile. */
  renew(object: ObjectInFlow): void {
    this.inHand.handOut.renew(object.objectID, versionIn(object));
  }

  /**
   * Lets go of an object that could not be processed: a newer version comes at once, the same one after a growing pause
   * that starts at 10 s. It costs an attempt, unless the error's code is one of the service or the connection.
   */
  release(object: ObjectInFlow, error?: Error): void {
    this.inHand.handOut.release(object.objectID, versionIn(object), faultOf(error), error);
    this.#saidSo();
  }

  /**
   * Asks for the object again after `after` ms, or for a newer version at once; it costs no attempt, and takes no place
   * meanwhile.
   *
   * @throws SyncServiceError SYNC_INVALID_ARGUMENT for an invalid time.
   */
  giveBack(object: ObjectInFlow, after: number): void {
    checkPause(after);
    this.inHand.handOut.giveBack(object.objectID, versionIn(object), after);
    this.#saidSo();
  }

  /** Rejects this version: the object rests until it changes. */
  reject(object: ObjectInFlow): void {
    this.inHand.handOut.reject(object.objectID, versionIn(object));
    this.#saidSo();
  }

  /** Forgets the attempts and rests of one object, or of all: what rests is handed out again. */
  tryAgain(objectID?: string): void {
    this.inHand.handOut.tryAgain(objectID);
    this.#saidSo();
  }

  /**
   * Ends the iteration. What was not acknowledged stays listed at the service, and has cost no attempt.
   *
   * @param options.returning whether a receiver of this name will come back: until then, but at most for
   *   `redeliverAfter`, acknowledgements wait for it as they do for this one.
   */
  close(options: { returning?: boolean } = {}): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#alarm?.timer.cancel();
    this.inHand.handOut.takeBack();
    this.host.leave(this, options.returning ?? false);
    this.stateChanged();
  }

  /** @internal For the feed: something may be ready to be taken, or has another state. */
  stateChanged(): void {
    this.#wake();
    if (!this.#stateListeners.isEmpty) this.#stateListeners.tell(this.state);
  }

  /** The updates in batches of what may be handed out at once; one write to the journal serves a whole batch. */
  async *batches(): AsyncGenerator<ObjectUpdate[]> {
    yield* this.#updates(Number.POSITIVE_INFINITY);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ObjectUpdate> {
    for await (const batch of this.#updates(1)) yield* batch;
  }

  async *#updates(most: number): AsyncGenerator<ObjectUpdate[]> {
    try {
      while (!this.#closed) {
        const batch = this.#take(most);
        if (batch.length === 0) {
          await this.#untilSomethingHappens();
          continue;
        }
        await this.host.written();
        if (this.#closed) return;
        const tellsState = !this.#stateListeners.isEmpty && this.state.phase === 'full';
        if (tellsState) this.#stateListeners.tell(this.state);
        yield batch;
      }
    } finally {
      this.close();
    }
  }

  #take(most: number): ObjectUpdate[] {
    const { handOut, listed } = this.inHand;
    listed.wake();
    const batch: ObjectUpdate[] = [];
    while (batch.length < most) {
      const update = this.observes ? handOut.look() : handOut.take();
      if (!update) break;
      batch.push(update);
    }
    if (handOut.needsList) this.host.wantList();
    return batch;
  }

  async #untilSomethingHappens(): Promise<void> {
    // The application may have closed it from a callback made while the next update was looked for.
    if (this.#closed) return;
    await new Promise<void>((resolve) => {
      this.#waiting.add(resolve);
      this.#arm();
    });
  }

  /** An alarm that goes off early enough is kept: readers wake for many other reasons, and new timers are costly. */
  #arm(): void {
    const due = this.inHand.handOut.nextDue();
    if (due === undefined || (this.#alarm && this.#alarm.due <= due)) return;
    this.#alarm?.timer.cancel();
    const timer = this.clock.after(Math.max(1, due - this.clock.elapsed()), () => {
      this.#alarm = undefined;
      this.#wake();
    });
    this.#alarm = { due, timer };
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }

  #saidSo(): void {
    this.host.reconsider();
    this.stateChanged();
  }
}
