import type { Destination, DestinationStatus, ObjectMetadata } from '../../protocol/metadata';
import type { KeptMap } from '../../storage/journal';
import type { Timer } from '../../system/clock';
import { every } from '../../system/every';
import { errorResponse, nothing } from '../responses/response';
import { isOwn } from '../responses/wrong-state';
import type { Caller } from '../roles';
import { AccessLists } from '../store/access-lists';
import type { NotificationStatus } from '../store/notifications';
import type { ObjectName, StoredObject } from '../store/objects';
import { type Addressees, Addressing } from './addressing';
import { Arrivals } from './arrivals';
import { Deliveries } from './deliveries';
import { destinationOf, type EdgeName } from './destination';
import { noFaults, usualFaults } from './faults';
import type { Intervals } from './intervals';
import type { CloudLink, EdgeLink } from './link';
import { RegisteredEdges } from './registered-edges';
import { isDue } from './rfc3339';
import { Service, type ServiceOptions, type ServiceParts } from './service';
import { nameOf, type Owner } from './version';

/** How far an object has come at an edge by what was told: of others it is not said. */
const progress: Partial<Record<NotificationStatus, DestinationStatus['status']>> = {
  updatePending: 'delivering',
  updated: 'delivering',
  received: 'delivered',
  consumedByDestination: 'consumed',
  error: 'error',
};

/** The cloud: it addresses objects to edges, hands them over, and knows how far each has come. */
export class LocalCloud extends Service implements CloudLink {
  readonly nodeType = 'CSS';
  readonly keepsFiles = true;
  readonly accessLists: AccessLists;
  /** By organization: the address that was stored for it. */
  readonly organizations: KeptMap<string>;
  readonly deliveries: Deliveries;
  readonly arrivals: Arrivals;
  readonly #edges: RegisteredEdges;
  readonly #addressing: Addressing;
  #back: (() => void)[] = [];
  #up = false;
  #maintenance: Timer | undefined;
  #retry: Timer | undefined;

  constructor(
    options: ServiceOptions,
    private readonly intervals: Intervals,
    parts: ServiceParts,
  ) {
    super(options, parts, parts.gentle ? noFaults : usualFaults, 'css');
    const { journal } = parts;
    this.accessLists = new AccessLists(journal.map('css access lists'));
    this.organizations = journal.map('css organizations');
    this.#edges = new RegisteredEdges(journal.map('css edges'));
    this.#addressing = new Addressing(this.#edges);
    const { store, notifications, now } = this;
    this.deliveries = new Deliveries({
      store,
      notifications,
      addressing: this.#addressing,
      wake: (organization, destination) => this.#edges.wake(organization, destination),
      onFailure: () => this.#expectRetry(),
      now,
    });
    this.arrivals = new Arrivals(store, notifications, this.webhooks);
  }

  override async start(): Promise<void> {
    await super.start();
    this.#up = true;
    const { maintenance } = this.intervals;
    this.#maintenance = every(this.clock, maintenance, () => this.maintain(), { background: true });
    for (const resolve of this.#back.splice(0)) resolve();
    this.#edges.wakeAll();
    if (this.notifications.failed().length > 0) this.#expectRetry();
  }

  override async stop(): Promise<void> {
    this.#up = false;
    this.#maintenance?.cancel();
    this.#retry?.cancel();
    this.#retry = undefined;
    await super.stop();
  }

  leave(): boolean {
    return true;
  }

  get up(): boolean {
    return this.#up;
  }

  async untilUp(): Promise<void> {
    if (!this.#up) await new Promise<void>((resolve) => this.#back.push(resolve));
  }

  /** Activates what is due, and forgets what has expired. Edges are not told of that. */
  maintain(): void {
    this.activateDue();
    const now = this.now();
    for (const [object] of this.store.timed()) {
      const { expiration } = object.metadata;
      if (!expiration || !isDue(expiration, now) || !isOwn(object)) continue;
      this.store.delete(...nameOf(object.metadata));
      this.notifications.delete(nameOf(object.metadata));
    }
  }

  register(edge: EdgeLink): boolean {
    const isNew = !this.#edges.has(edge);
    this.#edges.add(edge);
    // What its store has had already does not come again.
    const undelivered = ({ status }: DestinationStatus): boolean =>
      status !== 'consumed' && !(edge.persistent && status === 'delivered');
    if (isNew) this.deliveries.address(edge, undelivered);
    else this.deliveries.reconnect(edge);
    return isNew;
  }

  unregister(edge: EdgeLink): void {
    this.deliveries.forget(edge);
    this.#edges.delete(edge);
  }

  knows(edge: EdgeLink): boolean {
    return this.#edges.has(edge);
  }

  get registeredEdges(): number {
    return this.#edges.size;
  }

  destinations(organization: string): Destination[] {
    return this.#edges.of(organization).map(({ destinationType, destinationID }) => ({
      destinationOrgID: organization,
      destinationType,
      destinationID,
      communication: 'http',
      codeVersion: '1.0',
    }));
  }

  /** What is on its way to an edge, or was. */
  objectsFor(organization: string, edge: EdgeName): object[] {
    return this.notifications.of(organization, destinationOf(edge)).flatMap(({ name, status }) => {
      const [orgID, objectType, objectID] = name;
      const shown = progress[status];
      return shown ? [{ orgID, objectType, objectID, status: shown }] : [];
    });
  }

  /** Sends an object to these edges and no others; those left out see it deleted. */
  setDestinations(name: ObjectName, entries: readonly string[]): void {
    const object = this.store.get(...name);
    if (!object) throw nothing;
    this.#move(name, object, this.#addressing.ofList(name[0], entries, object.deliveries));
  }

  changeDestinations(name: ObjectName, action: 'add' | 'remove', entries: readonly string[]): void {
    const object = this.store.get(...name);
    if (!object) throw errorResponse(500, 'Object not found');
    const named = this.#addressing.ofList(name[0], entries, object.deliveries);
    const changed = new Map(object.deliveries);
    for (const [destination, delivery] of named) {
      if (action === 'add') changed.set(destination, delivery);
      else changed.delete(destination);
    }
    this.#move(name, object, changed);
  }

  forgetOrganization(organization: string): void {
    this.organizations.delete(organization);
    this.accessLists.forget(organization);
    this.store.forget(organization);
    this.notifications.forget(organization);
    for (const edge of this.#edges.of(organization)) this.#edges.delete(edge);
  }

  protected addressees(metadata: ObjectMetadata, before: Addressees): Addressees {
    return this.#addressing.ofMetadata(metadata, before);
  }

  protected async published(organization: string, object: StoredObject, before: Addressees): Promise<void> {
    const left = Array.from(before).filter(([destination]) => !object.deliveries.has(destination));
    this.deliveries.withdraw(
      organization,
      object,
      left.map(([, delivery]) => delivery),
    );
    this.deliveries.publish(organization, object);
  }

  protected async deletedHere(organization: string, object: StoredObject): Promise<void> {
    if (isOwn(object) && object.deliveries.size > 0) this.deliveries.delete(organization, object);
    // Neither is told: a second deletion does away with the first, also where no edge has heard of it.
    else this.store.delete(...nameOf(object.metadata));
  }

  /** The edge that an object came from hears of it at its next poll; until then it stays. */
  protected async acknowledged(
    organization: string,
    object: StoredObject,
    how: 'consumed' | 'deleted',
  ): Promise<void> {
    this.deliveries.acknowledge(organization, object, how);
  }

  protected owned(_given: ObjectMetadata, { organization, name }: Caller): Owner {
    return { originID: 'Cloud', originType: 'Cloud', ownerID: `${organization}/${name}` };
  }

  #expectRetry(): void {
    if (!this.#up || this.#retry) return;
    const retry = (): void => {
      this.#retry = undefined;
      this.deliveries.retryFailed();
    };
    this.#retry = this.clock.after(this.intervals.resend, retry, { background: true });
  }

  #move(name: ObjectName, object: StoredObject, deliveries: Addressees): void {
    const before = object.deliveries;
    this.store.change(name[0], object, { deliveries });
    const left = Array.from(before.values()).filter((delivery) => !deliveries.has(destinationOf(delivery)));
    this.deliveries.withdraw(name[0], object, left);
    const joining = Array.from(deliveries.values()).filter(
      (delivery) => !before.has(destinationOf(delivery)),
    );
    if (object.status === 'ready') this.deliveries.send(name[0], object, joining);
  }
}
