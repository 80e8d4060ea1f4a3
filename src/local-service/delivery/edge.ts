import type { ObjectMetadata } from '../../protocol/metadata';
import { canReachEdge } from '../../protocol/names';
import type { Timer } from '../../system/clock';
import { every } from '../../system/every';
import { Locks } from '../store/locks';
import type { StoredObject } from '../store/objects';
import { destinationOf, type EdgeName } from './destination';
import type { Intervals } from './intervals';
import type { CloudLink, EdgeLink } from './link';
import { removedServices } from './policy';
import { Service, type ServiceOptions, type ServiceParts } from './service';
import type { Owner } from './version';

export interface EdgeOptions extends ServiceOptions, EdgeName {
  organization: string;
}

/** Neither keeps the process running: that is for the listener. */
const background = { background: true };

/** An edge: it fetches what the cloud has for it, and tells the cloud what its applications do. */
export class LocalEdge extends Service implements EdgeLink {
  readonly nodeType = 'ESS';
  readonly organization: string;
  readonly destinationType: string;
  readonly destinationID: string;
  /** The real service answers no question about an object whose acknowledgement waits for the cloud. */
  readonly #locks = new Locks();
  #registered = false;
  #up = false;
  #registration: Timer | undefined;
  #poll: Timer | undefined;
  #maintenance: Timer | undefined;

  constructor(
    options: EdgeOptions,
    private readonly cloud: CloudLink,
    private readonly intervals: Intervals,
    parts: ServiceParts,
  ) {
    const { organization, destinationType, destinationID } = options;
    super(options, parts, `ess ${organization}/${destinationOf(options)}`);
    this.organization = organization;
    this.destinationType = destinationType;
    this.destinationID = destinationID;
    this.#tellWaiting();
  }

  get destination(): string {
    return destinationOf(this);
  }

  get key(): string {
    return `${this.organization}/${this.destination}`;
  }

  get registered(): boolean {
    return this.#registered;
  }

  async start(): Promise<void> {
    await this.listening.start();
    this.#up = true;
    const delay = this.#registered ? 0 : this.intervals.registration;
    this.#registration = this.clock.after(delay, () => void this.#register(), background);
    const { maintenance } = this.intervals;
    this.#maintenance = every(this.clock, maintenance, () => this.activateDue(), background);
  }

  async stop(): Promise<void> {
    this.#up = false;
    this.#registration?.cancel();
    this.#poll?.cancel();
    this.#maintenance?.cancel();
    await this.listening.stop();
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

  protected owned(): Owner {
    return { originID: this.destinationID, originType: this.destinationType, ownerID: '' };
  }

  /** After a start on what was kept: what the cloud had not heard of is told. */
  #tellWaiting(): void {
    for (const object of this.store.all(this.organization)) {
      if (object.status === 'objconsumed') void this.acknowledged(this.organization, object, 'consumed');
      else if (!this.cloud.has(this, object.metadata)) this.published(this.organization, object);
    }
  }

  async #register(): Promise<void> {
    await this.cloud.untilUp();
    // It may have been stopped while its cloud was away.
    if (!this.#up) return;
    this.#registered = true;
    this.cloud.register(this);
    this.#poll?.cancel();
    this.#poll = every(this.clock, this.intervals.poll, () => this.poll(), background);
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
