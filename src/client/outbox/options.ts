import type { ObjectMetadata, ObjectMetadataInput } from '../../protocol/metadata';
import type { ServiceKind } from '../connection/kind';
import type { CallOptions } from '../connection/options';
import type { PublishOptions, PublishOutcome } from '../data/publisher';
import type { SigningKey } from '../data/signing';
import type { DataSource } from '../data/source';
import type { UploadOptions } from '../data/upload-options';
import { invalidArgument } from '../errors';
import { checkNumbers, wholeCount } from '../numbers';
import type { ObjectReference } from '../objects/names';

/** What an outbox sends with. SyncServiceClient is one. */
export interface OutboxClient {
  readonly kind: ServiceKind;
  readonly allowsCloudOnlyNames: boolean;
  publish(metadata: ObjectMetadataInput, data: DataSource, options?: PublishOptions): Promise<void>;
  publishIfChanged(
    metadata: ObjectMetadataInput,
    data: DataSource,
    options?: PublishOptions,
  ): Promise<PublishOutcome>;
  updateObject(metadata: ObjectMetadataInput, options?: CallOptions): Promise<void>;
  updateObjectData(object: ObjectReference, data: DataSource, options?: UploadOptions): Promise<void>;
  activateObject(object: ObjectReference, options?: CallOptions): Promise<void>;
  deleteObject(object: ObjectReference, options?: CallOptions): Promise<void>;
  getObjectMetadata(object: ObjectReference, options?: CallOptions): Promise<ObjectMetadata>;
  listUpdates(objectType: string, options?: CallOptions): Promise<unknown>;
  getHealth(options?: CallOptions): Promise<unknown>;
  onAnswer(listener: () => void): () => void;
}

/** Bounds, order and pace of an outbox. */
export interface OutboxLimits {
  /** Disk space in bytes: 256 MiB unless given, 1 MiB at least. A tenth of it or more is for housekeeping. */
  bytes?: number;
  /** How many entries, dead letters included: 100,000 unless given. */
  entries?: number;
  /** How long an entry may wait, in ms; for ever unless given. */
  age?: number;
  /**
   * What happens when it is full: new entries are refused, or the oldest that wait are dropped; before either, dead
   * letters are dropped.
   */
  whenFull?: 'refuse' | 'drop oldest';
  /**
   * `latest wins`: an entry that waits is removed when a later one makes it needless. `every one`: all are sent, as for
   * readings that each have an ID of their own.
   */
  order?: 'latest wins' | 'every one';
  /** How many entries are sent a second, at most: 50 unless given. */
  rate?: number;
  /**
   * How many entries are sent at once, each of another object: 4 unless given. One place is left for small data, and data
   * that waits for the rate or the hours of transfers takes none.
   */
  atOnce?: number;
}

export interface OutboxOptions extends OutboxLimits {
  /** Used by this outbox alone; made if it is not there. */
  folder: string;
  client: OutboxClient;
}

export interface PutOptions {
  /** Signs the data now: the key is not kept. */
  sign?: SigningKey | undefined;
  /** Data from a file is not copied. It is refused if the file has changed when its turn comes. */
  reference?: boolean | undefined;
  /** Nothing is sent if the service still has the same when its turn comes, as with publishIfChanged. */
  onlyWhenChanged?: boolean | undefined;
}

const leastBytes = 1_048_576;

/** The limits, with the defaults of those that are not given. @throws SyncServiceError SYNC_INVALID_ARGUMENT. */
export function limitsOf(options: OutboxLimits): Required<OutboxLimits> {
  const { bytes = 268_435_456, entries = 100_000, age = Number.POSITIVE_INFINITY } = options;
  const { whenFull = 'refuse', order = 'latest wins', rate = 50, atOnce = 4 } = options;
  checkNumbers('bytes', { bytes });
  checkNumbers('duration', { age });
  checkNumbers('rate', { rate });
  checkNumbers('count', { entries, atOnce });
  if (bytes < leastBytes) throw invalidArgument(`bytes must be ${leastBytes} at least`);
  if (whenFull !== 'refuse' && whenFull !== 'drop oldest') {
    throw invalidArgument(`whenFull must be refuse or drop oldest, not ${String(whenFull)}`);
  }
  if (order !== 'latest wins' && order !== 'every one') {
    throw invalidArgument(`order must be latest wins or every one, not ${String(order)}`);
  }
  return { bytes, entries: wholeCount(entries), age, whenFull, order, rate, atOnce: wholeCount(atOnce) };
}
