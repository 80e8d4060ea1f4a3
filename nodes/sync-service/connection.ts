import type {
  Acknowledgement,
  AcknowledgeOutcome,
  ObjectMetadata,
  ObjectReference,
  SyncServiceClient,
} from '../../src/client';
import { DeliveryWatch } from './deliveries';
import { Receivers } from './receivers';

/** A client that is open, and how to let go of what it stands on. */
export interface OpenedClient {
  client: SyncServiceClient;
  release(): void;
}

/** How long the nodes that use a connection may take to let go of it before it is closed under them, in ms. */
const farewell = 2_000;

/** What the nodes of one sync-service share: one client, and what is under way on it. */
export class ServiceConnection {
  readonly receivers = new Receivers();
  readonly deliveries: DeliveryWatch;
  readonly #open: () => Promise<OpenedClient>;
  readonly #users = new Set<string>();
  #opened: Promise<OpenedClient> | undefined;
  #allUsersGone: (() => void) | undefined;
  #closed = false;

  /** @param open makes the client, when the first node needs it. */
  constructor(open: () => Promise<OpenedClient>) {
    this.#open = open;
    this.deliveries = new DeliveryWatch(() => this.client());
  }

  /** A node says that it uses the connection, so that closing waits for it. */
  register(nodeID: string): void {
    this.#users.add(nodeID);
  }

  deregister(nodeID: string): void {
    this.#users.delete(nodeID);
    if (this.#users.size === 0) this.#allUsersGone?.();
  }

  /**
   * The client; opened at the first call, and tried anew at the next one when that failed.
   *
   * @throws SyncServiceError when the configuration is incomplete, or the local service cannot start.
   */
  async client(): Promise<SyncServiceClient> {
    if (this.#closed) throw new Error('The sync-service is being closed');
    this.#opened ??= this.#open().catch((error: unknown) => {
      this.#opened = undefined;
      throw error;
    });
    return (await this.#opened).client;
  }

  /**
   * Acknowledges an object: through the sync-in that handed it out, if it is still there, so that its siblings are
   * waited for; otherwise at once.
   */
  async acknowledge(
    object: ObjectReference & Partial<ObjectMetadata>,
    how: Acknowledgement,
    options: { receiver: string | undefined; checkVersion: boolean },
  ): Promise<AcknowledgeOutcome> {
    const { receiver, checkVersion } = options;
    const update = this.receivers.find(receiver, object.objectType);
    if (update) return update.acknowledge(object, how, { checkVersion });
    return (await this.client()).acknowledge(object, how, { checkVersion });
  }

  /** Closes the client once every node has let go of it; Node-RED closes config nodes without waiting for their users. */
  async close(): Promise<void> {
    if (this.#users.size > 0) await this.#untilUsersGone();
    this.#closed = true;
    this.deliveries.close();
    const opened = await this.#opened?.catch(() => undefined);
    if (!opened) return;
    try {
      await opened.client.close();
    } finally {
      opened.release();
    }
  }

  async #untilUsersGone(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, farewell);
    });
    const gone = new Promise<void>((resolve) => {
      this.#allUsersGone = resolve;
    });
    await Promise.race([patience, gone]);
    clearTimeout(timer);
  }
}
