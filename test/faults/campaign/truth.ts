import { setTimeout as pause } from 'node:timers/promises';
import { SyncServiceClient } from '../../../src/client';
import { until } from '../../support/until';
import type { Addresses } from './services';

/** No machine should need so long, in ms, until everything is consumed once nothing is disturbed any more. */
const bound = 300_000;

/** What the services themselves say, past the wires. */
export class Truth {
  readonly #cloud: SyncServiceClient;
  readonly #edge: SyncServiceClient;

  private constructor(addresses: Addresses) {
    const key = 'admin@demo';
    this.#cloud = new SyncServiceClient({ address: addresses.cloud, organization: 'demo', key });
    this.#edge = new SyncServiceClient({ address: addresses.edge, key });
  }

  /** Asks what there is to ask, and leaves. */
  static async ask(addresses: Addresses, question: (truth: Truth) => Promise<void>): Promise<void> {
    const truth = new Truth(addresses);
    try {
      await question(truth);
    } finally {
      await Promise.all([truth.#cloud.close(), truth.#edge.close()]);
    }
  }

  async registered(): Promise<void> {
    await until('the edge has registered', async () => (await this.#cloud.getDestinations()).length > 0);
  }

  /** At the cloud, by any edge; but what is unfinished and has no data yet gets none any more. */
  async #unconsumed(unfinished: ReadonlySet<string>): Promise<string[]> {
    const lists = await Promise.all(['down', 'kept-down'].map((type) => this.#cloud.listAllObjects(type)));
    return lists
      .flat()
      .filter(({ destinations }) => destinations?.some(({ status }) => status !== 'consumed'))
      .filter(
        ({ destinations, objectID }) =>
          !unfinished.has(objectID) || destinations?.some(({ status }) => status !== 'pending'),
      )
      .map(({ objectID }) => objectID);
  }

  /**
   * Until nothing waits for anybody.
   *
   * @param unfinished IDs of what may have ended between its metadata and its data: by a false answer, or with its flow.
   */
  async consumed(unfinished: ReadonlySet<string>): Promise<void> {
    let waiting: string[] = [];
    const look = async (): Promise<boolean> => {
      const arrived = await Promise.all([
        ...['down', 'kept-down'].map((type) => this.#edge.listUpdates(type)),
        ...['up', 'kept-up'].map((type) => this.#cloud.listUpdates(type)),
      ]);
      waiting = arrived.flat().map(({ objectID }) => objectID);
      // Lists of thousands, which take the service from those who consume: only once nobody seems to any more.
      if (waiting.length === 0) waiting = await this.#unconsumed(unfinished);
      if (waiting.length > 0) await pause(500);
      return waiting.length === 0;
    };
    await until('everything is consumed', look, bound).catch((error: Error) => {
      throw new Error(`${error.message}: ${waiting.length} are not, ${waiting.slice(0, 10).join(', ')}`);
    });
  }
}
