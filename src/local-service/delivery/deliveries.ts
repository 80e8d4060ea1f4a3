import type { DestinationStatus, ObjectMetadata } from '../../protocol/metadata';
import type { Notification, NotificationStatus, Notifications } from '../store/notifications';
import type { ObjectName, Store, StoredObject } from '../store/objects';
import { type Addressing, deliveryTo } from './addressing';
import { destinationOf, type EdgeName } from './destination';
import type { DeliveryLink, EdgeLink, News } from './link';
import { rfc3339 } from './rfc3339';
import { nameOf, removed } from './version';

/** How long, in ms, an object with `autodelete` stays once it was consumed everywhere. */
const afterAutodelete = 3_600_000;
/** The states of edges that have, or may have, something of an object: they hear when it goes to them no more. */
const underWay = new Set<string>(['delivering', 'delivered', 'consumed', 'error']);
/** What an edge may still tell something new of. */
const unreceived = new Set<NotificationStatus>(['updatePending', 'updated']);
const unconsumed = new Set<NotificationStatus>(['updatePending', 'updated', 'received']);

const kinds: Partial<Record<NotificationStatus, News['kind']>> = {
  updatePending: 'update',
  deletePending: 'delete',
  consumedPending: 'consumed',
  deletedPending: 'deleted',
};

/** What the deliveries of a cloud have to do with. */
interface DeliveryParts {
  readonly store: Store;
  readonly notifications: Notifications;
  readonly addressing: Addressing;
  /** Tells an edge that there is news. */
  wake(organization: string, destination: string): void;
  /** Called for each object that an edge cannot take. */
  onFailure(): void;
  now(): number;
}

/** How far each object of a cloud has come at each of its edges, and what waits for them. */
export class Deliveries implements DeliveryLink {
  readonly #store: Store;
  readonly #notifications: Notifications;

  constructor(private readonly parts: DeliveryParts) {
    this.#store = parts.store;
    this.#notifications = parts.notifications;
  }

  /** A version of an object goes to all its destinations, also where it is already. */
  publish(organization: string, object: StoredObject): void {
    const deliveries = Array.from(object.deliveries, ([destination, delivery]) => {
      return [destination, { ...delivery, status: 'delivering' }] as const;
    });
    this.#store.change(organization, object, { deliveries: new Map(deliveries) });
    this.send(organization, object, Array.from(object.deliveries.values()));
  }

  /** A version of an object waits for these edges. */
  send(organization: string, object: StoredObject, edges: readonly EdgeName[]): void {
    this.#notify(organization, object, edges, 'updatePending');
  }

  /** An object goes no more to where it went: there it is deleted. */
  withdraw(organization: string, object: StoredObject, left: readonly DestinationStatus[]): void {
    const told = left.filter(({ status }) => underWay.has(status));
    this.#notify(organization, object, told, 'deletePending');
  }

  delete(organization: string, object: StoredObject): void {
    this.#store.change(organization, object, removed(object));
    this.#notify(organization, object, Array.from(object.deliveries.values()), 'deletePending');
  }

  /** An application has acknowledged what an edge had published, or deleted: the edge hears of it. */
  acknowledge(organization: string, object: StoredObject, how: 'consumed' | 'deleted'): void {
    const { originType: destinationType, originID: destinationID } = object.metadata;
    this.#notify(organization, object, [{ destinationType, destinationID }], `${how}Pending`);
  }

  pending(edge: EdgeLink): News[] {
    const found: News[] = [];
    for (const notification of this.#notifications.pending(edge.organization, edge.destination)) {
      const object = this.#store.get(...notification.name);
      const kind = kinds[notification.status];
      if (object && kind && object.metadata.instanceID === notification.instanceID) {
        const metadata = { ...object.metadata, destinationID: edge.destinationID };
        found.push({ kind, metadata, data: object.data });
      } else this.#notifications.delete(notification.name, notification.destination);
    }
    return found;
  }

  updated(edge: EdgeLink, metadata: ObjectMetadata): void {
    const notification = this.#of(edge, metadata, unreceived);
    if (notification) this.#notifications.set({ ...notification, status: 'updated' });
  }

  received(edge: EdgeLink, metadata: ObjectMetadata): void {
    const notification = this.#of(edge, metadata, unreceived);
    if (!notification) return;
    this.#notifications.set({ ...notification, status: 'received' });
    this.#mark(edge, metadata, 'delivered');
  }

  consumed(edge: EdgeLink, metadata: ObjectMetadata): void {
    const notification = this.#of(edge, metadata, unconsumed);
    if (!notification) return;
    this.#notifications.set({ ...notification, status: 'consumedByDestination' });
    const object = this.#mark(edge, metadata, 'consumed');
    if (object) this.#expireIfConsumed(edge.organization, object);
  }

  failed(edge: EdgeLink, metadata: ObjectMetadata, reason: string): void {
    const notification = this.#of(edge, metadata, unreceived);
    if (!notification) return;
    this.#notifications.set({ ...notification, status: 'error' });
    this.#mark(edge, metadata, 'error', reason);
    this.parts.onFailure();
  }

  /** What edges could not take goes to them again: they may have room by now, or nothing in its place. */
  retryFailed(): void {
    for (const failed of this.#notifications.failed()) {
      const { name, destination, instanceID } = failed;
      if (this.#store.get(...name)?.metadata.instanceID !== instanceID) continue;
      this.#notifications.set({ ...failed, status: 'updatePending' });
      this.parts.wake(name[0], destination);
    }
  }

  /** After the last of its destinations an object is forgotten. */
  deletionTaken(edge: EdgeLink, metadata: ObjectMetadata): void {
    const notification = this.#of(edge, metadata, new Set(['deletePending']));
    if (!notification) return;
    this.#notifications.set({ ...notification, status: 'deletionTaken' });
    const object = this.#mark(edge, metadata, 'deleted');
    const all = Array.from(object?.deliveries.values() ?? []);
    if (object && all.every(({ status }) => status === 'deleted')) this.#store.delete(...nameOf(metadata));
  }

  deleted(edge: EdgeLink, metadata: ObjectMetadata): void {
    const notification = this.#of(edge, metadata, new Set(['deletePending', 'deletionTaken']));
    if (notification) this.#notifications.delete(notification.name, edge.destination);
  }

  resend(edge: EdgeLink): void {
    this.address(edge, () => true);
  }

  /** What is addressed to an edge goes to it: where it is no destination yet, and where its `again` says so. */
  address(edge: EdgeLink, again: (delivery: DestinationStatus) => boolean): void {
    const { organization, destination } = edge;
    for (const object of this.#store.all(organization)) {
      if (!this.parts.addressing.isFor(object.metadata, edge)) continue;
      const goes = object.status === 'ready' && !object.metadata.inactive;
      const delivery = object.deliveries.get(destination);
      if (delivery && !(goes && again(delivery))) continue;
      this.#put(organization, object, edge, goes ? 'delivering' : 'pending');
      if (goes) this.send(organization, object, [edge]);
    }
  }

  /** An edge is back: what could not be taken comes again, and all that it has had where it has lost its store. */
  reconnect({ organization, destination, persistent }: EdgeLink): void {
    for (const notification of this.#notifications.of(organization, destination)) {
      const { status } = notification;
      const lost = !persistent && (status === 'updated' || status === 'received');
      if (lost || status === 'error') this.#notifications.set({ ...notification, status: 'updatePending' });
    }
  }

  /** An edge has gone for good. */
  forget({ organization, destination }: EdgeLink): void {
    for (const object of this.#store.all(organization)) {
      if (!object.deliveries.has(destination)) continue;
      const deliveries = new Map(object.deliveries);
      deliveries.delete(destination);
      this.#store.change(organization, object, { deliveries });
    }
    this.#notifications.forget(organization, destination);
  }

  #notify(
    organization: string,
    { metadata }: StoredObject,
    edges: readonly EdgeName[],
    status: NotificationStatus,
  ): void {
    const { objectType, objectID, instanceID, dataID } = metadata;
    const name: ObjectName = [organization, objectType, objectID];
    for (const edge of edges) {
      const destination = destinationOf(edge);
      this.#notifications.set({ name, destination, status, instanceID, dataID });
      this.parts.wake(organization, destination);
    }
  }

  /** What the edge was told of this version, where it may still tell something new of it. */
  #of(
    { organization, destination }: EdgeLink,
    { objectType, objectID, instanceID }: ObjectMetadata,
    statuses: ReadonlySet<NotificationStatus>,
  ): Notification | undefined {
    const found = this.#notifications.get([organization, objectType, objectID], destination);
    return found?.instanceID === instanceID && statuses.has(found.status) ? found : undefined;
  }

  /** Undefined where the object does not go to this edge any more. */
  #mark(
    edge: EdgeLink,
    metadata: ObjectMetadata,
    status: DestinationStatus['status'],
    message?: string,
  ): StoredObject | undefined {
    const object = this.#store.get(edge.organization, metadata.objectType, metadata.objectID);
    if (!object?.deliveries.has(edge.destination)) return undefined;
    this.#put(edge.organization, object, edge, status, message);
    return object;
  }

  #put(
    organization: string,
    object: StoredObject,
    edge: EdgeName,
    status: DestinationStatus['status'],
    message?: string,
  ): void {
    const delivery = deliveryTo(edge, status, message);
    const deliveries = new Map(object.deliveries).set(destinationOf(edge), delivery);
    this.#store.change(organization, object, { deliveries });
  }

  #expireIfConsumed(organization: string, object: StoredObject): void {
    const { autodelete, expiration } = object.metadata;
    const all = Array.from(object.deliveries.values());
    if (!autodelete || expiration || !all.every(({ status }) => status === 'consumed')) return;
    const metadata = { ...object.metadata, expiration: rfc3339(this.parts.now() + afterAutodelete) };
    this.#store.change(organization, object, { metadata });
  }
}
