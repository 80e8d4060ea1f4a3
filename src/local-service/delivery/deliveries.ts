import type { DestinationStatus, ObjectMetadata } from '../../protocol/metadata';
import type { Store, StoredObject } from '../store/objects';
import { destinationOf, type EdgeName } from './destination';
import type { EdgeLink } from './link';
import type { Outbox } from './outbox';

/** How far each object of a cloud has come at each of its edges, and what of them goes there. */
export class Deliveries {
  constructor(
    private readonly store: Store,
    private readonly outbox: Outbox,
  ) {
    this.#putWaiting();
  }

  /** What an edge has to fetch; it is not asked for again. */
  take(edge: EdgeLink): StoredObject[] {
    const taken = this.outbox.take(edge.key);
    for (const object of taken) {
      if (object.deliveries.get(edge.destination)?.status === 'pending') {
        this.mark(edge.organization, object, edge, 'delivering');
      }
    }
    return taken;
  }

  /** An object goes to an edge, once it is ready and active. */
  send(
    organization: string,
    object: StoredObject,
    edge: EdgeName,
    status: 'pending' | 'delivering' = 'delivering',
  ): void {
    const goes = object.status === 'ready' && !object.metadata.inactive;
    this.mark(organization, object, edge, goes ? status : 'pending');
    if (goes) this.outbox.put(`${organization}/${destinationOf(edge)}`, object);
  }

  mark(
    organization: string,
    object: StoredObject,
    edge: EdgeName,
    status: DestinationStatus['status'],
  ): void {
    const { destinationType, destinationID } = edge;
    const destination = destinationOf(edge);
    this.store.change(organization, object, {
      deliveries: new Map(object.deliveries).set(destination, {
        destinationType,
        destinationID,
        status,
        message: '',
      }),
      withdrawnFrom: object.withdrawnFrom.filter((each) => each !== destination),
    });
  }

  /** The object does not go to this edge any more: there it is deleted. */
  withdraw(organization: string, object: StoredObject, destination: string): void {
    if (!object.deliveries.has(destination)) return;
    this.store.change(organization, object, {
      deliveries: without(object.deliveries, destination),
      withdrawnFrom: [...object.withdrawnFrom, destination],
    });
    const gone: StoredObject = { ...object, ...deletion(object), deliveries: new Map() };
    this.outbox.withdraw(`${organization}/${destination}`, gone);
  }

  /** The object is deleted at all its edges. */
  delete(organization: string, object: StoredObject): void {
    this.store.change(organization, object, deletion(object));
    for (const destination of object.deliveries.keys()) {
      this.outbox.put(`${organization}/${destination}`, object);
    }
  }

  /** An edge has acknowledged the deletion; after the last one the object is gone. */
  deleted({ organization, destination }: EdgeLink, object: StoredObject): void {
    this.store.change(organization, object, { deliveries: without(object.deliveries, destination) });
  }

  /** Nothing goes to an edge any more. */
  forget(edge: EdgeLink): void {
    this.outbox.take(edge.key);
  }

  /** An object was published, or activated: who is no destination of it any more sees it deleted. */
  publish(organization: string, object: StoredObject, registered: readonly EdgeLink[]): void {
    const { metadata } = object;
    const before = object.deliveries;
    // An edge that had the object and has not registered again, after a start on what was kept, goes on having it.
    const known: readonly EdgeName[] = [...registered, ...before.values()];
    // Who gets an object with a policy is decided elsewhere (by Open Horizon), and stays so.
    const edges = new Map(known.map((edge) => [destinationOf(edge), edge]));
    for (const [destination, edge] of edges) {
      const stays = metadata.destinationPolicy ? before.has(destination) : isFor(metadata, edge);
      if (!stays) edges.delete(destination);
    }
    for (const destination of before.keys()) {
      if (!edges.has(destination)) this.withdraw(organization, object, destination);
    }
    const fresh = metadata.destinationsList ? 'pending' : 'delivering';
    for (const [destination, edge] of edges) {
      this.send(organization, object, edge, before.has(destination) ? 'delivering' : fresh);
    }
  }

  /** After a start on what was kept: what had not reached its edges goes to them. */
  #putWaiting(): void {
    for (const organization of this.store.organizations()) {
      for (const object of this.store.all(organization)) {
        const goes = (object.status === 'ready' && !object.metadata.inactive) || object.metadata.deleted;
        for (const [destination, { status }] of object.deliveries) {
          const arrived = status === 'delivered' || status === 'consumed';
          if (goes && (object.metadata.deleted || !arrived)) {
            this.outbox.put(`${organization}/${destination}`, object);
          }
        }
      }
    }
  }
}

export function deletion({ metadata }: StoredObject): Pick<StoredObject, 'metadata' | 'status' | 'data'> {
  return { metadata: { ...metadata, deleted: true }, status: 'objdeleted', data: undefined };
}

/** Whether an object is addressed to an edge; one with a policy is not by itself. */
export function isFor(metadata: ObjectMetadata, edge: EdgeName): boolean {
  const { destinationsList, destinationType, destinationID, destinationPolicy } = metadata;
  if (destinationPolicy) return false;
  if (destinationsList?.length) return destinationsList.includes(destinationOf(edge));
  if (destinationType && destinationType !== edge.destinationType) return false;
  return !destinationID || destinationID === edge.destinationID;
}

function without<Value>(values: ReadonlyMap<string, Value>, key: string): Map<string, Value> {
  const rest = new Map(values);
  rest.delete(key);
  return rest;
}
