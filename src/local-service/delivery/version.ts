import type { ObjectMetadata } from '../../protocol/metadata';
import { SignatureCheck } from '../../protocol/signature';
import type { ObjectName, StoredObject } from '../store/objects';

/** As the real services are set up. */
export const chunkSize = 5_242_880;
const allConsumers = 2_147_483_647;

/** What an application publishes: metadata, with the data if it came along. */
export interface Update {
  metadata: ObjectMetadata;
  data: Buffer | undefined;
}

export type Owner = Pick<ObjectMetadata, 'originID' | 'originType' | 'ownerID'>;

/**
 * The numbers of versions, as the service counts them: from the nanoseconds since 1970 at its start, one by one, so that
 * successive versions differ by 1.
 */
export class Versions {
  #last: bigint;

  /**
   * @param now when the service starts, in ms since 1970.
   * @param name of the service. Real ones do not start within the same ms, and count the same numbers: those of one process
   *   do as if each had started some ms earlier than the others.
   */
  constructor(now: number, name: string) {
    let earlier = 0;
    for (const byte of Buffer.from(name)) earlier = (earlier * 31 + byte) % 59_999;
    this.#last = BigInt(now - earlier) * 1_000_000n;
  }

  next(): string {
    this.#last += 1n;
    return String(this.#last);
  }
}

/** What an update is made with, beside what it says. */
interface Made {
  readonly organization: string;
  readonly version: string;
  readonly owner: Owner;
  readonly now: number;
  /** The object that metadata alone is for, if it is there: its data stays. */
  readonly old: StoredObject | undefined;
  /** Whether objects are kept in files, or in memory. */
  readonly keepsFiles: boolean;
}

/** The object that an update makes; without data in it the old data is dropped, unless it is `metaOnly`. */
export function newVersion({ metadata: given, data }: Update, made: Made): StoredObject {
  const { organization, version, owner, now, old, keepsFiles } = made;
  const kept = given.metaOnly ? old : undefined;
  const fresh = given.noData || given.metaOnly ? undefined : data;
  const { originID, originType, ownerID } = owner;
  const hasOrigin = given.originID !== '' && given.originType !== '';
  const consumers = given.consumers === -1 ? allConsumers : given.consumers || 1;
  const ready = given.noData || given.link !== '' || (fresh ?? kept?.data) !== undefined;
  return {
    metadata: {
      ...given,
      ...(given.noData && { link: '', publicKey: '', signature: '' }),
      ...(kept && signatureOf(kept.metadata, given, keepsFiles)),
      ...(given.destinationPolicy && {
        destinationPolicy: { ...given.destinationPolicy, timestamp: `${now}000000` },
      }),
      ...(!hasOrigin && { originID, originType }),
      ownerID,
      consumers,
      destinationOrgID: organization,
      instanceID: version,
      dataID: kept ? kept.metadata.dataID : fresh ? version : given.dataID,
      // The real service forgets the size of data that stays.
      objectSize: fresh ? fresh.length : given.objectSize,
      chunkSize,
    },
    status: ready ? 'ready' : 'notReady',
    data: fresh ?? (given.noData && !keepsFiles ? undefined : kept?.data),
    consumersLeft: consumers,
    receiversLeft: consumers,
    deliveries: new Map(),
    policyReceived: false,
    removedServices: [],
  };
}

/** Whether an object with a policy would lose it, or one without any get one. */
export function changesPolicy({ metadata: old }: StoredObject, metadata: ObjectMetadata): boolean {
  return (old.destinationPolicy === null) !== (metadata.destinationPolicy === null);
}

/** What becomes of an object that is deleted, until everybody has heard of it. */
export function removed({ metadata }: StoredObject): Pick<StoredObject, 'metadata' | 'status' | 'data'> {
  return { metadata: { ...metadata, deleted: true }, status: 'objdeleted', data: undefined };
}

export function nameOf({ destinationOrgID, objectType, objectID }: ObjectMetadata): ObjectName {
  return [destinationOrgID, objectType, objectID];
}

/** What the service says of data that does not fit its signature. */
export function unfit(metadata: ObjectMetadata, data: Buffer): string | undefined {
  const check = SignatureCheck.of(metadata);
  if (!check) return undefined;
  if (!check.canBeRead) return 'Failed to parse public key, Error: asn1: structure error';
  check.update(data);
  return check.fits()
    ? undefined
    : 'Failed to verify data with public key and data signature, Error: crypto/rsa: verification error';
}

/** What stays of a signature with a metadata-only update: all of it only where the data could change. */
function signatureOf(
  { hashAlgorithm, publicKey, signature }: ObjectMetadata,
  { noData, link }: ObjectMetadata,
  keepsFiles: boolean,
): Partial<ObjectMetadata> {
  if (!noData && link === '') return { hashAlgorithm, publicKey, signature };
  return keepsFiles ? { publicKey, signature } : {};
}
