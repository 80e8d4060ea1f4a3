import type { ObjectMetadata } from '../protocol/metadata';
import { SignatureCheck } from '../protocol/signature';
import type { Journal } from '../storage/journal';
import { badRequest, nothing, refusal } from './answer';
import { type Faults, noFaults } from './faults';
import type { Update } from './metadata';
import { isForService, unversioned } from './policy';
import { refuseReceived, unmarkable, wrongState } from './refusals';
import type { Caller } from './roles';
import { Store, type StoredObject, Versions } from './store';
import { Webhooks } from './webhooks';

export type ObjectName = readonly [organization: string, objectType: string, objectID: string];

export interface SideOptions {
  /** The time, in ms since 1970; another clock is for tests. */
  clock?: () => number;
  /** How many bytes of data this service keeps at most; 1 GiB unless given. */
  memoryLimit?: number;
  faults?: Partial<Faults>;
}

/** Listed to applications: what came from the other side and waits for them. */
const unread = new Set(['completelyReceived', 'objdeleted']);
/** As the real services are set up. */
const chunkSize = 5_242_880;
const longestFileName = 255;

/** What a CSS and an ESS have in common: they keep objects, and applications read and write them. */
export abstract class Side {
  readonly store: Store;
  readonly webhooks: Webhooks;
  /** Whose upload in chunks has begun: later chunks have a place to go to. */
  readonly begunUploads = new WeakSet<StoredObject>();
  readonly clock: () => number;
  /** Can be switched at any time. */
  readonly faults: Faults;
  readonly #versions: Versions;
  readonly #memoryLimit: number;

  abstract readonly nodeType: 'CSS' | 'ESS';

  /** @param name of this service in the journal. */
  constructor(
    { clock = Date.now, memoryLimit = 1_073_741_824, faults }: SideOptions,
    readonly journal: Journal,
    name: string,
  ) {
    this.store = new Store(journal, name);
    this.webhooks = new Webhooks(journal.map(`${name} webhooks`));
    this.clock = clock;
    this.faults = { ...noFaults, ...faults };
    this.#versions = new Versions(clock());
    this.#memoryLimit = memoryLimit;
  }

  /** An application has written or activated an object here, which may not be ready yet. */
  protected abstract published(organization: string, object: StoredObject): void;
  protected abstract deletedHere(organization: string, object: StoredObject): void;
  /** An application has acknowledged an object that came from the other side; resolves once that side knows. */
  protected abstract acknowledged(
    organization: string,
    object: StoredObject,
    how: 'consumed' | 'deleted',
  ): Promise<void>;
  protected abstract owned(
    organization: string,
    caller: Caller,
  ): Pick<ObjectMetadata, 'originID' | 'originType' | 'ownerID'>;

  /** Takes metadata, and its data if it came along; without data the old data is dropped, unless `metaOnly`. */
  update(organization: string, update: Update, caller: Caller): void {
    const { objectType, objectID, destinationOrgID } = update.metadata;
    const target = destinationOrgID || organization;
    const old = this.store.get(target, objectType, objectID);
    refuseReceived(old, "Can't update object of the receiving side");
    this.#refuseLongName([target, objectType, objectID]);
    const kept = keptData(update, old);
    this.#refuseBeyondLimit(kept, old);
    const fresh = kept !== undefined && !update.metadata.metaOnly;
    const instanceID = this.#versions.next();
    const { originID, originType, ownerID } = this.owned(organization, caller);
    const given = update.metadata;
    const hasOrigin = given.originID !== '' && given.originType !== '';
    const consumers = consumersOf(given.consumers);
    const object: StoredObject = {
      metadata: {
        ...given,
        ...(given.noData && { link: '', publicKey: '', signature: '' }),
        ...(given.metaOnly && old && signatureOf(old.metadata)),
        ...(given.destinationPolicy && {
          destinationPolicy: { ...given.destinationPolicy, timestamp: `${this.clock()}000000` },
        }),
        ...(!hasOrigin && { originID, originType }),
        ownerID,
        consumers,
        destinationOrgID: target,
        instanceID,
        dataID: given.metaOnly && old ? old.metadata.dataID : fresh ? instanceID : '0',
        // The real service forgets the size of data that stays.
        objectSize: given.metaOnly ? 0 : (kept?.length ?? 0),
        chunkSize,
        uploadChunkSize: 0,
      },
      status: kept !== undefined || given.noData || given.link ? 'ready' : 'notReady',
      data: kept,
      consumersLeft: consumers,
      deliveries: old?.deliveries ?? new Map(),
      withdrawnFrom: [],
      policyReceived: false,
      removedServices: [],
    };
    const failure = fresh ? verify(object.metadata, kept) : undefined;
    if (failure !== undefined) {
      this.store.set(target, { ...object, status: 'verificationFailed', data: undefined });
      throw refusal(500, failure);
    }
    this.store.set(target, object);
    this.published(target, object);
  }

  updateData(name: ObjectName, data: Buffer): void {
    const object = this.#require(name);
    refuseReceived(object, "Can't update data of the receiving side");
    if (object.metadata.noData) throw badRequest("Can't update data, the NoData flag is set to true");
    this.#refuseBeyondLimit(data, object);
    const failure = verify(object.metadata, data);
    if (failure !== undefined) {
      this.store.change(name[0], object, { status: 'verificationFailed', data: undefined });
      throw refusal(500, `Failed to verify and store data, Error: ${failure}`);
    }
    const version = this.#versions.next();
    this.store.change(name[0], object, {
      data,
      status: 'ready',
      metadata: { ...object.metadata, instanceID: version, dataID: version, objectSize: data.length },
    });
    this.published(name[0], object);
  }

  metadata(name: ObjectName): ObjectMetadata {
    return this.#require(name).metadata;
  }

  status(name: ObjectName): string {
    return this.#require(name).status;
  }

  /** 404 for all of: unknown, not ready, no data, deleted. */
  data(name: ObjectName): Buffer {
    const { data, status } = this.#require(name);
    const hidden = status === 'notReady' || status === 'objdeleted' || status === 'verificationFailed';
    if (data === undefined || hidden) throw nothing;
    return data;
  }

  updates(organization: string, objectType: string, withReceived: boolean): StoredObject[] {
    return this.store
      .ofType(organization, objectType)
      .filter(({ status }) => unread.has(status) || (withReceived && status === 'objreceived'));
  }

  async consumed(name: ObjectName): Promise<void> {
    const object = this.#received(name, 'consumed');
    const consumersLeft = object.consumersLeft - 1;
    if (consumersLeft > 0) return this.store.change(name[0], object, { consumersLeft });
    this.store.change(name[0], object, { consumersLeft, status: 'objconsumed' });
    await this.acknowledged(name[0], object, 'consumed');
  }

  received(name: ObjectName): void {
    this.store.change(name[0], this.#received(name, 'received'), { status: 'objreceived' });
  }

  /** Also from a service that the policy of the object no longer names. */
  async deletionAcknowledged(name: ObjectName, caller: Caller): Promise<void> {
    const object = this.store.get(...name);
    if (!object) throw unmarkable('deleted');
    const service = caller.role === 'service' ? unversioned(caller.name) : '';
    if (object.removedServices.includes(service)) {
      const removedServices = object.removedServices.filter((each) => each !== service);
      return this.store.change(name[0], object, { removedServices });
    }
    if (object.status !== 'objdeleted' || !this.isFromOtherSide(object)) throw wrongState(object, 'deleted');
    this.store.delete(...name);
    await this.acknowledged(name[0], object, 'deleted');
  }

  activate(name: ObjectName): void {
    const object = this.store.get(...name);
    if (!object) throw badRequest('Failed to mark the object as active. Error: Object not found');
    refuseReceived(
      object,
      "Failed to mark the object as active. Error: Can't activate object on the receiving side",
    );
    if (!object.metadata.inactive) return;
    this.store.change(name[0], object, { metadata: { ...object.metadata, inactive: false } });
    this.published(name[0], object);
  }

  /** Activates what is due by now. */
  activateDue(): void {
    const now = this.clock();
    for (const organization of this.store.organizations()) {
      for (const { metadata } of this.store.all(organization)) {
        const { objectType, objectID, inactive, activationTime } = metadata;
        if (inactive && activationTime && Date.parse(activationTime) <= now) {
          this.activate([organization, objectType, objectID]);
        }
      }
    }
  }

  /** @param caller a sync administrator is told 400 where others are told 404. */
  delete(name: ObjectName, caller: Caller): void {
    const object = this.store.get(...name);
    const failed = 'Failed to delete the object. Error:';
    if (!object) throw caller.role === 'syncAdmin' ? badRequest(`${failed} Object not found`) : nothing;
    if (this.nodeType === 'ESS') {
      refuseReceived(object, `${failed} Can't delete object on the receiving side for ESS`);
    }
    this.deletedHere(name[0], object);
  }

  /** A service sees objects that its policy names, and as deleted what a policy has stopped to name. */
  seenBy(object: StoredObject, caller: Caller): ObjectMetadata | undefined {
    if (caller.role !== 'service') return object.metadata;
    if (object.removedServices.includes(unversioned(caller.name)))
      return { ...object.metadata, deleted: true };
    return isForService(object.metadata, caller.name) ? object.metadata : undefined;
  }

  /** Tombstones of what was written here wait for the other side, not for applications. */
  protected isFromOtherSide({ metadata }: StoredObject): boolean {
    return this.nodeType === 'ESS' || metadata.originType !== 'Cloud';
  }

  /** The real service keeps an object in a file of its name. */
  #refuseLongName(name: ObjectName): void {
    if (Buffer.byteLength(name[2]) <= longestFileName) return;
    const path = this.faults.tellsPaths ? `remove /var/edge-sync-service/sync/${name.join('-')}: ` : '';
    throw refusal(500, `Failed to delete data. Error: ${path}file name too long`);
  }

  #require(name: ObjectName): StoredObject {
    const object = this.store.get(...name);
    if (!object) throw nothing;
    return object;
  }

  #received(name: ObjectName, mark: string): StoredObject {
    const object = this.store.get(...name);
    if (!object) throw unmarkable(mark);
    if (object.status !== 'completelyReceived' && object.status !== 'objreceived')
      throw wrongState(object, mark);
    return object;
  }

  #refuseBeyondLimit(data: Buffer | undefined, old: StoredObject | undefined): void {
    const bytes = this.store.bytes - (old?.data?.length ?? 0) + (data?.length ?? 0);
    if (bytes <= this.#memoryLimit) return;
    throw refusal(
      500,
      `Failed to store data. Error: the local service is full, its limit is ${this.#memoryLimit} bytes`,
    );
  }
}

function keptData({ metadata, data }: Update, old: StoredObject | undefined): Buffer | undefined {
  if (metadata.noData) return undefined;
  return metadata.metaOnly ? old?.data : data;
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
function verify(metadata: ObjectMetadata, data: Buffer): string | undefined {
  const check = SignatureCheck.of(metadata);
  if (!check) return undefined;
  if (!check.canBeRead) return 'Failed to parse public key, Error: asn1: structure error';
  check.update(data);
  return check.fits()
    ? undefined
    : 'Failed to verify data with public key and data signature, Error: crypto/rsa: verification error';
}
