import type { ObjectReference, SyncServiceClient } from '../../src/client';
import { allEnded } from '../../src/system/all-ended';
import { type Clock, systemClock } from '../../src/system/clock';
import type { Text } from '../common/text';

/** A client that is open, and how to let go of what it stands on. */
export interface OpenedClient {
  client: SyncServiceClient;
  release(): void | Promise<void>;
}

/** How long the users of a connection may take to let go of it before it is closed under them, in ms. */
const farewell = 2_000;

/** What the nodes of one sync-service share: one client, and what is under way on it. */
export class ServiceConnection {
  readonly #open: () => Promise<OpenedClient>;
  readonly #users = new Set<object>();
  #opened: Promise<OpenedClient> | undefined;
  /** That of `#opened`, once it is open. */
  #client: SyncServiceClient | undefined;
  #released: Promise<unknown> = Promise.resolve();
  #allUsersGone: (() => void) | undefined;
  #closed = false;

  /**
   * @param open makes the client, when the first user comes, and again after the last one had gone.
   * @param clock that of the nodes that use it, too.
   * @param remark what the status of each of them says besides, if anything.
   */
  constructor(
    open: () => Promise<OpenedClient>,
    readonly clock: Clock = systemClock,
    readonly remark: () => Text | undefined = () => undefined,
  ) {
    this.#open = open;
  }

  /** Somebody uses the connection until it is deregistered; a node is told by its instance, since its successor has its ID. */
  register(user: object): void {
    this.#users.add(user);
    // The local service starts with its first user, whenever that one has something to ask. Who asks hears of a failure.
    this.client().catch(() => undefined);
  }

  deregister(user: object): void {
    if (!this.#users.delete(user) || this.#users.size > 0) return;
    this.#allUsersGone?.();
    this.#release();
  }

  /** Does something with the client, as its user. */
  async use<T>(work: (client: SyncServiceClient) => Promise<T>): Promise<T> {
    const user = {};
    this.register(user);
    try {
      return await work(await this.client());
    } finally {
      this.deregister(user);
    }
  }

  /**
   * The client, for its users; opened for the first of them, and tried anew at the next call when that failed.
   *
   * @throws SyncServiceError when the configuration is incomplete, or the local service cannot start.
   */
  async client(): Promise<SyncServiceClient> {
    if (this.#closed || this.#users.size === 0) throw new Error('The sync-service is being closed');
    this.#opened ??= this.#opening();
    return (await this.#opened).client;
  }

  /** Work on the object goes on: whichever sync-in has it does not hand it out again meanwhile. */
  renew(object: ObjectReference): void {
    this.#client?.renewObject(object);
  }

  /** Node-RED has started its flows: sync-in nodes that closed before and are not there again are not waited for. */
  async flowsStarted(): Promise<void> {
    const opened = await this.#opened?.catch(() => undefined);
    opened?.client.loseAbsentReceivers();
  }

  /** Closes the client once every user has let go of it; Node-RED closes config nodes without waiting for their users. */
  async close(): Promise<void> {
    if (this.#users.size > 0) await this.#untilUsersGone();
    this.#closed = true;
    this.#release();
    await this.#released;
  }

  #opening(): Promise<OpenedClient> {
    // Its journal is free once the client before has let go of it.
    const opening = this.#released.catch(() => undefined).then(() => this.#open());
    opening.then(
      ({ client }) => {
        if (this.#opened === opening) this.#client = client;
      },
      () => {
        if (this.#opened === opening) this.#opened = undefined;
      },
    );
    return opening;
  }

  #release(): void {
    const opened = this.#opened;
    if (!opened) return;
    this.#opened = undefined;
    this.#client = undefined;
    this.#released = allEnded([this.#released, letGo(opened)]);
    // Whoever closes the connection is told.
    this.#released.catch(() => undefined);
  }

  async #untilUsersGone(): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = this.clock.after(farewell, resolve);
      this.#allUsersGone = () => {
        timer.cancel();
        resolve();
      };
    });
  }
}

async function letGo(opening: Promise<OpenedClient>): Promise<void> {
  const opened = await opening.catch(() => undefined);
  if (!opened) return;
  try {
    await opened.client.close();
  } finally {
    await opened.release();
  }
}
