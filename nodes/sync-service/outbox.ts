import { existsSync } from 'node:fs';
import { type Damage, Outbox, type OutboxEnd, type OutboxLimits, type OutboxState } from '../../src/client';
import { allEnded } from '../../src/system/all-ended';
import type { Timer } from '../../src/system/clock';
import { Listeners } from '../../src/system/listeners';
import { invalidInput, NodeFailure } from '../common/failure';
import type { ServiceConnection } from './connection';

/** How long the nodes that use it may take to let go of it, in ms: they may have something in hand to be kept. */
const farewell = 1_000;
/** How often its state is told at most, in ms. */
const shortestInterval = 500;

export interface ServiceOutboxOptions {
  connection: ServiceConnection;
  /** Of this outbox alone; undefined where nothing is kept on the disk. */
  folder: string | undefined;
  limits: OutboxLimits;
  listener: OutboxListener;
}

/** Who is told of what befalls an outbox, whoever uses it. */
export interface OutboxListener {
  onState(state: OutboxState): void;
  onEnd(end: OutboxEnd): void;
  onDamage(damage: Damage): void;
  /** It cannot be opened. */
  onFailure(error: unknown): void;
}

/** The outbox of one sync-service: open as long as a node uses it, or something waits in it. */
export class ServiceOutbox {
  readonly #stateListeners = new Listeners<OutboxState>('the state of an outbox');
  readonly #users = new Set<object>();
  #opened: Promise<Outbox> | undefined;
  #released: Promise<unknown> = Promise.resolve();
  #allUsersGone: (() => void) | undefined;
  #tellTimer: Timer | undefined;
  #isClosed = false;

  constructor(private readonly options: ServiceOutboxOptions) {
    this.onState((state) => options.listener.onState(state));
  }

  /** Somebody uses it until it is deregistered. */
  register(user: object): void {
    this.#users.add(user);
  }

  deregister(user: object): void {
    if (!this.#users.delete(user) || this.#users.size > 0) return;
    this.#allUsersGone?.();
    void this.#releaseIfIdle();
  }

  /** Told of its state as it changes, though not of each change. @returns a function that ends the listening. */
  onState(listener: (state: OutboxState) => void): () => void {
    return this.#stateListeners.add(listener);
  }

  /**
   * The outbox, for its users; opened for the first of them, and tried anew at the next call when that failed.
   *
   * @throws SyncServiceError SYNC_STORAGE where its folder cannot be used, and what opening the client throws; NodeFailure SYNC_CLOSED.
   */
  async outbox(): Promise<Outbox> {
    if (this.#isClosed || this.#users.size === 0) {
      throw new NodeFailure('SYNC_CLOSED', 'The sync-service is being closed: nothing was kept');
    }
    this.#opened ??= this.#opening();
    return this.#opened;
  }

  /** Does something with the outbox, as its user. */
  async use<T>(work: (outbox: Outbox) => T | Promise<T>): Promise<T> {
    const user = {};
    this.register(user);
    try {
      return await work(await this.outbox());
    } finally {
      this.deregister(user);
    }
  }

  /** Sends what has waited since before Node-RED was started, also where no node uses it any more. */
  async resume(): Promise<void> {
    const { folder } = this.options;
    if (folder !== undefined && existsSync(folder)) await this.use(() => undefined);
  }

  /** Closes it once every user has let go of it, or soon. @returns how many entries wait in it still. */
  async close(): Promise<number> {
    if (this.#users.size > 0) await this.#untilUsersGone();
    this.#isClosed = true;
    const outbox = await this.#opened?.catch(() => undefined);
    const waiting = outbox?.state.waiting ?? 0;
    this.#release();
    await this.#released;
    this.#tellTimer?.cancel();
    return waiting;
  }

  #opening(): Promise<Outbox> {
    // Its folder is free once it was closed.
    const opening = this.#released.catch(() => undefined).then(() => this.#open());
    opening.catch((error: unknown) => {
      if (this.#opened === opening) this.#opened = undefined;
      this.options.listener.onFailure(error);
    });
    return opening;
  }

  async #open(): Promise<Outbox> {
    const { connection, folder, limits, listener } = this.options;
    if (folder === undefined) {
      throw invalidInput('Nothing can be kept until it is sent: syncServiceFolder in settings.js is false');
    }
    connection.register(this);
    try {
      const outbox = await Outbox.open({ folder, client: await connection.client(), ...limits });
      for (const damage of outbox.damage) listener.onDamage(damage);
      outbox.onEnd((end) => listener.onEnd(end));
      outbox.onState((state) => this.#changed(state));
      this.#changed(outbox.state);
      return outbox;
    } catch (error) {
      connection.deregister(this);
      throw error;
    }
  }

  #changed({ waiting }: OutboxState): void {
    if (waiting === 0) void this.#releaseIfIdle();
    if (this.#tellTimer) return;
    // What begins is told when it has begun: often it has ended by then.
    const tell = async (): Promise<void> => {
      this.#tellTimer = undefined;
      const outbox = await this.#opened?.catch(() => undefined);
      if (outbox) this.#stateListeners.tell(outbox.state);
    };
    this.#tellTimer = this.options.connection.clock.after(shortestInterval, () => void tell(), {
      background: true,
    });
  }

  async #releaseIfIdle(): Promise<void> {
    const opened = this.#opened;
    const outbox = await opened?.catch(() => undefined);
    if (this.#users.size > 0 || this.#opened !== opened || outbox?.state.waiting !== 0) return;
    this.#release();
  }

  #release(): void {
    const opened = this.#opened;
    if (!opened) return;
    this.#opened = undefined;
    this.#released = allEnded([this.#released, this.#letGo(opened)]);
    // Whoever closes it is told.
    this.#released.catch(() => undefined);
  }

  async #letGo(opening: Promise<Outbox>): Promise<void> {
    const outbox = await opening.catch(() => undefined);
    if (!outbox) return;
    try {
      await outbox.close();
    } finally {
      this.options.connection.deregister(this);
    }
  }

  async #untilUsersGone(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = this.options.connection.clock.after(farewell, resolve);
      this.#allUsersGone = () => {
        timer.cancel();
        resolve();
      };
    });
  }
}
