import type { ObjectMetadata } from '../protocol/metadata';
import { canReachEdge } from '../protocol/names';
import type { Journal } from '../storage/journal';
import type { LocalCloud } from './cloud';
import type { Intervals } from './intervals';
import { Listener, type ListenerOptions } from './listener';
import { Locks } from './locks';
import { placeOf } from './place';
import { removedServices } from './policy';
import { rest } from './rest';
import type { Authenticator } from './roles';
import { Side, type SideOptions } from './side';
import type { StoredObject } from './store';

export interface EdgeOptions extends ListenerOptions, SideOptions {
  organization: string;
  destinationType: string;
  destinationID: string;
}

/** An edge's side: it fetches what the cloud has for it, and tells the cloud what its applications do. */
export class LocalEdge extends Side {
  readonly nodeType = 'ESS';
  readonly organization: string;
  readonly destinationType: string;
  readonly destinationID: string;
  readonly #listener: Listener;
  /** The real service answers no question about an object whose acknowledgement waits for the cloud. */
  readonly #locks = new Locks();
  #registered = false;
  #up = false;
  #registration: NodeJS.Timeout | undefined;
  #poll: NodeJS.Timeout | undefined;
  #maintenance: NodeJS.Timeout | undefined;

  constructor(
    private readonly cloud: LocalCloud,
    private readonly intervals: Intervals,
    options: EdgeOptions,
    authenticate: Authenticator,
    journal: Journal,
  ) {
    const { organization, destinationType, destinationID } = options;
    super(options, journal, `ess ${organization}/${placeOf(options)}`);
    this.organization = organization;
    this.destinationType = destinationType;
    this.destinationID = destinationID;
    this.#listener = new Listener(options, rest(this, authenticate));
    this.#tellWaiting();
  }

  get address(): string {
    return this.#listener.address;
  }

  /** PEM of the certificate to trust, where it speaks TLS. */
  get caCertificate(): string | undefined {
    return this.#listener.caCertificate;
  }

  /** As lists of destinations name it. */
  get place(): string {
    return placeOf(this);
  }

  get key(): string {
    return `${this.organization}/${this.place}`;
  }

  get registered(): boolean {
    return this.#registered;
  }

  async start(): Promise<void> {
    await this.#listener.start();
    this.#up = true;
    const delay = this.#registered ? 0 : this.intervals.registration;
    this.#registration = setTimeout(() => void this.#register(), delay);
    this.#registration.unref();
    this.#maintenance = setInterval(() => this.activateDue(), this.intervals.maintenance);
    this.#maintenance.unref();
  }

  async stop(): Promise<void> {
    this.#up = false;
    clearTimeout(this.#registration);
    clearInterval(this.#poll);
    clearInterval(this.#maintenance);
    await this.#listener.stop();
  }

  /** Looks at the cloud now, as it does by itself at its interval. */
  poll(): void {
    if (!this.cloud.up || !this.cloud.knows(this)) return;
    for (const object of this.cloud.take(this)) this.#accept(object);
  }

  /** Resolves when no acknowledgement of this object waits for the cloud. */
  async unlocked(objectType: string, objectID: string): Promise<void> {
    await this.#locks.free(objectType, objectID, this.faults.sharesLocks);
  }

  /** Resolves when an update may be taken. */
  async untilRoom(): Promise<void> {
    if (this.faults.fillsQueue && this.#locks.full) await this.cloud.untilUp();
  }

  resend(): void {
    this.cloud.resend(this);
  }

  /** The cloud consumed what this edge had sent: the ID is used up here. */
  consumedByCloud({ objectType, objectID, instanceID }: ObjectMetadata): void {
    const object = this.store.get(this.organization, objectType, objectID);
    if (object?.metadata.instanceID !== instanceID) return;
    this.store.change(this.organization, object, { status: 'consumedByDest', data: undefined });
  }

  protected published(_organization: string, object: StoredObject): void {
    if (object.metadata.inactive || object.status !== 'ready') return;
    const told = this.cloud.untilUp().then(() => this.cloud.receive(this, object));
    void this.#locks.queue(told);
  }

  protected deletedHere(organization: string, object: StoredObject): void {
    const { objectType, objectID } = object.metadata;
    this.store.delete(organization, objectType, objectID);
    void this.cloud.untilUp().then(() => this.cloud.receiveDeletion(this, object));
  }

  /** The real service answers a consumed only when its cloud has taken it, however long that takes. */
  protected async acknowledged(
    organization: string,
    object: StoredObject,
    how: 'consumed' | 'deleted',
  ): Promise<void> {
    const { metadata } = object;
    const { objectType, objectID } = metadata;
    await this.#locks.hold(objectType, objectID, this.cloud.untilUp());
    this.cloud.report(this, metadata, how);
    // A newer version may have come meanwhile.
    if (this.store.get(organization, objectType, objectID) === object) {
      this.store.delete(organization, objectType, objectID);
    }
  }

  protected owned(): Pick<ObjectMetadata, 'originID' | 'originType' | 'ownerID'> {
    return { originID: this.destinationID, originType: this.destinationType, ownerID: '' };
  }

  /** After a start on what was kept: what the cloud had not heard of is told. */
  #tellWaiting(): void {
    for (const object of this.store.all(this.organization)) {
      const { objectType, objectID, instanceID } = object.metadata;
      const there = this.cloud.store.get(this.organization, objectType, objectID);
      if (object.status === 'objconsumed') void this.acknowledged(this.organization, object, 'consumed');
      else if (there?.metadata.instanceID !== instanceID) this.published(this.organization, object);
    }
  }

  async #register(): Promise<void> {
    await this.cloud.untilUp();
    // It may have been stopped while its cloud was away.
    if (!this.#up) return;
    this.#registered = true;
    this.cloud.register(this);
    clearInterval(this.#poll);
    this.#poll = setInterval(() => this.poll(), this.intervals.poll);
    this.#poll.unref();
  }

  #accept(sent: StoredObject): void {
    const metadata = { ...sent.metadata, destinationID: this.destinationID };
    const { objectType, objectID, deleted, instanceID, metaOnly } = metadata;
    const here = this.store.get(this.organization, objectType, objectID);
    if (here?.metadata.instanceID === instanceID && here.metadata.deleted === deleted) {
      if (!deleted) this.cloud.report(this, metadata, 'delivered');
      return;
    }
    // The real edge can neither fetch nor acknowledge an object of such a name, and tries for ever.
    const fetchable = canReachEdge(objectType) && canReachEdge(objectID);
    this.store.set(this.organization, {
      metadata,
      data: fetchable ? sent.data : undefined,
      status: !fetchable ? 'partiallyreceived' : deleted ? 'objdeleted' : 'completelyReceived',
      consumersLeft: metadata.consumers,
      deliveries: new Map(),
      withdrawnFrom: [],
      policyReceived: false,
      removedServices: here ? removedServices(here.metadata, metadata) : [],
    });
    if (deleted || !fetchable) return;
    this.cloud.report(this, metadata, 'delivered');
    if (sent.data && !metaOnly) this.webhooks.ring(this.organization, metadata);
  }
}
