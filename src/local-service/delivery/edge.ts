import type { ObjectMetadata } from '../../protocol/metadata';
import { canReachEdge } from '../../protocol/names';
import { inMemory } from '../../storage/journal';
import type { Timer } from '../../system/clock';
import { every } from '../../system/every';
import type { Caller } from '../roles';
import { Locks } from '../store/locks';
import type { NotificationStatus } from '../store/notifications';
import type { ObjectName, StoredObject } from '../store/objects';
import type { Addressees } from './addressing';
import { destinationOf, type EdgeName } from './destination';
import { noFaults, usualFaults } from './faults';
import { Inbox } from './inbox';
import type { Intervals } from './intervals';
import type { CloudLink, EdgeLink } from './link';
import { Polling } from './polling';
import { Sender } from './sender';
import { Service, type ServiceOptions, type ServiceParts } from './service';
import { nameOf, type Owner, removed } from './version';

export interface EdgeOptions extends ServiceOptions, EdgeName {
  organization: string;
  /**
   * Keeps its objects in memory, as an ESS of Open Horizon may: they are lost when it stops, and data of more than
   * 5,242,880 bytes gets through in neither direction.
   */
  memory?: boolean;
}

/** Neither keeps the process running: that is for the listener. */
const background = { background: true };

/** An edge: it fetches what the cloud has for it, and tells the cloud what its applications do. */
export class LocalEdge extends Service implements EdgeLink {
  readonly nodeType = 'ESS';
  readonly organization: string;
  readonly destinationType: string;
  readonly destinationID: string;
  readonly persistent: boolean;
  readonly #locks = new Locks();
  readonly #inbox: Inbox;
  readonly #sender: Sender;
  #up = false;
  #looking = false;
  #registration: Timer | undefined;
  #waiting: (() => void)[] = [];
  readonly #polling: Polling;
  #maintenance: Timer | undefined;

  constructor(
    options: EdgeOptions,
    private readonly cloud: CloudLink,
    private readonly intervals: Intervals,
    { journal, ...parts }: ServiceParts,
  ) {
    const { organization, destinationType, destinationID, memory = false } = options;
    const faults = parts.gentle ? noFaults : { ...usualFaults, padsRanges: !memory };
    const kept = memory ? inMemory() : journal;
    super(options, { ...parts, journal: kept }, faults, `ess ${organization}/${destinationOf(options)}`);
    this.organization = organization;
    this.destinationType = destinationType;
    this.destinationID = destinationID;
    this.persistent = !memory;
    this.#inbox = new Inbox(this, cloud, this.store, this.notifications, this.webhooks);
    this.#sender = new Sender(cloud);
    this.#polling = new Polling(this.clock, intervals.poll, () => this.poll());
  }

  get keepsFiles(): boolean {
    return this.persistent;
  }

  get destination(): string {
    return destinationOf(this);
  }

  override async start(): Promise<void> {
    await super.start();
    this.#up = true;
    const { registration, maintenance } = this.intervals;
    this.#registration = this.clock.after(registration, () => void this.#register(), background);
    this.#maintenance = every(this.clock, maintenance, () => this.activateDue(), background);
  }

  override async stop(): Promise<void> {
    this.#up = false;
    this.#registration?.cancel();
    this.#polling.stop();
    this.#maintenance?.cancel();
    this.#letWaitingGo();
    await super.stop();
    if (!this.persistent) this.loseStore();
  }

  /** Resolves once the cloud knows it: before that it refuses what is addressed to it. Also when it is stopped. */
  async untilRegistered(): Promise<void> {
    if (this.#up && !this.cloud.knows(this))
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** All that it kept is gone, as when somebody wipes the disk under it. The cloud is not told. */
  loseStore(): void {
    for (const organization of this.store.organizations()) this.store.forget(organization);
    this.notifications.forget(this.organization);
  }

  /** The cloud forgets it, and it forgets its objects; on files it stays where the cloud cannot be told. */
  leave(): boolean {
    if (!this.cloud.up) return !this.persistent;
    this.cloud.unregister(this);
    this.loseStore();
    return true;
  }

  /** Looks at the cloud now, as it does by itself at its interval. */
  poll(): void {
    if (!this.#up || !this.cloud.up || !this.cloud.knows(this)) return;
    if (this.#looking) {
      this.#polling.expect();
      return;
    }
    this.#looking = true;
    void this.#inbox.empty().then((found) => {
      this.#looking = false;
      if (found) this.#polling.found();
    });
  }

  wake(): void {
    if (this.faults.newsWaitForPoll) this.#polling.expect();
    else queueMicrotask(() => this.poll());
  }

  /** Resolves when no acknowledgement that waits for the cloud holds up this object. */
  async unlocked(name: ObjectName): Promise<void> {
    if (this.#locks.any) await this.#locks.free(name, this.faults.sharesLocks);
  }

  resend(): void {
    this.cloud.deliveries.resend(this);
  }

  protected addressees(_metadata: ObjectMetadata, before: Addressees): Addressees {
    return before;
  }

  protected async published(organization: string, object: StoredObject): Promise<void> {
    this.#note(object, 'update');
    await this.#send(() => this.#tellUpdate(organization, object));
  }

  /** It is gone once the cloud knows: until then it is listed as deleted here, too. */
  protected async deletedHere(organization: string, object: StoredObject): Promise<void> {
    this.store.change(organization, object, removed(object));
    this.#note(object, 'delete');
    await this.#send(() => this.#tellDeletion(object));
  }

  /** The real service answers when its cloud has taken it, however long that takes. */
  protected async acknowledged(
    organization: string,
    object: StoredObject,
    how: 'consumed' | 'deleted',
  ): Promise<void> {
    this.#note(object, how);
    const { objectType, objectID } = object.metadata;
    // What cannot be told is answered all the same, and stays.
    if (!canReachEdge(objectType) || !canReachEdge(objectID)) return;
    const told = this.#acknowledge(object, how);
    if (this.faults.holdsAcknowledgements) {
      await this.#locks.hold([organization, objectType, objectID], told);
    }
  }

  protected owned({ ownerID }: ObjectMetadata, _caller: Caller): Owner {
    return { originID: this.destinationID, originType: this.destinationType, ownerID };
  }

  async #acknowledge(object: StoredObject, how: 'consumed' | 'deleted'): Promise<void> {
    if (!this.cloud.up) await this.cloud.untilUp();
    const { metadata } = object;
    this.cloud.deliveries[how](this, metadata);
    // A newer version may have come meanwhile.
    if (this.store.get(...nameOf(metadata)) !== object) return;
    this.notifications.delete(nameOf(metadata));
    this.store.delete(...nameOf(metadata));
  }

  #send(tell: () => Promise<void> | undefined): Promise<void> {
    return this.#sender.send(tell, this.faults.fillsQueue);
  }

  #tellUpdate(organization: string, object: StoredObject): Promise<void> | undefined {
    const { objectType, objectID, instanceID } = object.metadata;
    if (!canReachEdge(objectType) || !canReachEdge(objectID)) return undefined;
    // Of several versions that wait the latest is told.
    if (this.store.get(organization, objectType, objectID)?.metadata.instanceID !== instanceID)
      return undefined;
    const arrived = this.cloud.arrivals.publish(this, object);
    this.#note(object, 'updated');
    return arrived;
  }

  #tellDeletion(object: StoredObject): undefined {
    const name = nameOf(object.metadata);
    const { objectType, objectID, instanceID } = object.metadata;
    if (!canReachEdge(objectType) || !canReachEdge(objectID)) return;
    this.cloud.arrivals.delete(this, object.metadata);
    const here = this.store.get(...name);
    if (here?.metadata.instanceID !== instanceID || !here.metadata.deleted) return;
    this.notifications.delete(name);
    this.store.delete(...name);
  }

  /** What the cloud does not know yet is told again when this edge registers again. */
  #note({ metadata }: StoredObject, status: NotificationStatus): void {
    const { instanceID, dataID } = metadata;
    const [name, { destination }] = [nameOf(metadata), this];
    this.notifications.set({ name, destination, status, instanceID, dataID });
  }

  async #register(): Promise<void> {
    if (!this.cloud.up) await this.cloud.untilUp();
    // It may have been stopped while its cloud was away.
    if (!this.#up) return;
    if (this.cloud.register(this)) this.#beNew();
    this.#letWaitingGo();
    this.#tellWaiting();
    this.#polling.start();
  }

  #letWaitingGo(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  /** The cloud does not know it: it sends what it has, and what it had begun to fetch comes from the beginning. */
  #beNew(): void {
    for (const object of this.store.all(this.organization)) {
      const { status, metadata } = object;
      const lost = status === 'partiallyreceived' || (!this.persistent && status === 'completelyReceived');
      if (lost) this.store.delete(...nameOf(metadata));
      else if (status === 'ready' && !metadata.inactive) this.#note(object, 'update');
    }
  }

  #tellWaiting(): void {
    for (const { name, status } of this.notifications.of(this.organization, this.destination)) {
      const object = this.store.get(...name);
      if (!object) continue;
      if (status === 'update') void this.#sender.send(() => this.#tellUpdate(name[0], object), false);
      if (status === 'delete') void this.#sender.send(() => this.#tellDeletion(object), false);
      if (status === 'consumed' || status === 'deleted') void this.#acknowledge(object, status);
    }
  }
}
