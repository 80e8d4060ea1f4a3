import type { DestinationStatus, ObjectMetadata } from '../../protocol/metadata';
import type { Journal, KeptMap } from '../../storage/journal';

/** An object as one service keeps it: metadata, its status there, and the data once it has come. */
export interface StoredObject {
  readonly metadata: ObjectMetadata;
  readonly status: string;
  readonly data: Buffer | undefined;
  /** How many applications have yet to consume it here. */
  readonly consumersLeft: number;
  /** On a CSS: how far it has come at each edge, by `type:id`. */
  readonly deliveries: ReadonlyMap<string, DestinationStatus>;
  /** On a CSS: edges that it was taken from, by `type:id`; it does not come to them again when they register. */
  readonly withdrawnFrom: readonly string[];
  /** On a CSS: its destination policy was marked received. */
  readonly policyReceived: boolean;
  /** On an ESS: services that the last change of its policy left out, and that have not acknowledged it. */
  readonly removedServices: readonly string[];
}

/** The objects of one service, by organization, type and ID. */
export class Store {
  readonly #types = new Map<string, Map<string, Map<string, StoredObject>>>();
  readonly #kept: KeptMap<Omit<StoredObject, 'data'>>;
  readonly #keptData: KeptMap<Buffer>;
  #bytes = 0;

  constructor(journal: Journal, name: string) {
    this.#kept = journal.map(`${name} objects`);
    this.#keptData = journal.map(`${name} data`);
    for (const [key, object] of this.#kept) {
      const [organization] = JSON.parse(key) as [string];
      this.#put(organization, { ...object, data: this.#keptData.get(key) });
    }
  }

  /** The data of all objects, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  get size(): number {
    let size = 0;
    for (const types of this.#types.values()) for (const objects of types.values()) size += objects.size;
    return size;
  }

  get(organization: string, objectType: string, objectID: string): StoredObject | undefined {
    return this.#types.get(organization)?.get(objectType)?.get(objectID);
  }

  set(organization: string, object: StoredObject): void {
    const { objectType, objectID } = object.metadata;
    const key = keyOf(organization, objectType, objectID);
    this.delete(organization, objectType, objectID);
    this.#put(organization, object);
    if (object.data) this.#keptData.set(key, object.data);
    this.#keep(key, object);
  }

  /** Changes an object in its place. One that was replaced or deleted meanwhile changes too, and is not kept. */
  change(organization: string, object: StoredObject, change: Partial<StoredObject>): void {
    const { objectType, objectID } = object.metadata;
    const stored = this.get(organization, objectType, objectID) === object;
    const bytes = object.data?.length ?? 0;
    Object.assign(object, change);
    if (!stored) return;
    const key = keyOf(organization, objectType, objectID);
    if ('data' in change) {
      this.#bytes += (object.data?.length ?? 0) - bytes;
      if (object.data) this.#keptData.set(key, object.data);
      else this.#keptData.delete(key);
    }
    this.#keep(key, object);
  }

  delete(organization: string, objectType: string, objectID: string): void {
    const objects = this.#types.get(organization)?.get(objectType);
    this.#bytes -= objects?.get(objectID)?.data?.length ?? 0;
    if (!objects?.delete(objectID)) return;
    const key = keyOf(organization, objectType, objectID);
    this.#kept.delete(key);
    this.#keptData.delete(key);
    if (objects.size === 0) this.#types.get(organization)?.delete(objectType);
  }

  forget(organization: string): void {
    for (const { metadata } of this.all(organization)) {
      this.delete(organization, metadata.objectType, metadata.objectID);
    }
  }

  organizations(): string[] {
    return Array.from(this.#types.keys());
  }

  types(organization: string): string[] {
    return Array.from(this.#types.get(organization)?.keys() ?? []).sort();
  }

  /** The objects of a type in the order of the real store's keys, in which a colon follows the ID. */
  ofType(organization: string, objectType: string): StoredObject[] {
    const objects = this.#types.get(organization)?.get(objectType);
    return Array.from(objects ?? [])
      .sort(([a], [b]) => (`${a}:` < `${b}:` ? -1 : 1))
      .map(([, object]) => object);
  }

  all(organization: string): StoredObject[] {
    return this.types(organization).flatMap((objectType) => this.ofType(organization, objectType));
  }

  #put(organization: string, object: StoredObject): void {
    const { objectType, objectID } = object.metadata;
    const types = this.#types.get(organization) ?? new Map<string, Map<string, StoredObject>>();
    const objects = types.get(objectType) ?? new Map<string, StoredObject>();
    objects.set(objectID, object);
    types.set(objectType, objects);
    this.#types.set(organization, types);
    this.#bytes += object.data?.length ?? 0;
  }

  #keep(key: string, { data: _apart, ...object }: StoredObject): void {
    this.#kept.set(key, object);
  }
}

function keyOf(organization: string, objectType: string, objectID: string): string {
  return JSON.stringify([organization, objectType, objectID]);
}
