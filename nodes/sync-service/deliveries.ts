import {
  type DestinationStatus,
  isSyncServiceError,
  type ObjectMetadata,
  type SyncServiceClient,
} from '../../src/client';
import { NodeFailure } from '../common/failure';
import { Limiter } from '../common/limiter';

/** How far an object must have come. An ESS can see only whether the cloud consumed it. */
export type DeliveryGoal = 'delivered' | 'consumed';

export interface Delivery {
  outcome: DeliveryGoal | 'timeout' | 'superseded' | 'deleted' | 'gone';
  /** What was last seen at each destination; on an ESS always empty. */
  destinations: DestinationStatus[];
}

interface Wait {
  readonly object: ObjectMetadata;
  readonly goal: DeliveryGoal;
  readonly deadline: number;
  readonly onProgress: (destinations: DestinationStatus[]) => void;
  readonly settle: { resolve(delivery: Delivery): void; reject(error: unknown): void };
  readonly stopListening: () => void;
  destinations: DestinationStatus[];
  looks: number;
  nextLook: number;
}

const firstPause = 250;
const longestPause = 5_000;
const concurrentLooks = 4;
/** A look that takes longer is given up and tried again: an ESS answers no questions on an object while its CSS is away. */
const longestLook = 10_000;

/**
 * Waits until objects have arrived, or have been consumed, everywhere they were sent to. All waits of a service share
 * one loop that looks them up, a few at a time and ever less often.
 */
export class DeliveryWatch {
  readonly #waits = new Set<Wait>();
  readonly #looks = new Limiter(concurrentLooks);
  #timer: NodeJS.Timeout | undefined;
  #looking = false;
  #closed = false;

  constructor(private readonly client: () => Promise<SyncServiceClient>) {}

  /**
   * @param object the version to watch, as it was published.
   * @param patience in ms; after it the outcome is `timeout`.
   * @param closing ends the wait before that, with the same outcome.
   * @throws NodeFailure SYNC_DELIVERY_FAILED as soon as one destination reports an error.
   */
  wait(
    object: ObjectMetadata,
    goal: DeliveryGoal,
    patience: number,
    onProgress: (destinations: DestinationStatus[]) => void,
    closing?: AbortSignal,
  ): Promise<Delivery> {
    return new Promise((resolve, reject) => {
      if (this.#closed || closing?.aborted) {
        resolve({ outcome: 'timeout', destinations: [] });
        return;
      }
      const now = Date.now();
      const onClosing = (): void => this.#end(wait, 'timeout');
      const wait: Wait = {
        object,
        goal,
        deadline: now + patience,
        onProgress,
        settle: { resolve, reject },
        stopListening: () => closing?.removeEventListener('abort', onClosing),
        destinations: [],
        looks: 0,
        nextLook: now,
      };
      this.#waits.add(wait);
      closing?.addEventListener('abort', onClosing);
      this.#schedule();
    });
  }

  /** Ends every wait with what was seen so far: the objects are published, whoever watches. */
  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    for (const wait of this.#waits) this.#end(wait, 'timeout');
  }

  #schedule(): void {
    if (this.#looking) return;
    clearTimeout(this.#timer);
    if (this.#waits.size === 0) return;
    const next = Math.min(...Array.from(this.#waits, (wait) => wait.nextLook));
    this.#timer = setTimeout(() => this.#lookAll(), Math.max(0, next - Date.now()));
  }

  async #lookAll(): Promise<void> {
    this.#looking = true;
    const now = Date.now();
    const due = Array.from(this.#waits).filter((wait) => wait.nextLook <= now);
    await Promise.all(due.map((wait) => this.#looks.run(() => this.#look(wait))));
    this.#looking = false;
    this.#schedule();
  }

  async #look(wait: Wait): Promise<void> {
    if (!this.#waits.has(wait)) return;
    try {
      await this.#compare(wait, await this.client());
    } catch (error) {
      // Only the failure of a delivery ends a wait: a service that does not answer now may answer before the deadline.
      if (error instanceof NodeFailure) this.#fail(wait, error);
    }
    if (Date.now() >= wait.deadline) this.#end(wait, 'timeout');
    wait.looks += 1;
    const pause = Math.min(longestPause, firstPause * 2 ** Math.min(wait.looks, 10));
    wait.nextLook = Math.min(Date.now() + pause, wait.deadline);
  }

  async #compare(wait: Wait, client: SyncServiceClient): Promise<void> {
    const signal = AbortSignal.timeout(longestLook);
    const reached =
      client.kind === 'CSS'
        ? await this.#reachedEverywhere(wait, client, signal)
        : (await client.getObjectStatus(wait.object, { signal })) === 'consumedByDest';
    // Looked at last: if the version is still ours now, what was seen before was ours as well.
    const current = await this.#current(wait, client, signal);
    if (current === undefined) this.#end(wait, 'gone');
    else if (current.deleted) this.#end(wait, 'deleted');
    else if (current.instanceID !== wait.object.instanceID) this.#end(wait, 'superseded');
    else if (reached) this.#end(wait, wait.goal);
  }

  async #reachedEverywhere(wait: Wait, client: SyncServiceClient, signal: AbortSignal): Promise<boolean> {
    const destinations = await client.getObjectDestinations(wait.object, { signal });
    wait.destinations = destinations;
    wait.onProgress(destinations);
    const failed = destinations.find(({ status }) => status === 'error');
    if (failed) throw deliveryFailure(wait.object, failed);
    const far = wait.goal === 'consumed' ? ['consumed'] : ['delivered', 'consumed'];
    return destinations.length > 0 && destinations.every(({ status }) => far.includes(status));
  }

  async #current(
    wait: Wait,
    client: SyncServiceClient,
    signal: AbortSignal,
  ): Promise<ObjectMetadata | undefined> {
    try {
      return await client.getObjectMetadata(wait.object, { signal });
    } catch (error) {
      if (isSyncServiceError(error, 'SYNC_NOT_FOUND')) return undefined;
      throw error;
    }
  }

  #end(wait: Wait, outcome: Delivery['outcome']): void {
    if (this.#forget(wait)) wait.settle.resolve({ outcome, destinations: wait.destinations });
  }

  #fail(wait: Wait, error: NodeFailure): void {
    if (this.#forget(wait)) wait.settle.reject(error);
  }

  #forget(wait: Wait): boolean {
    if (!this.#waits.delete(wait)) return false;
    wait.stopListening();
    this.#schedule();
    return true;
  }
}

function deliveryFailure(object: ObjectMetadata, at: DestinationStatus): NodeFailure {
  const name = `${object.objectType}/${object.objectID}`;
  const where = `${at.destinationType}/${at.destinationID}`;
  return new NodeFailure('SYNC_DELIVERY_FAILED', `${name} could not be delivered to ${where}: ${at.message}`);
}
