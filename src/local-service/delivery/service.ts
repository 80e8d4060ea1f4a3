import type { ObjectMetadata } from '../../protocol/metadata';
import type { Journal } from '../../storage/journal';
import type { Clock } from '../../system/clock';
import { badRequest, errorResponse, nothing } from '../responses/response';
import { refuseReceived, unmarkable, wrongState } from '../responses/wrong-state';
import type { Caller } from '../roles';
import { Store, type StoredObject } from '../store/objects';
import { type Faults, noFaults } from './faults';
import { type Listening, nowhere } from './listening';
import { isForService, unversioned } from './policy';
import type { Update } from './update';
import { keptData, newVersion, type Owner, unfit, Versions } from './version';
import { Webhooks } from './webhooks';

export type ObjectName = readonly [organization: string, objectType: string, objectID: string];

export interface ServiceOptions {
  /** What this service takes for the time of day, in ms since 1970; its clock's unless given. */
  clock?: () => number;
  /** How many bytes of data this service keeps at most; 1 GiB unless given. */
  memoryLimit?: number;
  faults?: Partial<Faults>;
}

/** What a service is made with, beside its options. */
export interface ServiceParts {
  clock: Clock;
  journal: Journal;
}

/** Listed to applications: what came from elsewhere and waits for them. */
const unread = new Set(['completelyReceived', 'objdeleted']);
const longestFileName = 255;

/** What a CSS and an ESS have in common: they keep objects, and applications read and write them. */
export abstract class Service {
  readonly store: Store;
  readonly webhooks: Webhooks;
  /** Whose upload in chunks has begun: later chunks have a place to go to. */
  readonly begunUploads = new WeakSet<StoredObject>();
  readonly journal: Journal;
  /** The time of day that this service believes in. */
  readonly now: () => number;
  /** Can be switched at any time. */
  readonly faults: Faults;
  readonly #versions: Versions;
  readonly #memoryLimit: number;
  readonly #began: number;
  protected listening: Listening = nowhere;
  protected readonly clock: Clock;

  abstract readonly nodeType: 'CSS' | 'ESS';

  /** @param name of this service in the journal. */
  constructor(
    { clock: now, memoryLimit = 1_073_741_824, faults }: ServiceOptions,
    { clock, journal }: ServiceParts,
    name: string,
  ) {
    this.clock = clock;
    this.journal = journal;
    this.now = now ?? (() => clock.now());
    this.#began = clock.elapsed();
    this.store = new Store(journal, name);
    this.webhooks = new Webhooks(journal.map(`${name} webhooks`));
    this.faults = { ...noFaults, ...faults };
    this.#versions = new Versions(this.now());
    this.#memoryLimit = memoryLimit;
  }

  get address(): string {
    return this.listening.address;
  }

  /** PEM of the certificate to trust, where it speaks TLS. */
  get caCertificate(): string | undefined {
    return this.listening.caCertificate;
  }

  /** How long it has been there, in ms. */
  get upTime(): number {
    return this.clock.elapsed() - this.#began;
  }

  /** Says where applications reach it; that starts and stops with it. */
  listenOn(listening: Listening): void {
    this.listening = listening;
  }

  abstract start(): Promise<void>;
  abstract stop(): Promise<void>;

  /** An application has written or activated an object here, which may not be ready yet. */
  protected abstract published(organization: string, object: StoredObject): void;
  protected abstract deletedHere(organization: string, object: StoredObject): void;
  /** An application has acknowledged an object that came from elsewhere; resolves once its sender knows. */
  protected abstract acknowledged(
    organization: string,
    object: StoredObject,
    how: 'consumed' | 'deleted',
  ): Promise<void>;
  protected abstract owned(organization: string, caller: Caller): Owner;

  /** Takes metadata, and its data if it came along; without data the old data is dropped, unless `metaOnly`. */
  update(organization: string, update: Update, caller: Caller): void {
    const { objectType, objectID, destinationOrgID } = update.metadata;
    const target = destinationOrgID || organization;
    const old = this.store.get(target, objectType, objectID);
    refuseReceived(old, "Can't update object of the receiving side");
    this.#refuseLongName([target, objectType, objectID]);
    const kept = keptData(update, old);
    this.#refuseBeyondLimit(kept, old);
    const object = newVersion(update, old, {
      organization: target,
      version: this.#versions.next(),
      owner: this.owned(organization, caller),
      data: kept,
      now: this.now(),
    });
    const fresh = kept !== undefined && !update.metadata.metaOnly;
    const failure = fresh ? unfit(object.metadata, kept) : undefined;
    if (failure !== undefined) {
      this.store.set(target, { ...object, status: 'verificationFailed', data: undefined });
      throw errorResponse(500, failure);
    }
    this.store.set(target, object);
    this.published(target, object);
  }

  updateData(name: ObjectName, data: Buffer): void {
    const object = this.#require(name);
    refuseReceived(object, "Can't update data of the receiving side");
    if (object.metadata.noData) throw badRequest("Can't update data, the NoData flag is set to true");
    this.#refuseBeyondLimit(data, object);
    const failure = unfit(object.metadata, data);
    if (failure !== undefined) {
      this.store.change(name[0], object, { status: 'verificationFailed', data: undefined });
      throw errorResponse(500, `Failed to verify and store data, Error: ${failure}`);
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
    if (object.status !== 'objdeleted' || !this.isFromElsewhere(object)) throw wrongState(object, 'deleted');
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
    const now = this.now();
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

  /** Tombstones of what was written here wait for the edges, not for applications. */
  protected isFromElsewhere({ metadata }: StoredObject): boolean {
    return this.nodeType === 'ESS' || metadata.originType !== 'Cloud';
  }

  /** The real service keeps an object in a file of its name. */
  #refuseLongName(name: ObjectName): void {
    if (Buffer.byteLength(name[2]) <= longestFileName) return;
    const path = this.faults.tellsPaths ? `remove /var/edge-sync-service/sync/${name.join('-')}: ` : '';
    throw errorResponse(500, `Failed to delete data. Error: ${path}file name too long`);
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
    throw errorResponse(
      500,
      `Failed to store data. Error: the local service is full, its limit is ${this.#memoryLimit} bytes`,
    );
  }
}
