import type { ObjectMetadata } from '../../protocol/metadata';
import type { Journal } from '../../storage/journal';
import type { Clock } from '../../system/clock';
import { badRequest, errorResponse, nothing } from '../responses/response';
import { isOwn, refuseReceived } from '../responses/wrong-state';
import type { Caller } from '../roles';
import { Notifications } from '../store/notifications';
import { type ObjectName, Store, type StoredObject } from '../store/objects';
import { RangeReads } from '../store/range-reads';
import type { Addressees } from './addressing';
import type { Faults } from './faults';
import { refuseOnFiles } from './files';
import { type Listening, nowhere } from './listening';
import { Marks } from './marks';
import { isDue } from './rfc3339';
import { Shutdown, type ShutdownOptions } from './shutdown';
import { newVersion, type Owner, type Update, unfit, Versions } from './version';
import { Webhooks } from './webhooks';

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
  /** Leaves out what can harm: see `LocalServiceOptions`. */
  gentle: boolean;
}

/** Listed to applications: what came from elsewhere and waits for them. */
const unread = new Set(['completelyReceived', 'objdeleted']);
/** Their data is not there for applications. */
const withoutData = new Set(['notReady', 'verificationFailed', 'partiallyreceived']);

/** What a CSS and an ESS have in common: they keep objects, and applications read and write them. */
export abstract class Service {
  readonly store: Store;
  readonly webhooks: Webhooks;
  /** Whose upload in chunks has begun: later chunks have a place to go to. */
  readonly begunUploads = new WeakSet<StoredObject>();
  readonly rangeReads: RangeReads;
  /** What applications say of what came from elsewhere. */
  readonly marks: Marks;
  readonly journal: Journal;
  /** The time of day that this service believes in. */
  readonly now: () => number;
  /** Can be switched at any time. */
  readonly faults: Faults;
  /** False while it is on its way down. */
  running = false;
  /** How often a user has asked for more than its health. */
  clientRequests = 0;
  protected readonly clock: Clock;
  protected readonly notifications: Notifications;
  protected listening: Listening = nowhere;
  readonly #versions: Versions;
  readonly #memoryLimit: number;
  readonly #began: number;
  readonly #shutdown: Shutdown;

  abstract readonly nodeType: 'CSS' | 'ESS';
  /** Whether the store that is imitated is one of files; the other is in memory. */
  abstract readonly keepsFiles: boolean;

  /** @param name of this service in the journal. */
  constructor(
    { clock: now, memoryLimit = 1_073_741_824, faults }: ServiceOptions,
    { clock, journal }: ServiceParts,
    usualFaults: Faults,
    name: string,
  ) {
    this.clock = clock;
    this.rangeReads = new RangeReads(clock);
    this.journal = journal;
    this.now = now ?? (() => clock.now());
    this.#began = clock.elapsed();
    this.store = new Store(journal, name);
    this.marks = new Marks(this.store, (...acknowledged) => this.acknowledged(...acknowledged));
    this.notifications = new Notifications(journal.map(`${name} notifications`));
    this.webhooks = new Webhooks(journal.map(`${name} webhooks`));
    this.faults = { ...usualFaults, ...faults };
    this.#versions = new Versions(this.now(), name);
    this.#shutdown = new Shutdown(this, clock);
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

  async start(): Promise<void> {
    await this.listening.start();
    this.running = true;
  }

  async stop(): Promise<void> {
    this.running = false;
    this.#shutdown.cancel();
    await this.listening.stop();
  }

  /** Goes in a while. */
  shutDown(options: ShutdownOptions): void {
    this.#shutdown.begin(options);
  }

  /** Does what comes before it goes for good. @returns false where it stays after all. */
  abstract leave(): boolean;

  /** Where an object goes from now on. @throws RestResponse where a list names an unknown edge. */
  protected abstract addressees(metadata: ObjectMetadata, before: Addressees): Addressees;
  /** A version is here, ready and active, and was sent until now to `before`. Resolves when another may follow. */
  protected abstract published(organization: string, object: StoredObject, before: Addressees): Promise<void>;
  protected abstract deletedHere(organization: string, object: StoredObject): Promise<void>;
  /** An application has acknowledged an object that came from elsewhere; resolves once its sender knows. */
  protected abstract acknowledged(
    organization: string,
    object: StoredObject,
    how: 'consumed' | 'deleted',
  ): Promise<void>;
  protected abstract owned(given: ObjectMetadata, caller: Caller): Owner;

  /** Takes metadata, and its data if it came along. */
  async update(organization: string, update: Update, caller: Caller): Promise<void> {
    const { objectType, objectID, destinationOrgID, metaOnly } = update.metadata;
    const target = destinationOrgID || organization;
    refuseReceived(
      this.store.get(organization, objectType, objectID),
      "Can't update object of the receiving side",
    );
    const old = this.store.get(target, objectType, objectID);
    const object = newVersion(update, {
      organization: target,
      version: this.#versions.next(),
      owner: this.owned(update.metadata, caller),
      now: this.now(),
      old,
      keepsFiles: this.keepsFiles,
    });
    const before = old?.deliveries ?? new Map();
    const deliveries = this.addressees(object.metadata, before);
    if (this.keepsFiles) refuseOnFiles(this, update, object, old);
    this.#refuseBeyondLimit(object.data, old);
    const stored = { ...object, deliveries };
    const failure = metaOnly || !object.data ? undefined : unfit(object.metadata, object.data);
    if (failure !== undefined) {
      this.store.set(target, { ...stored, status: 'verificationFailed', data: undefined });
      throw errorResponse(500, failure);
    }
    this.store.set(target, stored);
    this.notifications.delete([target, objectType, objectID]);
    if (stored.status === 'ready' && !stored.metadata.inactive) await this.published(target, stored, before);
  }

  async updateData(name: ObjectName, data: Buffer): Promise<void> {
    const object = this.#require(name);
    refuseReceived(object, "Can't update data of the receiving side");
    if (object.metadata.noData) throw badRequest("Can't update data, the NoData flag is set to true");
    this.#refuseBeyondLimit(data, object);
    const failure = unfit(object.metadata, data);
    const version = this.#versions.next();
    const metadata = { ...object.metadata, instanceID: version, dataID: version, objectSize: data.length };
    if (failure !== undefined) {
      this.store.change(name[0], object, { status: 'verificationFailed', data: undefined, metadata });
      throw errorResponse(500, `Failed to verify and store data, Error: ${failure}`);
    }
    this.store.change(name[0], object, { data, status: 'ready', metadata });
    if (!metadata.inactive) await this.published(name[0], object, object.deliveries);
  }

  metadata(name: ObjectName): ObjectMetadata {
    return this.#require(name).metadata;
  }

  status(name: ObjectName): string {
    return this.#require(name).status;
  }

  /** Undefined for all of: unknown, not ready, no data, deleted. */
  data(name: ObjectName): Buffer | undefined {
    const object = this.store.get(...name);
    return object && !withoutData.has(object.status) ? object.data : undefined;
  }

  updates(organization: string, objectType: string, withReceived: boolean): StoredObject[] {
    return this.store
      .ofType(organization, objectType)
      .filter(({ status }) => unread.has(status) || (withReceived && status === 'objreceived'));
  }

  async activate(name: ObjectName): Promise<void> {
    const failed = 'Failed to mark the object as active. Error:';
    const object = this.store.get(...name);
    if (!object) throw badRequest(`${failed} Object not found`);
    refuseReceived(object, `${failed} Can't activate object on the receiving side`);
    const { metadata } = object;
    this.store.change(name[0], object, { metadata: { ...metadata, inactive: false } });
    if (object.status !== 'ready') return;
    // An edge tells of it as it was. Active or not: it goes again to where it was consumed.
    const told = this.nodeType === 'ESS' ? { ...object, metadata } : object;
    await this.published(name[0], told, object.deliveries);
  }

  /** Activates what is due by now. */
  activateDue(): void {
    const now = this.now();
    for (const [object, organization] of this.store.timed()) {
      const { objectType, objectID, inactive, activationTime } = object.metadata;
      if (!inactive || !activationTime || !isDue(activationTime, now) || !isOwn(object)) continue;
      void this.activate([organization, objectType, objectID]);
    }
  }

  async delete(name: ObjectName): Promise<void> {
    const failed = 'Failed to delete the object. Error:';
    const object = this.store.get(...name);
    if (!object) throw badRequest(`${failed} Object not found`);
    if (this.nodeType === 'ESS') {
      refuseReceived(object, `${failed} Can't delete object on the receiving side for ESS`);
    }
    await this.deletedHere(name[0], object);
  }

  #require(name: ObjectName): StoredObject {
    const object = this.store.get(...name);
    if (!object) throw nothing;
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
