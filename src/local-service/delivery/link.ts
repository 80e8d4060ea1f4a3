import type { ObjectMetadata } from '../../protocol/metadata';
import type { StoredObject } from '../store/objects';
import type { EdgeName } from './destination';

/** What a cloud knows of an edge. */
export interface EdgeLink extends EdgeName {
  readonly organization: string;
  /** As lists of destinations name it. */
  readonly destination: string;
  /** Whether its objects outlive it; they do not where it keeps them in memory. */
  readonly persistent: boolean;
  /** There is news for it: it may look now instead of at its next poll. */
  wake(): void;
}

/** What an edge gets at its poll, with the object as the cloud has it. */
export interface News {
  readonly kind: 'update' | 'delete' | 'consumed' | 'deleted';
  readonly metadata: ObjectMetadata;
  readonly data: Buffer | undefined;
}

/** What an edge asks of its cloud. */
export interface CloudLink {
  readonly up: boolean;
  /** Resolves when the cloud is there: an edge that has something to tell waits for it. */
  untilUp(): Promise<void>;
  /** False until the edge has registered, and after its organization was deleted. */
  knows(edge: EdgeLink): boolean;
  /** Whether the edge was new to the cloud. From now on what is addressed to it comes to it. */
  register(edge: EdgeLink): boolean;
  /** The edge goes for good. */
  unregister(edge: EdgeLink): void;
  readonly deliveries: DeliveryLink;
  readonly arrivals: ArrivalLink;
}

/** Objects on their way from the cloud, as an edge sees them. */
export interface DeliveryLink {
  /** What waits for the edge; it is there again at the next poll until the edge has told what became of it. */
  pending(edge: EdgeLink): News[];
  /** The edge has the metadata, and not all of the data. */
  updated(edge: EdgeLink, metadata: ObjectMetadata): void;
  /** The edge has all of it. */
  received(edge: EdgeLink, metadata: ObjectMetadata): void;
  consumed(edge: EdgeLink, metadata: ObjectMetadata): void;
  /** The edge cannot take it. */
  failed(edge: EdgeLink, metadata: ObjectMetadata, reason: string): void;
  /** The edge knows that the object was deleted; its applications may not yet. */
  deletionTaken(edge: EdgeLink, metadata: ObjectMetadata): void;
  /** The edge's applications have acknowledged the deletion. */
  deleted(edge: EdgeLink, metadata: ObjectMetadata): void;
  /** The edge wants everything again, also what was consumed there. */
  resend(edge: EdgeLink): void;
}

/** Objects on their way to the cloud, as the edge sees them that they come from. */
export interface ArrivalLink {
  /** The edge has published an object; resolves once it has arrived, with the webhooks that are called for it. */
  publish(edge: EdgeLink, object: StoredObject): Promise<void> | undefined;
  /** The edge has deleted what it had published. */
  delete(edge: EdgeLink, metadata: ObjectMetadata): void;
  /** The edge has heard that the cloud's applications consumed its object. */
  consumptionTaken(edge: EdgeLink, metadata: ObjectMetadata): void;
  /** The edge has heard that the cloud's applications acknowledged its deletion. */
  deletedTaken(edge: EdgeLink, metadata: ObjectMetadata): void;
}
