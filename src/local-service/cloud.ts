import type { Destination, DestinationStatus, ObjectMetadata } from '../protocol/metadata';
import type { Journal, KeptMap } from '../storage/journal';
import { AccessLists } from './access-lists';
import { nothing, refusal } from './answer';
import type { LocalEdge } from './edge';
import { Listener, type ListenerOptions } from './listener';
import type { Update } from './metadata';
import { Outbox } from './outbox';
import { type Place, placeOf } from './place';
import { RegisteredEdges } from './registered-edges';
import { rest } from './rest';
import type { Authenticator, Caller } from './roles';
import { type ObjectName, Side, type SideOptions } from './side';
import type { StoredObject } from './store';

export interface CloudOptions extends ListenerOptions, SideOptions {}

/** An object that was consumed everywhere and deletes itself stays for so long, in ms. */
const afterAutodelete = 3_600_000;

/** The cloud's side: it addresses objects to edges, hands them over, and knows how far each has come. */
export class LocalCloud extends Side {
  readonly nodeType = 'CSS';
  readonly accessLists: AccessLists;
  /** By organization: the address that was stored for it. */
  readonly organizations: KeptMap<string>;
  readonly #listener: Listener;
  readonly #edges = new RegisteredEdges();
  readonly #outbox: Outbox;
  #back: (() => void)[] = [];
  #up = false;
  #maintenance: NodeJS.Timeout | undefined;

  constructor(
    options: CloudOptions,
    authenticate: Authenticator,
    private readonly maintenanceInterval: number,
    journal: Journal,
  ) {
    super(options, journal, 'css');
    this.accessLists = new AccessLists(journal.map('css access lists'));
    this.organizations = journal.map('css organizations');
    this.#outbox = new Outbox(journal.map('css withdrawn'));
    this.#putWaiting();
    this.#listener = new Listener(options, rest(this, authenticate));
  }

  get address(): string {
    return this.#listener.address;
  }

  /** PEM of the certificate to trust, where it speaks TLS. */
  get caCertificate(): string | undefined {
    return this.#listener.caCertificate;
  }

  async start(): Promise<void> {
    await this.#listener.start();
    this.#up = true;
    this.#maintenance = setInterval(() => this.maintain(), this.maintenanceInterval);
    this.#maintenance.unref();
    for (const resolve of this.#back.splice(0)) resolve();
  }

  async stop(): Promise<void> {
    this.#up = false;
    clearInterval(this.#maintenance);
    await this.#listener.stop();
  }

  get up(): boolean {
    return this.#up;
  }

  /** Resolves when the cloud is there: an edge that has something to tell waits for it. */
  async untilUp(): Promise<void> {
    if (!this.#up) await new Promise<void>((resolve) => this.#back.push(resolve));
  }

  /** Activates what is due, and forgets what has expired. Edges are not told of that. */
  maintain(): void {
    this.activateDue();
    const now = this.clock();
    for (const organization of this.store.organizations()) {
      for (const { metadata } of this.store.all(organization)) {
        const { objectType, objectID, expiration } = metadata;
        if (expiration && Date.parse(expiration) <= now) {
          this.store.delete(organization, objectType, objectID);
        }
      }
    }
  }

  /** An edge has registered: what is addressed to it comes to it from now on. */
  register(edge: LocalEdge): void {
    this.#edges.add(edge);
    for (const object of this.store.all(edge.organization)) {
      const own = object.status === 'ready' || object.status === 'notReady';
      const known = object.deliveries.has(edge.place) || object.withdrawnFrom.includes(edge.place);
      if (own && !known && isFor(object.metadata, edge)) this.#send(edge.organization, object, edge);
    }
  }

  /** False after its organization was deleted, until it registers again. */
  knows(edge: LocalEdge): boolean {
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
    for (const place of Array.from(object.deliveries.keys())) {
      if (!wanted.some((edge) => edge.place === place)) this.#withdraw(name[0], object, place);
    }
    for (const edge of wanted) {
      if (!object.deliveries.has(edge.place)) this.#send(name[0], object, edge, 'pending');
    }
  }

  changeDestinations(name: ObjectName, action: 'add' | 'remove', entries: readonly string[]): void {
    const object = this.store.get(...name);
    if (!object) throw refusal(500, 'Object not found');
    const edges = entries.map((entry) => this.#edges.named(name[0], entry));
    for (const edge of edges) {
      if (action === 'remove') this.#withdraw(name[0], object, edge.place);
      else if (!object.deliveries.has(edge.place)) this.#send(name[0], object, edge, 'pending');
    }
  }

  override update(organization: string, update: Update, caller: Caller): void {
    for (const entry of update.metadata.destinationsList ?? []) this.#edges.named(organization, entry);
    super.update(organization, update, caller);
  }

  /** What an edge has to fetch; it is not asked for again. */
  take(edge: LocalEdge): StoredObject[] {
    const taken = this.#outbox.take(edge.key);
    for (const object of taken) {
      if (object.deliveries.get(edge.place)?.status === 'pending') {
        this.#deliver(edge.organization, object, edge, 'delivering');
      }
    }
    return taken;
  }

  report(edge: LocalEdge, object: ObjectMetadata, status: 'delivered' | 'consumed' | 'deleted'): void {
    const { objectType, objectID } = object;
    const stored = this.store.get(edge.organization, objectType, objectID);
    const delivery = stored?.deliveries.get(edge.place);
    if (!stored || !delivery || stored.metadata.instanceID !== object.instanceID) return;
    if (status === 'deleted') {
      this.store.change(edge.organization, stored, { deliveries: without(stored.deliveries, edge.place) });
    } else this.#deliver(edge.organization, stored, edge, status);
    if (stored.metadata.deleted && stored.deliveries.size === 0) {
      this.store.delete(edge.organization, objectType, objectID);
    }
    if (stored.metadata.autodelete && status === 'consumed') this.#expireIfConsumed(edge, stored);
  }

  /** An edge wants everything again, also what was consumed there. */
  resend(edge: LocalEdge): void {
    for (const object of this.store.all(edge.organization)) {
      if (object.status === 'ready' && object.deliveries.has(edge.place)) {
        this.#send(edge.organization, object, edge);
      }
    }
  }

  /** An edge has published an object: applications here see it as received. */
  receive(edge: LocalEdge, sent: StoredObject): void {
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

  /** An edge has deleted what it had sent: applications here see it deleted. */
  receiveDeletion(edge: LocalEdge, { metadata }: StoredObject): void {
    const stored = this.store.get(edge.organization, metadata.objectType, metadata.objectID);
    if (stored?.metadata.instanceID !== metadata.instanceID || stored.status === 'objconsumed') return;
    this.store.change(edge.organization, stored, deletion(stored));
  }

  forgetOrganization(organization: string): void {
    this.organizations.delete(organization);
    this.accessLists.forget(organization);
    this.store.forget(organization);
    for (const edge of this.#edges.of(organization)) {
      this.#edges.delete(edge);
      this.#outbox.take(edge.key);
    }
  }

  protected published(organization: string, object: StoredObject): void {
    const { metadata } = object;
    const before = object.deliveries;
    // An edge that had the object and has not registered again, after a start on what was kept, goes on having it.
    const known = [...this.#edges.of(organization), ...before.values()];
    // Who gets an object with a policy is decided elsewhere (by Open Horizon), and stays so.
    const places = new Map(known.map((edge) => [placeOf(edge), edge]));
    for (const [place, edge] of places) {
      if (!(metadata.destinationPolicy ? before.has(place) : isFor(metadata, edge))) places.delete(place);
    }
    const fresh = metadata.destinationsList ? 'pending' : 'delivering';
    for (const place of before.keys()) if (!places.has(place)) this.#withdraw(organization, object, place);
    for (const [place, edge] of places) {
      this.#send(organization, object, edge, before.has(place) ? 'delivering' : fresh);
    }
  }

  protected deletedHere(organization: string, object: StoredObject): void {
    const { objectType, objectID } = object.metadata;
    if (object.deliveries.size === 0 || this.isFromOtherSide(object)) {
      this.store.delete(organization, objectType, objectID);
      return;
    }
    this.store.change(organization, object, deletion(object));
    for (const place of object.deliveries.keys()) this.#outbox.put(`${organization}/${place}`, object);
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

  protected owned(
    _organization: string,
    { organization, name }: Caller,
  ): Pick<ObjectMetadata, 'originID' | 'originType' | 'ownerID'> {
    return { originID: 'Cloud', originType: 'Cloud', ownerID: `${organization}/${name}` };
  }

  #send(
    organization: string,
    object: StoredObject,
    edge: Place,
    status: 'pending' | 'delivering' = 'delivering',
  ): void {
    const goes = object.status === 'ready' && !object.metadata.inactive;
    this.#deliver(organization, object, edge, goes ? status : 'pending');
    if (goes) this.#outbox.put(`${organization}/${placeOf(edge)}`, object);
  }

  #deliver(organization: string, object: StoredObject, edge: Place, status: string): void {
    const { destinationType, destinationID } = edge;
    const place = placeOf(edge);
    this.store.change(organization, object, {
      deliveries: new Map(object.deliveries).set(place, {
        destinationType,
        destinationID,
        status,
        message: '',
      }),
      withdrawnFrom: object.withdrawnFrom.filter((each) => each !== place),
    });
  }

  /** The object does not go to this edge any more: there it is deleted. */
  #withdraw(organization: string, object: StoredObject, place: string): void {
    if (!object.deliveries.has(place)) return;
    this.store.change(organization, object, {
      deliveries: without(object.deliveries, place),
      withdrawnFrom: [...object.withdrawnFrom, place],
    });
    const gone: StoredObject = { ...object, ...deletion(object), deliveries: new Map() };
    this.#outbox.withdraw(`${organization}/${place}`, gone);
  }

  /** After a start on what was kept: what had not reached its edges goes to them. */
  #putWaiting(): void {
    for (const organization of this.store.organizations()) {
      for (const object of this.store.all(organization)) {
        const goes = (object.status === 'ready' && !object.metadata.inactive) || object.metadata.deleted;
        for (const [place, { status }] of object.deliveries) {
          const arrived = status === 'delivered' || status === 'consumed';
          if (goes && (object.metadata.deleted || !arrived))
            this.#outbox.put(`${organization}/${place}`, object);
        }
      }
    }
  }

  #expireIfConsumed({ organization }: LocalEdge, object: StoredObject): void {
    const all = Array.from(object.deliveries.values());
    if (!all.every(({ status }) => status === 'consumed')) return;
    const expiration = new Date(this.clock() + afterAutodelete).toISOString().replace(/\.\d+Z$/, 'Z');
    this.store.change(organization, object, { metadata: { ...object.metadata, expiration } });
  }
}

function deletion({ metadata }: StoredObject): Pick<StoredObject, 'metadata' | 'status' | 'data'> {
  return { metadata: { ...metadata, deleted: true }, status: 'objdeleted', data: undefined };
}

function without<Value>(values: ReadonlyMap<string, Value>, key: string): Map<string, Value> {
  const rest = new Map(values);
  rest.delete(key);
  return rest;
}

function isFor(metadata: ObjectMetadata, edge: Place): boolean {
  const { destinationsList, destinationType, destinationID, destinationPolicy } = metadata;
  if (destinationPolicy) return false;
  if (destinationsList?.length) return destinationsList.includes(placeOf(edge));
  if (destinationType && destinationType !== edge.destinationType) return false;
  return !destinationID || destinationID === edge.destinationID;
}
