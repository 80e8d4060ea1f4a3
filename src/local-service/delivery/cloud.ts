import type { Destination, DestinationStatus, ObjectMetadata } from '../../protocol/metadata';
import type { KeptMap } from '../../storage/journal';
import type { Timer } from '../../system/clock';
import { every } from '../../system/every';
import { errorResponse, nothing } from '../responses/response';
import type { Caller } from '../roles';
import { AccessLists } from '../store/access-lists';
import type { StoredObject } from '../store/objects';
import { Deliveries, deletion, isFor } from './deliveries';
import type { Intervals } from './intervals';
import type { CloudLink, EdgeLink } from './link';
import { Outbox } from './outbox';
import { RegisteredEdges } from './registered-edges';
import { type ObjectName, Service, type ServiceOptions, type ServiceParts } from './service';
import type { Update } from './update';
import type { Owner } from './version';

/** An object that was consumed everywhere and deletes itself stays for so long, in ms. */
const afterAutodelete = 3_600_000;

/** The cloud: it addresses objects to edges, hands them over, and knows how far each has come. */
export class LocalCloud extends Service implements CloudLink {
  readonly nodeType = 'CSS';
  readonly accessLists: AccessLists;
  /** By organization: the address that was stored for it. */
  readonly organizations: KeptMap<string>;
  readonly #edges = new RegisteredEdges();
  readonly #deliveries: Deliveries;
  #back: (() => void)[] = [];
  #up = false;
  #maintenance: Timer | undefined;

  constructor(
    options: ServiceOptions,
    private readonly intervals: Intervals,
    parts: ServiceParts,
  ) {
    super(options, parts, 'css');
    const { journal } = parts;
    this.accessLists = new AccessLists(journal.map('css access lists'));
    this.organizations = journal.map('css organizations');
    this.#deliveries = new Deliveries(this.store, new Outbox(journal.map('css withdrawn')));
  }

  async start(): Promise<void> {
    await this.listening.start();
    this.#up = true;
    const { maintenance } = this.intervals;
    this.#maintenance = every(this.clock, maintenance, () => this.maintain(), { background: true });
    for (const resolve of this.#back.splice(0)) resolve();
  }

  async stop(): Promise<void> {
    this.#up = false;
    this.#maintenance?.cancel();
    await this.listening.stop();
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
    for (const organization of this.store.organizations()) {
      for (const { metadata } of this.store.all(organization)) {
        const { objectType, objectID, expiration } = metadata;
        if (expiration && Date.parse(expiration) <= now) {
          this.store.delete(organization, objectType, objectID);
        }
      }
    }
  }

  register(edge: EdgeLink): void {
    this.#edges.add(edge);
    for (const object of this.store.all(edge.organization)) {
      const own = object.status === 'ready' || object.status === 'notReady';
      const known =
        object.deliveries.has(edge.destination) || object.withdrawnFrom.includes(edge.destination);
      if (own && !known && isFor(object.metadata, edge)) {
        this.#deliveries.send(edge.organization, object, edge);
      }
    }
  }

  knows(edge: EdgeLink): boolean {
    return this.#edges.has(edge);
  }

  get registeredEdges(): number {
    return this.#edges.size;
  }

  destinations(organization: string): Destination[] {
    return this.#edges.of(organization).map((edge) => ({
      destinationOrgID: organization,
      destinationType: edge.destinationType,
      destinationID: edge.destinationID,
      communication: 'http',
      codeVersion: '1.0',
    }));
  }

  objectDestinations(name: ObjectName): DestinationStatus[] {
    const object = this.store.get(...name);
    if (!object) throw nothing;
    return Array.from(object.deliveries.values());
  }

  /** Sends an object to these edges and no others; those left out see it deleted. */
  setDestinations(name: ObjectName, entries: readonly string[]): void {
    const object = this.store.get(...name);
    if (!object) throw nothing;
    const wanted = entries.map((entry) => this.#edges.named(name[0], entry));
    for (const destination of Array.from(object.deliveries.keys())) {
      if (!wanted.some((edge) => edge.destination === destination)) {
        this.#deliveries.withdraw(name[0], object, destination);
      }
    }
    this.#sendToNew(name[0], object, wanted);
  }

  changeDestinations(name: ObjectName, action: 'add' | 'remove', entries: readonly string[]): void {
    const object = this.store.get(...name);
    if (!object) throw errorResponse(500, 'Object not found');
    const edges = entries.map((entry) => this.#edges.named(name[0], entry));
    if (action === 'add') this.#sendToNew(name[0], object, edges);
    else for (const edge of edges) this.#deliveries.withdraw(name[0], object, edge.destination);
  }

  override update(organization: string, update: Update, caller: Caller): void {
    for (const entry of update.metadata.destinationsList ?? []) this.#edges.named(organization, entry);
    super.update(organization, update, caller);
  }

  take(edge: EdgeLink): StoredObject[] {
    return this.#deliveries.take(edge);
  }

  report(edge: EdgeLink, object: ObjectMetadata, status: 'delivered' | 'consumed' | 'deleted'): void {
    const { objectType, objectID } = object;
    const stored = this.store.get(edge.organization, objectType, objectID);
    const delivery = stored?.deliveries.get(edge.destination);
    if (!stored || !delivery || stored.metadata.instanceID !== object.instanceID) return;
    if (status === 'deleted') this.#deliveries.deleted(edge, stored);
    else this.#deliveries.mark(edge.organization, stored, edge, status);
    if (stored.metadata.deleted && stored.deliveries.size === 0) {
      this.store.delete(edge.organization, objectType, objectID);
    }
    if (stored.metadata.autodelete && status === 'consumed') {
      this.#expireIfConsumed(edge.organization, stored);
    }
  }

  resend(edge: EdgeLink): void {
    for (const object of this.store.all(edge.organization)) {
      if (object.status === 'ready' && object.deliveries.has(edge.destination)) {
        this.#deliveries.send(edge.organization, object, edge);
      }
    }
  }

  /** Applications here see the object of an edge as received. */
  receive(edge: EdgeLink, sent: StoredObject): void {
    const metadata = {
      ...sent.metadata,
      destinationID: edge.destinationID,
      destinationType: edge.destinationType,
      originID: edge.destinationID,
      originType: edge.destinationType,
      ownerID: `${edge.organization}/${edge.destinationID}`,
    };
    this.store.set(edge.organization, {
      ...sent,
      metadata,
      consumersLeft: metadata.consumers,
      deliveries: new Map(),
      status: 'completelyReceived',
    });
    if (sent.data && !metadata.metaOnly) this.webhooks.ring(edge.organization, metadata);
  }

  /** Applications here see the object of an edge deleted. */
  receiveDeletion(edge: EdgeLink, { metadata }: StoredObject): void {
    const stored = this.store.get(edge.organization, metadata.objectType, metadata.objectID);
    if (stored?.metadata.instanceID !== metadata.instanceID || stored.status === 'objconsumed') return;
    this.store.change(edge.organization, stored, deletion(stored));
  }

  has(edge: EdgeLink, { objectType, objectID, instanceID }: ObjectMetadata): boolean {
    return this.store.get(edge.organization, objectType, objectID)?.metadata.instanceID === instanceID;
  }

  forgetOrganization(organization: string): void {
    this.organizations.delete(organization);
    this.accessLists.forget(organization);
    this.store.forget(organization);
    for (const edge of this.#edges.of(organization)) {
      this.#edges.delete(edge);
      this.#deliveries.forget(edge);
    }
  }

  protected published(organization: string, object: StoredObject): void {
    this.#deliveries.publish(organization, object, this.#edges.of(organization));
  }

  protected deletedHere(organization: string, object: StoredObject): void {
    const { objectType, objectID } = object.metadata;
    if (object.deliveries.size === 0 || this.isFromElsewhere(object)) {
      this.store.delete(organization, objectType, objectID);
    } else this.#deliveries.delete(organization, object);
  }

  protected async acknowledged(
    organization: string,
    object: StoredObject,
    how: 'consumed' | 'deleted',
  ): Promise<void> {
    const { objectType, objectID, originID, originType } = object.metadata;
    this.store.delete(organization, objectType, objectID);
    const edge = this.#edges.find(organization, `${originType}:${originID}`);
    if (how === 'consumed') edge?.consumedByCloud(object.metadata);
  }

  protected owned(_organization: string, { organization, name }: Caller): Owner {
    return { originID: 'Cloud', originType: 'Cloud', ownerID: `${organization}/${name}` };
  }

  #sendToNew(organization: string, object: StoredObject, edges: readonly EdgeLink[]): void {
    for (const edge of edges) {
      if (object.deliveries.has(edge.destination)) continue;
      this.#deliveries.send(organization, object, edge, 'pending');
    }
  }

  #expireIfConsumed(organization: string, object: StoredObject): void {
    const all = Array.from(object.deliveries.values());
    if (!all.every(({ status }) => status === 'consumed')) return;
    const expiration = rfc3339(this.now() + afterAutodelete);
    this.store.change(organization, object, { metadata: { ...object.metadata, expiration } });
  }
}

/** Without fractions of a second. */
function rfc3339(time: number): string {
  return new Date(time).toISOString().replace(/\.\d+Z$/, 'Z');
}
