import type { ObjectMetadata } from '../../protocol/metadata';
import { canReachEdge } from '../../protocol/names';
import { isOwn } from '../responses/wrong-state';
import type { Notifications } from '../store/notifications';
import type { Store, StoredObject } from '../store/objects';
import { isBeyond, keptBy } from './arrivals';
import type { CloudLink, EdgeLink, News } from './link';
import { joined, removedServices } from './policy';
import { nameOf, removed, unfit } from './version';
import type { Webhooks } from './webhooks';

/** How many objects that its cloud has consumed an edge keeps at least; at most it keeps a tenth more. */
const consumedKept = 1_000;

/** What an edge does with the news of its cloud. */
export class Inbox {
  /** What the cloud has consumed, the oldest first: their IDs are used up as long as they are kept. */
  readonly #usedUp: StoredObject[];

  constructor(
    private readonly edge: EdgeLink,
    private readonly cloud: CloudLink,
    private readonly store: Store,
    private readonly notifications: Notifications,
    private readonly webhooks: Webhooks,
  ) {
    this.#usedUp = store
      .organizations()
      .flatMap((organization) => store.all(organization))
      .filter(({ status }) => status === 'consumedByDest');
  }

  /**
   * Takes what waits: one after the other, and each only after the webhooks of the one before were called.
   *
   * @returns whether there was anything.
   */
  async empty(): Promise<boolean> {
    const all = this.cloud.deliveries.pending(this.edge);
    for (const news of all) {
      const called = this.#take(news);
      if (called) await called;
    }
    return all.length > 0;
  }

  #take({ kind, metadata, data }: News): Promise<void> | undefined {
    switch (kind) {
      case 'update':
        return this.#update(metadata, data);
      case 'delete':
        this.#delete(metadata);
        return undefined;
      case 'consumed':
        this.#consumed(metadata);
        return undefined;
      default:
        this.notifications.delete(nameOf(metadata), this.edge.destination);
        this.cloud.arrivals.deletedTaken(this.edge, metadata);
        return undefined;
    }
  }

  #update(metadata: ObjectMetadata, data: Buffer | undefined): Promise<void> | undefined {
    const here = this.store.get(...nameOf(metadata));
    const failed = here?.status === 'receiverVerificationFailed';
    if (here && !failed && !here.metadata.deleted && here.metadata.instanceID === metadata.instanceID) {
      this.#repeat(here);
      return undefined;
    }
    const reason = here && refusal(here, metadata, this.edge);
    if (reason) {
      this.cloud.deliveries.failed(this.edge, metadata, `Error in handleUpdate: ${reason}`);
      return undefined;
    }
    const { noData, link, metaOnly, dataID } = metadata;
    const known = here && !here.metadata.deleted ? (here.toldDataID ?? here.metadata.dataID) : undefined;
    const withoutData = noData || link !== '' || (metaOnly && (dataID === known || dataID === '0'));
    const fetches = !withoutData && this.#canFetch(metadata);
    // The cloud tells of data that it does not have: the object is forgotten here, and asked for again at each poll.
    if (fetches && !data) {
      this.store.delete(...nameOf(metadata));
      return undefined;
    }
    const fetched = fetches ? data : undefined;
    const sized = fetched ? { ...metadata, objectSize: fetched.length } : metadata;
    const failure = fetched && unfit(metadata, fetched);
    if (failure) {
      this.#store(sized, undefined, 'receiverVerificationFailed', here);
      this.cloud.deliveries.failed(this.edge, metadata, failure);
      return undefined;
    }
    const arrived = withoutData || fetched !== undefined;
    const kept = metaOnly && !(noData && !this.edge.persistent) ? here?.data : undefined;
    this.#store(sized, fetched ?? kept, arrived ? 'completelyReceived' : 'partiallyreceived', here);
    // The real edge can tell nothing of an object of such a name, and tries for ever.
    if (!isTellable(metadata)) return undefined;
    if (arrived) this.cloud.deliveries.received(this.edge, metadata);
    else this.cloud.deliveries.updated(this.edge, metadata);
    return fetched ? this.webhooks.ring(metadata.destinationOrgID, metadata) : undefined;
  }

  /** It was sent again, and is there. */
  #repeat({ metadata, status }: StoredObject): void {
    if (!isTellable(metadata)) return;
    const whole = status === 'completelyReceived' || status === 'objreceived';
    if (whole) this.cloud.deliveries.received(this.edge, metadata);
    else this.cloud.deliveries.updated(this.edge, metadata);
  }

  #delete(metadata: ObjectMetadata): void {
    const name = nameOf(metadata);
    const here = this.store.get(...name);
    if (!here) this.#store({ ...metadata, deleted: true }, undefined, 'objdeleted', undefined);
    else {
      this.store.change(name[0], here, { ...removed(here), consumersLeft: here.metadata.consumers });
    }
    this.notifications.delete(name);
    if (isTellable(metadata)) this.cloud.deliveries.deletionTaken(this.edge, metadata);
  }

  /** The cloud consumed what this edge had sent: the ID is used up here. What was done with it meanwhile wins. */
  #consumed(metadata: ObjectMetadata): void {
    const name = nameOf(metadata);
    const here = this.store.get(...name);
    if (here?.metadata.instanceID === metadata.instanceID && here.status === 'ready') {
      this.store.change(name[0], here, { status: 'consumedByDest', data: undefined });
      this.notifications.delete(name);
      this.#usedUp.push(here);
      this.#forgetOldest();
    }
    this.cloud.arrivals.consumptionTaken(this.edge, metadata);
  }

  #forgetOldest(): void {
    if (this.#usedUp.length <= 1.1 * consumedKept) return;
    for (const object of this.#usedUp.splice(0, this.#usedUp.length - consumedKept)) {
      const name = nameOf(object.metadata);
      if (this.store.get(...name) === object) this.store.delete(...name);
    }
  }

  #canFetch(metadata: ObjectMetadata): boolean {
    return isTellable(metadata) && !isBeyond(this.edge, metadata);
  }

  #store(
    metadata: ObjectMetadata,
    data: Buffer | undefined,
    status: string,
    here: StoredObject | undefined,
  ): void {
    const dropped = here ? removedServices(here.metadata, metadata) : [];
    const kept = metadata.metaOnly && here ? keptBy(here, this.edge.persistent) : undefined;
    this.store.set(metadata.destinationOrgID, {
      metadata: { ...metadata, ...kept },
      ...(kept && { toldDataID: metadata.dataID }),
      data,
      status,
      consumersLeft: metadata.consumers,
      receiversLeft: metadata.consumers,
      deliveries: new Map(),
      policyReceived: false,
      removedServices: joined(here?.removedServices ?? [], dropped),
    });
  }
}

/** Why an update cannot take the place of what is here. */
function refusal(
  here: StoredObject,
  { destinationPolicy }: ObjectMetadata,
  { persistent }: EdgeLink,
): string | undefined {
  if (isOwn(here)) return 'cannot update object from the receiver side.';
  const changes = (here.metadata.destinationPolicy === null) !== (destinationPolicy === null);
  if (!persistent || !changes) return undefined;
  return "failed to store object. Error: Can't update the existence of Destination Policy\n";
}

function isTellable({ objectType, objectID }: ObjectMetadata): boolean {
  return canReachEdge(objectType) && canReachEdge(objectID);
}
