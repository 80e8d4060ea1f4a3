import { setTimeout as pause } from 'node:timers/promises';
import { isSyncServiceError, type ObjectReference, SyncServiceClient } from '../../src/client';
import type { LocalService } from '../../src/local-service';

/** In ms, between two objects. */
const pace = 120;

/** Publishes objects on both sides of a service all the time, and knows which of them were not consumed yet. */
export class Traffic {
  readonly #cloud: SyncServiceClient;
  readonly #edge: SyncServiceClient;
  readonly #stopping = new AbortController();
  readonly #running: Promise<void>;
  /** What was sent here from the edge to the cloud. */
  readonly #sentUp: ObjectReference[] = [];
  #published = 0;

  constructor(service: LocalService) {
    const key = 'admin@demo';
    this.#cloud = new SyncServiceClient({ address: service.cloud.address, organization: 'demo', key });
    this.#edge = new SyncServiceClient({ address: service.edges[0]?.address ?? '', key });
    this.#running = this.#publish();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  async close(): Promise<void> {
    await this.stop();
    await Promise.all([this.#cloud.close(), this.#edge.close()]);
  }

  /** How many objects there are, and those that are not consumed by whom they were sent to. */
  async count(): Promise<{ objects: number; waiting: string[] }> {
    const types = ['readings', 'orders'];
    const listed = await Promise.all(types.map((type) => this.#cloud.listAllObjects(type)));
    const down = listed.flat();
    const waiting = down.filter(
      ({ destinations }) => !destinations?.length || destinations.some(({ status }) => status !== 'consumed'),
    );
    // Those of the flow are seen only on their arrival.
    const [arrived, sent] = await Promise.all([this.#cloud.listUpdates('up'), this.#stillSending()]);
    return {
      objects: down.length + this.#sentUp.length,
      waiting: Array.from(new Set([...waiting, ...arrived, ...sent].map(nameOf))),
    };
  }

  async #publish(): Promise<void> {
    const { signal } = this.#stopping;
    for (let turn = 0; !signal.aborted; turn += 1) {
      const up = { objectType: 'up', objectID: `own-${turn}` };
      await this.#send(this.#edge, up);
      this.#sentUp.push(up);
      await this.#send(this.#cloud, { objectType: 'readings', objectID: `own-${turn}` });
      // The same few again and again.
      await this.#send(this.#cloud, { objectType: 'orders', objectID: `order-${turn % 20}` });
      await pause(pace, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Again and again while the service is away. */
  async #send(client: SyncServiceClient, object: ObjectReference): Promise<void> {
    for (;;) {
      try {
        await client.publish(object, `${++this.#published}`);
        return;
      } catch (error) {
        if (!isSyncServiceError(error, 'SYNC_UNREACHABLE')) throw error;
        await pause(pace);
      }
    }
  }

  async #stillSending(): Promise<ObjectReference[]> {
    const states = await Promise.all(this.#sentUp.map((object) => this.#edge.getObjectStatus(object)));
    return this.#sentUp.filter((_, index) => states[index] !== 'consumedByDest');
  }
}

function nameOf({ objectType, objectID }: ObjectReference): string {
  return `${objectType}/${objectID}`;
}
