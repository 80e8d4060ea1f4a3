import type { Journal } from '../../storage/journal';
import type { Clock } from '../../system/clock';
import { within } from '../../system/deadline';
import { Limiter } from '../../system/limiter';
import type { Random } from '../../system/random';
import { connectionsPerLane } from '../connection/http';
import type { CallOptions } from '../connection/options';
import { SyncServiceError } from '../errors';
import { acknowledgeDirectly } from './acknowledge-directly';
import type { Acknowledgement, AcknowledgeOutcome } from './acknowledgement';
import { Feed } from './feed';
import { ReceivingMemory } from './memory';
import type { UpdateReceiver } from './receiver';
import { type AcknowledgeOptions, checkReceiverOptions, type ReceiverOptions } from './receiver-options';
import { Renewals } from './renewals';
import type { UpdateSource } from './source';
import type { ObjectInFlow } from './version';

export interface FeedsTools {
  clock: Clock;
  random: Random;
  journal: Journal;
  /** Called once, when something could not be written to the journal. */
  onForgetful: (error: unknown) => void;
}

/** The feeds of one client: at most one for an object type. */
export class Feeds {
  readonly #byType = new Map<string, Feed>();
  readonly #memory: ReceivingMemory;
  /** As many at once as there are connections, so that none waits for a connection while its patience runs out. */
  readonly #limiter = new Limiter(connectionsPerLane);
  readonly #closing = new AbortController();
  readonly #renewals: Renewals<ObjectInFlow>;

  constructor(
    private readonly source: UpdateSource,
    private readonly tools: FeedsTools,
  ) {
    this.#memory = new ReceivingMemory(tools.journal, tools.onForgetful);
    this.#renewals = new Renewals(tools.clock, (object) => this.renew(object));
    // What was asked for before a restart goes on, even if nobody reads the type.
    for (const objectType of this.#memory.acknowledgements.objectTypes()) this.#open(objectType);
  }

  /** @throws SyncServiceError SYNC_CLOSED, or SYNC_INVALID_ARGUMENT for invalid options. */
  receiver(objectType: string, options: ReceiverOptions): UpdateReceiver {
    if (this.#closing.signal.aborted) throw new SyncServiceError('SYNC_CLOSED', 'The client is closed');
    checkReceiverOptions(options);
    return (this.#byType.get(objectType) ?? this.#open(objectType)).join(options);
  }

  /** The receivers of one type, or of all. */
  receivers(objectType?: string): UpdateReceiver[] {
    if (objectType === undefined) return this.#all().flatMap((feed) => feed.receivers());
    return this.#byType.get(objectType)?.receivers() ?? [];
  }

  /** Renews the object at every receiver that has it. */
  renew(object: ObjectInFlow): void {
    for (const receiver of this.receivers(object.objectType)) receiver.renew(object);
  }

  /**
   * Does some work on an object, which is not handed out again meanwhile: however slow the service is, this costs no
   * attempt.
   */
  async during<T>(
    { deleted, instanceID, objectID, objectType }: ObjectInFlow,
    work: () => Promise<T>,
  ): Promise<T> {
    if (!this.#byType.has(objectType)) return work();
    const version = instanceID === undefined ? {} : { instanceID, deleted: deleted ?? false };
    const end = this.#renewals.begin({ objectType, objectID, ...version });
    try {
      return await work();
    } finally {
      end();
    }
  }

  /** The same for the pieces of a stream: the object is not handed out again while its reader waits for a piece. */
  async *duringReads<Piece>(object: ObjectInFlow, pieces: AsyncGenerator<Piece>): AsyncGenerator<Piece> {
    try {
      for (;;) {
        const { done, value } = await this.during(object, () => pieces.next());
        if (done) return;
        yield value;
      }
    } finally {
      await pieces.return(undefined);
    }
  }

  /** See SyncServiceClient.waitedFor. */
  waits(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const name of this.#all().flatMap((feed) => feed.waits()))
      counts.set(name, (counts.get(name) ?? 0) + 1);
    return counts;
  }

  loseAbsent(): void {
    for (const feed of this.#all()) feed.loseAbsent();
  }

  /** Acknowledges for the receiver that has the object in hand or, if none has, directly: see the client. */
  async acknowledge(
    object: ObjectInFlow,
    how: Acknowledgement,
    options: AcknowledgeOptions & CallOptions & { receiver?: string | undefined },
  ): Promise<AcknowledgeOutcome> {
    const feed = this.#byType.get(object.objectType);
    if (!feed) return this.#acknowledgeDirectly(object, how, options);
    return feed.acknowledge(options.receiver, object, how, options);
  }

  /**
   * Says something about an object on behalf of the receiver that has it in hand: the named one, or else another.
   *
   * @returns false if none has it.
   */
  say(object: ObjectInFlow, receiver: string | undefined, word: (to: UpdateReceiver) => void): boolean {
    return this.#byType.get(object.objectType)?.say(receiver, object, word) ?? false;
  }

  close(): void {
    this.#closing.abort();
    this.#renewals.close();
    for (const feed of this.#all()) feed.close();
    this.#byType.clear();
  }

  #all(): Feed[] {
    return Array.from(this.#byType.values());
  }

  #open(objectType: string): Feed {
    const feed = new Feed(
      objectType,
      {
        ...this.tools,
        source: this.source,
        limiter: this.#limiter,
        memory: this.#memory,
        acknowledgeDirectly: (...asked) => this.#acknowledgeDirectly(...asked),
      },
      () => {
        feed.close();
        if (this.#byType.get(objectType) === feed) this.#byType.delete(objectType);
      },
    );
    this.#byType.set(objectType, feed);
    return feed;
  }

  #acknowledgeDirectly(
    object: ObjectInFlow,
    how: Acknowledgement,
    { checkVersion = true, signal }: AcknowledgeOptions & CallOptions,
  ): Promise<AcknowledgeOutcome> {
    return within(this.tools.clock, undefined, [this.#closing.signal, signal], (either) =>
      acknowledgeDirectly(this.source, this.tools.clock, object, how, { checkVersion, signal: either }),
    );
  }
}
