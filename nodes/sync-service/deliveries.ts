import {
  type DestinationStatus,
  isSyncServiceError,
  type ObjectMetadata,
  type ObjectStatus,
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

export interface WaitOptions {
  /** In ms; after it the outcome is `timeout`. */
  patience: number;
  /** Takes what was seen at each destination, at each look. */
  onProgress?: (destinations: DestinationStatus[]) => void;
  /** Ends the wait: SYNC_ABORTED. */
  signal?: AbortSignal;
}

/** A destination could not take the object. */
export class DeliveryFailure extends NodeFailure {
  constructor(
    object: ObjectMetadata,
    failed: DestinationStatus,
    readonly destinations: DestinationStatus[],
  ) {
    const name = `${object.objectType}/${object.objectID}`;
    const where = `${failed.destinationType}/${failed.destinationID}`;
    super('SYNC_DELIVERY_FAILED', `${name} could not be delivered to ${where}: ${failed.message}`);
  }
}

interface Wait {
  readonly object: ObjectMetadata;
  readonly goal: DeliveryGoal;
  readonly deadline: number;
  readonly onProgress: (destinations: DestinationStatus[]) => void;
  readonly settle: { resolve(delivery: Delivery): void; reject(error: unknown): void };
  /** Ends the look that is under way when the wait is over. */
  readonly over: AbortController;
  readonly clean: () => void;
  destinations: DestinationStatus[];
  looks: number;
  nextLook: number;
  looking: boolean;
}

const firstPause = 250;
const longestPause = 5_000;
const concurrentLooks = 4;
/** A look that takes longer is given up and tried again: an ESS answers no questions on an object while its CSS is away. */
const longestLook = 10_000;
/** What the last look, at the deadline, may take before the wait ends without it. */
const lastLook = 1_000;
/** Beyond it a timer of Node.js would fire at once. */
const longestPatience = 2_147_000_000;
const mostWaits = 10_000;

/**
 * Waits until objects have arrived, or have been consumed, everywhere they were sent to. All waits of a service share
 * one loop that looks them up, a few at a time and ever less often.
 */
export class DeliveryWatch {
  readonly #waits = new Set<Wait>();
  readonly #looks = new Limiter(concurrentLooks);
  #timer: NodeJS.Timeout | undefined;
  #lookAt = Number.POSITIVE_INFINITY;
  #closed = false;

  constructor(private readonly client: () => Promise<SyncServiceClient>) {}

  /**
   * @param object the version to watch, as it was published.
   * @throws DeliveryFailure SYNC_DELIVERY_FAILED as soon as one destination reports an error; NodeFailure SYNC_ABORTED,
   *   SYNC_TOO_MANY_WAITS.
   */
  wait(object: ObjectMetadata, goal: DeliveryGoal, options: WaitOptions): Promise<Delivery> {
    const { onProgress = () => undefined, signal } = options;
    const patience = Math.min(options.patience, longestPatience);
    return new Promise((resolve, reject) => {
      if (this.#closed || signal?.aborted) return reject(aborted(object));
      if (this.#waits.size >= mostWaits) return reject(tooMany(object));
      const abort = (): void => this.#fail(wait, aborted(object));
      const lastTimer = setTimeout(() => this.#end(wait, 'timeout'), patience + lastLook);
      signal?.addEventListener('abort', abort, { once: true });
      const now = Date.now();
      const wait: Wait = {
        object,
        goal,
        deadline: now + patience,
        onProgress,
        settle: { resolve, reject },
        over: new AbortController(),
        clean() {
          clearTimeout(lastTimer);
          signal?.removeEventListener('abort', abort);
        },
        destinations: [],
        looks: 0,
        nextLook: now,
        looking: false,
      };
      this.#waits.add(wait);
      this.#schedule(now);
    });
  }

  /** Ends every wait: the objects are published, whoever watches. */
  close(): void {
    this.#closed = true;
    for (const wait of this.#waits) this.#fail(wait, aborted(wait.object));
  }

  #schedule(at: number): void {
    if (at >= this.#lookAt || this.#waits.size === 0) return;
    clearTimeout(this.#timer);
    this.#lookAt = at;
    this.#timer = setTimeout(() => this.#lookAtDue(), Math.max(0, at - Date.now()));
  }

  #lookAtDue(): void {
    const now = Date.now();
    let next = Number.POSITIVE_INFINITY;
    for (const wait of this.#waits) {
      if (wait.looking) continue;
      if (wait.nextLook > now) next = Math.min(next, wait.nextLook);
      else this.#lookInTurn(wait);
    }
    this.#lookAt = Number.POSITIVE_INFINITY;
    this.#schedule(next);
  }

  #lookInTurn(wait: Wait): void {
    wait.looking = true;
    void this.#looks
      .run(() => this.#look(wait))
      .then(() => {
        wait.looking = false;
        this.#schedule(wait.nextLook);
      });
  }

  async #look(wait: Wait): Promise<void> {
    if (!this.#waits.has(wait)) return;
    try {
      await this.#compare(wait, await this.client());
    } catch (error) {
      // Only the failure of a delivery ends a wait: a service that does not answer now may answer before the deadline.
      if (error instanceof DeliveryFailure) this.#fail(wait, error);
    }
    if (Date.now() >= wait.deadline) this.#end(wait, 'timeout');
    const pause = Math.min(longestPause, firstPause * 2 ** Math.min(wait.looks, 10));
    wait.looks += 1;
    wait.nextLook = Math.min(Date.now() + pause, wait.deadline);
  }

  async #compare(wait: Wait, client: SyncServiceClient): Promise<void> {
    const signal = AbortSignal.any([wait.over.signal, AbortSignal.timeout(longestLook)]);
    const seen = await ifThere<DestinationStatus[] | ObjectStatus>(
      client.kind === 'CSS'
        ? client.getObjectDestinations(wait.object, { signal })
        : client.getObjectStatus(wait.object, { signal }),
    );
    // Looked at last: if the version is still ours now, what was seen before was ours as well.
    const current = await ifThere(client.getObjectMetadata(wait.object, { signal }));
    if (!this.#waits.has(wait)) return;
    if (current === undefined || seen === undefined) this.#end(wait, 'gone');
    else if (current.deleted) this.#end(wait, 'deleted');
    else if (current.instanceID !== wait.object.instanceID) this.#end(wait, 'superseded');
    else if (typeof seen !== 'string') this.#compareDestinations(wait, seen);
    else if (seen === 'consumedByDest') this.#end(wait, wait.goal);
  }

  #compareDestinations(wait: Wait, destinations: DestinationStatus[]): void {
    wait.destinations = destinations;
    wait.onProgress(destinations);
    const failed = destinations.find(({ status }) => status === 'error');
    if (failed) throw new DeliveryFailure(wait.object, failed, destinations);
    const far = wait.goal === 'consumed' ? ['consumed'] : ['delivered', 'consumed'];
    // Nobody has registered yet: who does so later gets the object too.
    if (destinations.length === 0) return;
    if (destinations.every(({ status }) => far.includes(status))) this.#end(wait, wait.goal);
  }

  #end(wait: Wait, outcome: Delivery['outcome']): void {
    if (this.#forget(wait)) wait.settle.resolve({ outcome, destinations: wait.destinations });
  }

  #fail(wait: Wait, error: NodeFailure): void {
    if (this.#forget(wait)) wait.settle.reject(error);
  }

  #forget(wait: Wait): boolean {
    if (!this.#waits.delete(wait)) return false;
    wait.clean();
    wait.over.abort();
    if (this.#waits.size === 0) {
      clearTimeout(this.#timer);
      this.#lookAt = Number.POSITIVE_INFINITY;
    }
    return true;
  }
}

async function ifThere<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (isSyncServiceError(error, 'SYNC_NOT_FOUND')) return undefined;
    throw error;
  }
}

function aborted({ objectType, objectID }: ObjectMetadata): NodeFailure {
  const message = `${objectType}/${objectID} is published, but nobody waits for its delivery any more: the flow was deployed`;
  return new NodeFailure('SYNC_ABORTED', message);
}

function tooMany({ objectType, objectID }: ObjectMetadata): NodeFailure {
  const message = `${objectType}/${objectID} is published, but too many objects are waited for already (${mostWaits})`;
  return new NodeFailure('SYNC_TOO_MANY_WAITS', message);
}
