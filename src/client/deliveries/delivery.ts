import type { DestinationStatus, ObjectMetadata } from '../../protocol/metadata';
import { SyncServiceError } from '../errors';
import { nameOf, type ObjectReference } from '../objects/names';

/** How far an object must have got. An ESS can see only whether the cloud has consumed it. */
export type DeliveryGoal = 'delivered' | 'consumed';

/** How a wait for an object ended. */
export interface Delivery {
  /**
   * The goal if it was reached; `timeout` if time was up first; `superseded` by a newer version; `deleted`, though an
   * edge has yet to learn of it; or `gone` from the service.
   */
  outcome: DeliveryGoal | 'timeout' | 'superseded' | 'deleted' | 'gone';
  /** What was last seen at each destination; on an ESS always empty. */
  destinations: DestinationStatus[];
}

export interface DeliveryOptions {
  /** How long to wait, in ms from the first look; defaults to 60,000. After that the outcome is `timeout`. */
  patience?: number;
  /** Called at each look with what was seen at each destination. */
  onProgress?: (destinations: DestinationStatus[]) => void;
  /** Called with the reason when a look fails. The wait goes on: the service may still answer in time. */
  onFailure?: (error: unknown) => void;
  /** Ends the wait: SYNC_ABORTED. */
  signal?: AbortSignal | undefined;
}

/** What is waited for: a version of an object. */
export type SentObject = ObjectReference & Partial<Pick<ObjectMetadata, 'instanceID'>>;

/** A destination could not take the object. */
export class DeliveryFailure extends SyncServiceError {
  /** What was seen at each destination. */
  readonly destinations: DestinationStatus[];

  constructor(object: ObjectReference, failed: DestinationStatus, destinations: DestinationStatus[]) {
    const where = `${failed.destinationType}/${failed.destinationID}`;
    super('SYNC_DELIVERY_FAILED', `${nameOf(object)} could not be delivered to ${where}: ${failed.message}`);
    this.destinations = destinations;
  }
}
