import type { Destination, DestinationStatus, ObjectMetadata } from '../protocol/metadata';
import { nothing, refusal } from './answer';
import type { LocalEdge } from './edge';
import { Listener, type ListenerOptions } from './listener';
import type { Update } from './metadata';
import { rest } from './rest';
import { Side } from './side';
import { nextVersion, type StoredObject } from './store';

/** The cloud's side: it addresses objects to edges, hands them over, and knows how far each has come. */
export class LocalCloud extends Side {
  readonly nodeType = 'CSS';
  readonly #listener: Listener;
  readonly #edges = new Set<LocalEdge>();
  /** By object, then by edge. */
  readonly #deliveries = new WeakMap<StoredObject, Map<LocalEdge, DestinationStatus>>();
  #back: (() => void)[] = [];
  #up = false;

  constructor(options: ListenerOptions) {
    super();
    this.#listener = new Listener(options, rest(this));
  }

  get address(): string {
    return this.#listener.address;
  }

  async start(): Promise<void> {
    await this.#listener.start();
    this.#up = true;
    for (const resolve of this.#back.splice(0)) resolve();
  }

  async stop(): Promise<void> {
    this.#up = false;
    await this.#listener.stop();
  }

  get up(): boolean {
    return this.#up;
  }

  /** Resolves when the cloud is there: an edge that has something to tell waits for it. */
  async untilUp(): Promise<void> {
    if (!this.#up) await new Promise<void>((resolve) => this.#back.push(resolve));
  }

  /** An edge has registered: what is addressed to it comes to it from now on. */
  register(edge: LocalEdge): void {
    this.#edges.add(edge);
    for (const object of this.store.all(edge.organization)) {
      if (object.status === 'ready') this.#address(object, edge);
    }
  }

  destinations(organization: string): Destination[] {
    return this.#edgesOf(organization).map((edge) => ({
      destinationOrgID: organization,
      destinationType: edge.destinationType,
      destinationID: edge.destinationID,
      communication: 'http',
      codeVersion: '1.0',
    }));
  }

  objectDestinations(organization: string, objectType: string, objectID: string): DestinationStatus[] {
    const object = this.store.get(organization, objectType, objectID);
    if (!object) throw nothing;
    return Array.from(this.#deliveries.get(object)?.values() ?? []);
  }

  override update(organization: string, update: Update): void {
    for (const entry of update.metadata.destinationsList ?? []) {
      const known = this.#edgesOf(organization).some(
        (edge) => `${edge.destinationType}:${edge.destinationID}` === entry,
      );
      if (!known) throw refusal(500, `Failed to find destination ${entry}`);
    }
    const { objectType, objectID } = update.metadata;
    const old = this.store.get(organization, objectType, objectID);
    super.update(organization, update);
    const object = this.store.get(organization, objectType, objectID);
    const deliveries = old && this.#deliveries.get(old);
    if (object && deliveries && !this.#deliveries.has(object)) this.#deliveries.set(object, deliveries);
  }

  /** What an edge has to fetch. */
  waitingFor(edge: LocalEdge): StoredObject[] {
    return this.store
      .all(edge.organization)
      .filter((object) => this.#deliveries.get(object)?.get(edge)?.status === 'delivering');
  }

  report(edge: LocalEdge, object: ObjectMetadata, status: 'delivered' | 'consumed' | 'deleted'): void {
    const { objectType, objectID } = object;
    const stored = this.store.get(edge.organization, objectType, objectID);
    if (!stored || stored.metadata.instanceID !== object.instanceID) return;
    const deliveries = this.#deliveries.get(stored);
    const delivery = deliveries?.get(edge);
    if (!delivery || !deliveries) return;
    delivery.status = status;
    if (
      stored.metadata.deleted &&
      Array.from(deliveries.values()).every((each) => each.status === 'deleted')
    ) {
      this.store.delete(edge.organization, objectType, objectID);
    }
  }

  /** An edge has published an object: applications here see it as received. */
  receive(edge: LocalEdge, sent: StoredObject): void {
    this.store.set(edge.organization, {
      ...sent,
      metadata: {
        ...sent.metadata,
        destinationID: edge.destinationID,
        destinationType: edge.destinationType,
        originID: edge.destinationID,
        originType: edge.destinationType,
        ownerID: `${edge.organization}/${edge.destinationID}`,
      },
      status: 'completelyReceived',
    });
  }

  protected published(_organization: string, object: StoredObject): void {
    this.#deliveries.set(object, new Map());
    for (const edge of this.#edgesOf(object.metadata.destinationOrgID)) this.#address(object, edge);
  }

  protected deletedHere(organization: string, object: StoredObject): void {
    const { objectType, objectID } = object.metadata;
    const deliveries = this.#deliveries.get(object);
    if (!deliveries?.size || object.status === 'completelyReceived') {
      this.store.delete(organization, objectType, objectID);
      return;
    }
    object.metadata = { ...object.metadata, deleted: true, objectSize: 0, instanceID: nextVersion() };
    object.data = undefined;
    object.status = 'objdeleted';
    for (const delivery of deliveries.values()) delivery.status = 'delivering';
  }

  protected async acknowledged(organization: string, object: StoredObject): Promise<void> {
    const { objectType, objectID, originID, originType } = object.metadata;
    this.store.delete(organization, objectType, objectID);
    this.#edgesOf(organization)
      .find((edge) => edge.destinationID === originID && edge.destinationType === originType)
      ?.consumedByCloud(object.metadata);
  }

  protected origin(organization: string): Pick<ObjectMetadata, 'originID' | 'originType' | 'ownerID'> {
    return { originID: 'Cloud', originType: 'Cloud', ownerID: `${organization}/admin` };
  }

  #edgesOf(organization: string): LocalEdge[] {
    return Array.from(this.#edges).filter((edge) => edge.organization === organization);
  }

  #address(object: StoredObject, edge: LocalEdge): void {
    const { metadata } = object;
    if (!isFor(metadata, edge)) return;
    const deliveries = this.#deliveries.get(object) ?? new Map<LocalEdge, DestinationStatus>();
    const { destinationType, destinationID } = edge;
    deliveries.set(edge, {
      destinationType,
      destinationID,
      status: metadata.inactive ? 'pending' : 'delivering',
      message: '',
    });
    this.#deliveries.set(object, deliveries);
  }
}

function isFor(metadata: ObjectMetadata, edge: LocalEdge): boolean {
  const { destinationsList, destinationType, destinationID } = metadata;
  if (destinationsList?.length) {
    return destinationsList.includes(`${edge.destinationType}:${edge.destinationID}`);
  }
  if (destinationType && destinationType !== edge.destinationType) return false;
  return !destinationID || destinationID === edge.destinationID;
}
