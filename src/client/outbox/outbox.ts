import type { ObjectMetadataInput } from '../../protocol/metadata';
import type { Damage } from '../../storage/damage';
import { type Machine, thisMachine } from '../../storage/machine';
import type { Clock, Timer } from '../../system/clock';
import { allowManyListeners } from '../../system/ending';
import { every } from '../../system/every';
import { Listeners } from '../../system/listeners';
import { type CallOptions, checked } from '../connection/options';
import type { DataSource } from '../data/source';
import { invalidArgument, SyncServiceError } from '../errors';
import { checkNamed, type ObjectReference } from '../objects/names';
import { Dispatch } from './dispatch';
import { Drain } from './drain';
import { Ends, type OutboxEnd } from './ends';
import type { Entry, OutboxEntry } from './entry';
import { type Draft, Intake } from './intake';
import { Lines } from './lines';
import { type OpenedFolder, openFolder } from './open';
import {
  limitsOf,
  type OutboxClient,
  type OutboxLimits,
  type OutboxOptions,
  type PutOptions,
} from './options';
import { Puts } from './puts';
import { type OutboxState, stateOf } from './state';
import { onStorage } from './storage-failure';
import { OutboxStore } from './store';

/** How often expired entries are looked for, in ms. */
const expiryInterval = 60_000;
/** When the outbox is closed: how long running puts may take to end, and then running sends, in ms. */
const patience = 2_000;
const [firstRest, longestRest] = [1_000, 300_000];

/**
 * Keeps what is to be sent until the service has it, across outages, restarts and kills, within bounds. What a method has
 * confirmed is on the disk. It is sent in order for each object, as soon as the service answers any request; or it ends
 * among the dead letters, with the reason why the service will never take it.
 *
 * Sent at least once: if an answer was lost it is sent again.
 */
export class Outbox {
  readonly #ends = new Ends();
  readonly #stateListeners = new Listeners<OutboxState>('the state of an outbox');
  readonly #store: OutboxStore;
  readonly #lines: Lines;
  readonly #drain: Drain;
  readonly #intake: Intake;
  readonly #puts: Puts;
  readonly #expiry: Timer;
  /** Ends puts that still run some time after closing has begun. */
  readonly #giveUp = new AbortController();
  readonly #clock: Clock;
  #closing: Promise<void> | undefined;

  private constructor(
    private readonly opened: OpenedFolder,
    client: OutboxClient,
    limits: Required<OutboxLimits>,
    private readonly folder: string,
    { clock, random }: Machine,
  ) {
    this.#clock = clock;
    const { blobs, log } = opened;
    const onChange = (): void => this.#stateListeners.tell(this.state);
    const restAfter = (times: number): number =>
      Math.min(longestRest, firstRest * 2 ** (times - 1)) * (0.5 + random.next() / 2);
    const lines = new Lines(clock, limits.order === 'latest wins', restAfter, () => this.#drain.go());
    this.#lines = lines;
    const store = new OutboxStore({ ...opened, lines, clock, limits, ends: this.#ends });
    this.#store = store;
    const dispatch = new Dispatch({ client, log, blobs, clock, begin: (entry) => store.begin(entry) });
    this.#drain = new Drain({ client, store, lines, dispatch, clock, random, limits, onChange });
    const makeRoom = async (bytes: number): Promise<void> => {
      store.makeRoom(bytes, 0);
      await log.makeRoom(bytes);
      // Waits until the files of entries that were dropped for it are gone.
      await blobs.settled();
    };
    allowManyListeners(this.#giveUp.signal);
    this.#intake = new Intake({ client, blobs, clock, makeRoom, closing: this.#giveUp.signal });
    this.#puts = new Puts({
      add: (draft) => store.add(draft),
      discard: (draft) => this.#intake.discard(draft),
    });
    store.restore(opened.entries);
    this.#expiry = every(clock, expiryInterval, () => store.dropExpired(), { background: true });
    this.#drain.start();
  }

  /**
   * Opens an outbox on a folder of its own, and begins to send what waits there.
   *
   * @throws SyncServiceError SYNC_STORAGE where the folder cannot be used; `cause` says why (STORAGE_IN_USE by another
   *   process, STORAGE_DENIED, STORAGE_FULL, ...). SYNC_INVALID_ARGUMENT.
   */
  static async open(options: OutboxOptions): Promise<Outbox>;
  /** @internal With another clock, random source or disk than the system's. */
  static async open(options: OutboxOptions, seams: Partial<Machine>): Promise<Outbox>;
  static async open(options: OutboxOptions, seams: Partial<Machine> = {}): Promise<Outbox> {
    const limits = limitsOf(options);
    const machine = { ...thisMachine, ...seams };
    const opened = await onStorage(options.folder, () => openFolder(options.folder, limits, machine));
    return new Outbox(opened, options.client, limits, options.folder, machine);
  }

  /** What could not be read when the outbox was opened. It is kept aside, and nothing else is lost. */
  get damage(): readonly Damage[] {
    return this.opened.damage;
  }

  get state(): OutboxState {
    const { blobs, log } = this.opened;
    return stateOf({
      store: this.#store,
      drain: this.#drain,
      ends: this.#ends,
      bytes: log.size + blobs.size,
      isClosed: this.#closing !== undefined,
    });
  }

  /** @returns a function that ends the listening. */
  onState(listener: (state: OutboxState) => void): () => void {
    return this.#stateListeners.add(listener);
  }

  /** Calls the listener with how each entry ends. @returns a function that ends the listening. */
  onEnd(listener: (end: OutboxEnd) => void): () => void {
    return this.#ends.listeners.add(listener);
  }

  /**
   * Keeps metadata and data to be published, or metadata alone. The data may be changed once this has resolved.
   *
   * @throws SyncServiceError SYNC_OUTBOX_FULL, SYNC_STORAGE, SYNC_INVALID_ARGUMENT for what the service would refuse.
   */
  async put(
    metadata: ObjectMetadataInput,
    data?: DataSource,
    options: PutOptions = {},
  ): Promise<OutboxEntry> {
    return this.#put(metadata, () => this.#intake.publish(metadata, data, checked(options)));
  }

  /** Keeps data to be uploaded to an object. Throws as put. */
  async putData(
    object: ObjectReference,
    data: DataSource,
    options: Pick<PutOptions, 'reference'> = {},
  ): Promise<OutboxEntry> {
    return this.#put(object, () => this.#intake.data(object, data, checked(options)));
  }

  /** Keeps a request to activate an inactive object. Throws as put. */
  async activate(object: ObjectReference): Promise<OutboxEntry> {
    return this.#put(object, async () => this.#intake.other('activate', object));
  }

  /** Keeps a request to delete an object; nothing is sent if it is not there when its turn comes. Throws as put. */
  async delete(object: ObjectReference): Promise<OutboxEntry> {
    return this.#put(object, async () => this.#intake.other('delete', object));
  }

  /** What waits, in the order in which it was kept. */
  entries(): OutboxEntry[] {
    return Array.from(this.#store.waiting.values(), (entry) => entry.view());
  }

  /** What was refused for good, the oldest first: 1,000 at most, which make room for new entries when the outbox is full. */
  deadLetters(): OutboxEntry[] {
    return Array.from(this.#store.deadLetters.values(), (entry) => entry.view());
  }

  /** How the last 1,000 entries ended since the outbox was opened, the oldest first. */
  ended(): OutboxEnd[] {
    return this.#ends.remembered;
  }

  /**
   * Resolves once an entry has ended. An entry that ended long ago is not known any more.
   *
   * @throws SyncServiceError SYNC_NOT_FOUND, SYNC_ABORTED, SYNC_CLOSED.
   */
  async whenEnded(entry: Pick<OutboxEntry, 'id'>, options: CallOptions = {}): Promise<OutboxEnd> {
    const id = idOf(entry);
    const { signal } = checked(options);
    const ended = this.#ends.of(id);
    if (ended) return ended;
    if (!this.#store.ending.has(id)) this.#find(id);
    return this.#ends.wait(id, signal);
  }

  /**
   * Puts a dead letter back in line, before what came later for its object.
   *
   * @throws SyncServiceError SYNC_NOT_FOUND, SYNC_CLOSED.
   */
  async retry(entry: Pick<OutboxEntry, 'id'>): Promise<void> {
    this.#refuseClosed('nothing is retried');
    const id = idOf(entry);
    const found = this.#store.deadLetters.get(id);
    if (!found) throw notThere(id, 'is no dead letter');
    await this.#store.retry(found);
    this.#drain.go();
  }

  /**
   * Drops an entry, or a dead letter. What is being sent may still arrive.
   *
   * @throws SyncServiceError SYNC_NOT_FOUND, SYNC_CLOSED.
   */
  async drop(entry: Pick<OutboxEntry, 'id'>): Promise<void> {
    this.#refuseClosed('nothing is dropped');
    const id = idOf(entry);
    const found = this.#find(id);
    const ended = this.#ends.wait(id, undefined);
    if (!this.#drain.drop(found)) void this.#store.end(found, 'dropped');
    await ended;
  }

  /** Stops sending and releases the folder. What still waits is sent when the outbox is next opened. */
  close(): Promise<void> {
    this.#closing ??= onStorage(this.folder, () => this.#close());
    return this.#closing;
  }

  async #put(object: ObjectReference, prepare: () => Promise<Draft>): Promise<OutboxEntry> {
    this.#refuseClosed('nothing was kept');
    checkNamed(object);
    try {
      const entry = await onStorage(this.folder, () => this.#puts.put(object, prepare));
      this.#drain.giveWay(entry);
      return entry.view();
    } finally {
      // Also if the put was refused: the outbox may be full now.
      this.#drain.go();
    }
  }

  /** No method may confirm anything from now on: it would not be on the disk. */
  #refuseClosed(so: string): void {
    if (this.#closing) throw new SyncServiceError('SYNC_CLOSED', `The outbox is closed: ${so}`);
  }

  #find(id: number): Entry {
    const found = this.#store.waiting.get(id) ?? this.#store.deadLetters.get(id);
    if (!found) throw notThere(id, 'is not in the outbox');
    return found;
  }

  async #close(): Promise<void> {
    this.#expiry.cancel();
    const timer = this.#clock.after(patience, () => this.#giveUp.abort());
    await this.#puts.settled();
    timer.cancel();
    await this.#drain.close(patience);
    this.#lines.close();
    const { blobs, log, release } = this.opened;
    try {
      await log.close();
      await blobs.settled();
    } finally {
      // Whether the lock can be released or not, no entry ends any more.
      this.#ends.close();
      await release().finally(() => this.#stateListeners.tell(this.state));
    }
  }
}

function notThere(id: number, how: string): SyncServiceError {
  return new SyncServiceError('SYNC_NOT_FOUND', `The entry ${id} ${how}`);
}

/** @throws SyncServiceError SYNC_INVALID_ARGUMENT. */
function idOf(entry: Pick<OutboxEntry, 'id'>): number {
  if (typeof entry?.id === 'number') return entry.id;
  throw invalidArgument('An entry of an outbox is named by { id }');
}
