import type { ObjectMetadata } from '../../protocol/metadata';
import { isOwn } from '../responses/wrong-state';
import type { NotificationStatus, Notifications } from '../store/notifications';
import type { Store, StoredObject } from '../store/objects';
import type { ArrivalLink, EdgeLink } from './link';
import { chunkSize, nameOf, removed } from './version';
import type { Webhooks } from './webhooks';

/** What edges publish, at the cloud that gets it. */
export class Arrivals implements ArrivalLink {
  constructor(
    private readonly store: Store,
    private readonly notifications: Notifications,
    private readonly webhooks: Webhooks,
  ) {}

  publish(edge: EdgeLink, sent: StoredObject): Promise<void> | undefined {
    const { instanceID, dataID, metaOnly, noData, link, consumers } = sent.metadata;
    const name = nameOf(sent.metadata);
    const known = this.notifications.get(name, originOf(sent.metadata));
    if (known && BigInt(known.instanceID) >= BigInt(instanceID)) return undefined;
    const here = this.store.get(...name);
    // What the cloud's own applications have published under this name stays.
    if (here && isOwn(here)) return undefined;
    const { destinationType, destinationID, organization } = edge;
    const metadata = {
      ...sent.metadata,
      destinationType,
      destinationID,
      ownerID: `${organization}/${destinationID}`,
      ...(metaOnly && here && keptBy(here, true)),
    };
    const dataStays = metaOnly && (dataID === known?.dataID || dataID === '0');
    const arrives = !metaOnly && !noData && !link && !isBeyond(edge, metadata);
    this.store.set(name[0], {
      ...sent,
      metadata,
      data: arrives ? sent.data : metaOnly ? here?.data : undefined,
      consumersLeft: consumers,
      receiversLeft: consumers,
      deliveries: new Map(),
      status: arrives || noData || link || dataStays ? 'completelyReceived' : 'partiallyreceived',
    });
    this.#set({ ...metadata, dataID }, arrives ? 'received' : 'updated');
    return arrives ? this.webhooks.ring(name[0], metadata) : undefined;
  }

  delete(_edge: EdgeLink, metadata: ObjectMetadata): void {
    const name = nameOf(metadata);
    const here = this.store.get(...name);
    if (here) this.store.change(name[0], here, { ...removed(here), consumersLeft: here.metadata.consumers });
    this.notifications.delete(name);
  }

  consumptionTaken(edge: EdgeLink, metadata: ObjectMetadata): void {
    this.#forget(edge, metadata, 'consumedPending');
  }

  deletedTaken(edge: EdgeLink, metadata: ObjectMetadata): void {
    this.#forget(edge, metadata, 'deletedPending');
  }

  #forget(edge: EdgeLink, metadata: ObjectMetadata, status: NotificationStatus): void {
    const name = nameOf(metadata);
    const told = this.notifications.get(name, edge.destination);
    if (told?.instanceID !== metadata.instanceID || told.status !== status) return;
    this.notifications.delete(name);
    this.store.delete(...name);
  }

  #set(metadata: ObjectMetadata, status: NotificationStatus): void {
    const { instanceID, dataID } = metadata;
    const [name, destination] = [nameOf(metadata), originOf(metadata)];
    this.notifications.set({ name, destination, status, instanceID, dataID });
  }
}

/** Whom the cloud's answers to an object go to. */
function originOf({ originType, originID }: ObjectMetadata): string {
  return `${originType}:${originID}`;
}

/** A service that keeps its objects in memory never gets through with data of more than a chunk, in neither direction. */
export function isBeyond({ persistent }: { persistent: boolean }, { objectSize }: ObjectMetadata): boolean {
  return !persistent && objectSize > chunkSize;
}

/** What stays of the object before, with a metadata-only update from elsewhere: also where data comes along with it. */
export function keptBy({ metadata }: StoredObject, inFiles: boolean): Partial<ObjectMetadata> {
  const { dataID, publicKey, signature } = metadata;
  return { dataID, ...(inFiles && { publicKey, signature }) };
}
