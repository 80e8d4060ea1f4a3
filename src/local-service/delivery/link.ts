import type { ObjectMetadata } from '../../protocol/metadata';
import type { StoredObject } from '../store/objects';
import type { EdgeName } from './destination';

/** What a cloud asks of an edge. */
export interface EdgeLink extends EdgeName {
  readonly organization: string;
  /** As lists of destinations name it. */
  readonly destination: string;
  /** Its destination with its organization. */
  readonly key: string;
  /** The cloud has consumed what this edge had sent. */
  consumedByCloud(metadata: ObjectMetadata): void;
}

/** What an edge asks of its cloud. */
export interface CloudLink {
  readonly up: boolean;
  /** Resolves when the cloud is there: an edge that has something to tell waits for it. */
  untilUp(): Promise<void>;
  /** From now on what is addressed to the edge comes to it. */
  register(edge: EdgeLink): void;
  /** False after its organization was deleted, until it registers again. */
  knows(edge: EdgeLink): boolean;
  /** What the edge has to fetch; it is not asked for again. */
  take(edge: EdgeLink): StoredObject[];
  report(edge: EdgeLink, object: ObjectMetadata, status: 'delivered' | 'consumed' | 'deleted'): void;
  /** The edge wants everything again, also what was consumed there. */
  resend(edge: EdgeLink): void;
  /** The edge has published an object. */
  receive(edge: EdgeLink, sent: StoredObject): void;
  /** The edge has deleted what it had sent. */
  receiveDeletion(edge: EdgeLink, deleted: StoredObject): void;
  /** Whether it has this version of an object. */
  has(edge: EdgeLink, object: ObjectMetadata): boolean;
}
