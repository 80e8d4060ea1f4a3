import type { DestinationStatus, ObjectMetadata } from '../../protocol/metadata';
import { SyncServiceError } from '../errors';
import { nameOf, type ObjectReference } from '../objects/names';

/** How far an object must have come. An ESS can see only whether the cloud consumed it. */
export type DeliveryGoal = 'delivered' | 'consumed';

/** How a wait for an object ended. */
export interface Delivery {
  /**
   * The goal; `timeout` when time was up first; `superseded` by a newer version; `deleted`, but an edge has yet to know;
   * or `gone` from the service.
   */
  outcome: DeliveryGoal | 'timeout' | 'superseded' | 'deleted' | 'gone';
  /** What was last seen at each destination; on an ESS always empty. */
  destinations: DestinationStatus[];
}

export interface DeliveryOptions {
  /** In ms from the first look at the object, 60 s unless given; after it the outcome is `timeout`. */
  patience?: number;
  /** Takes what was seen at each destination, at each look. */
  onProgress?: (destinations: DestinationStatus[]) => void;
  /** Takes why a look failed. The wait goes on: a service that does not answer now may answer before the time is up. */
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
