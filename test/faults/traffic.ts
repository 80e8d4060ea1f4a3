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
  /** What was sent here from the edge to the cloud, and was not seen to be consumed there. */
  readonly #sending = new Set<ObjectReference>();
  #sentUp = 0;
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
    const [arrived] = await Promise.all([this.#cloud.listUpdates('up'), this.#look()]);
    return {
      objects: down.length + this.#sentUp,
      waiting: Array.from(new Set([...waiting, ...arrived, ...this.#sending].map(nameOf))),
    };
  }

  async #publish(): Promise<void> {
    const { signal } = this.#stopping;
    for (let turn = 0; !signal.aborted; turn += 1) {
      const up = { objectType: 'up', objectID: `own-${turn}` };
      await this.#send(this.#edge, up);
      this.#sending.add(up);
      this.#sentUp += 1;
      if (turn % 50 === 0) await this.#look();
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

  /** At what is consumed: now and then, since an edge keeps only the last thousand of those. */
  async #look(): Promise<void> {
    const look = async (object: ObjectReference): Promise<void> => {
      const status = await this.#edge.getObjectStatus(object);
      if (status === 'consumedByDest') this.#sending.delete(object);
    };
    await Promise.all(Array.from(this.#sending, look));
  }
}

function nameOf({ objectType, objectID }: ObjectReference): string {
  return `${objectType}/${objectID}`;
}
