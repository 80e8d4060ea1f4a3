import type { ObjectMetadata } from '../../protocol/metadata';
import { SignatureCheck } from '../../protocol/signature';
import type { StoredObject } from '../store/objects';
import type { Update } from './update';

/** As the real services are set up. */
const chunkSize = 5_242_880;

export type Owner = Pick<ObjectMetadata, 'originID' | 'originType' | 'ownerID'>;

/**
 * The numbers of versions, as the service counts them: from the nanoseconds since 1970 at its start, one by one, so that
 * successive versions differ by 1.
 */
export class Versions {
  #last: bigint;

  /** @param now when the service starts, in ms since 1970. */
  constructor(now: number) {
    this.#last = BigInt(now) * 1_000_000n;
  }

  next(): string {
    this.#last += 1n;
    return String(this.#last);
  }
}

/** The data that an object has after an update; without any in it the old data is dropped, unless it is `metaOnly`. */
export function keptData({ metadata, data }: Update, old: StoredObject | undefined): Buffer | undefined {
  if (metadata.noData) return undefined;
  return metadata.metaOnly ? old?.data : data;
}

/** The object that an update makes of the one that was there. */
export function newVersion(
  { metadata: given }: Update,
  old: StoredObject | undefined,
  made: { organization: string; version: string; owner: Owner; data: Buffer | undefined; now: number },
): StoredObject {
  const { organization, version, owner, data, now } = made;
  const { originID, originType, ownerID } = owner;
  const hasOrigin = given.originID !== '' && given.originType !== '';
  const consumers = consumersOf(given.consumers);
  const fresh = data !== undefined && !given.metaOnly;
  return {
    metadata: {
      ...given,
      ...(given.noData && { link: '', publicKey: '', signature: '' }),
      ...(given.metaOnly && old && signatureOf(old.metadata)),
      ...(given.destinationPolicy && {
        destinationPolicy: { ...given.destinationPolicy, timestamp: `${now}000000` },
      }),
      ...(!hasOrigin && { originID, originType }),
      ownerID,
      consumers,
      destinationOrgID: organization,
      instanceID: version,
      dataID: given.metaOnly && old ? old.metadata.dataID : fresh ? version : '0',
      // The real service forgets the size of data that stays.
      objectSize: given.metaOnly ? 0 : (data?.length ?? 0),
      chunkSize,
      uploadChunkSize: 0,
    },
    status: data !== undefined || given.noData || given.link ? 'ready' : 'notReady',
    data,
    consumersLeft: consumers,
    deliveries: old?.deliveries ?? new Map(),
    withdrawnFrom: [],
    policyReceived: false,
    removedServices: [],
  };
}

function signatureOf(
  metadata: ObjectMetadata,
): Pick<ObjectMetadata, 'hashAlgorithm' | 'publicKey' | 'signature'> {
  const { hashAlgorithm, publicKey, signature } = metadata;
  return { hashAlgorithm, publicKey, signature };
}

function consumersOf(given: number): number {
  if (given === -1) return 2_147_483_647;
  return given === 0 ? 1 : given;
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
