import type { DestinationStatus, ObjectMetadata, PolicyService } from '../../protocol/metadata';
import type { Journal, KeptMap } from '../../storage/journal';

export type ObjectName = readonly [organization: string, objectType: string, objectID: string];

/** An object as one service keeps it: metadata, its status there, and the data once it has come. */
export interface StoredObject {
  readonly metadata: ObjectMetadata;
  readonly status: string;
  readonly data: Buffer | undefined;
  /** How many applications have yet to consume it here, and how many to receive it: they are counted apart. */
  readonly consumersLeft: number;
  readonly receiversLeft: number;
  /** On a CSS: how far it has come at each edge, by `type:id`. */
  readonly deliveries: ReadonlyMap<string, DestinationStatus>;
  /** On a CSS: its destination policy was marked received. */
  readonly policyReceived: boolean;
  /** On an ESS: services that changes of its policy left out, and that have not acknowledged it. */
  readonly removedServices: readonly PolicyService[];
  /** On an ESS: the dataID that came with it, where a metadata-only update has kept an older one. */
  readonly toldDataID?: string;
}

/** The objects of a type: polls ask for them in their order again and again. */
interface ObjectsOfType {
  byID: Map<string, StoredObject>;
  /** Ascending by ID as text, as the real store on files lists them. */
  sorted: { key: string; object: StoredObject }[];
}

/** The objects of one service, by organization, type and ID. */
export class Store {
  readonly #types = new Map<string, Map<string, ObjectsOfType>>();
  /** Those that a time is set for: only they have to be looked at as time goes by. */
  readonly #timed = new Map<StoredObject, string>();
  readonly #kept: KeptMap<Omit<StoredObject, 'data'>>;
  readonly #keptData: KeptMap<Buffer>;
  #bytes = 0;
  #size = 0;

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
    return this.#size;
  }

  get(organization: string, objectType: string, objectID: string): StoredObject | undefined {
    return this.#types.get(organization)?.get(objectType)?.byID.get(objectID);
  }

  set(organization: string, object: StoredObject): void {
    const { objectType, objectID } = object.metadata;
    const key = keyOf(organization, objectType, objectID);
    this.#take(organization, objectType, objectID);
    this.#put(organization, object);
    if (object.data) this.#keptData.set(key, object.data);
    else this.#keptData.delete(key);
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
    if (change.metadata) this.#time(organization, object);
    this.#keep(key, object);
  }

  delete(organization: string, objectType: string, objectID: string): void {
    if (!this.#take(organization, objectType, objectID)) return;
    const key = keyOf(organization, objectType, objectID);
    this.#kept.delete(key);
    this.#keptData.delete(key);
  }

  forget(organization: string): void {
    for (const { metadata } of this.all(organization)) {
      this.delete(organization, metadata.objectType, metadata.objectID);
    }
  }

  organizations(): string[] {
    return Array.from(this.#types.keys());
  }

  /** In the order of the real store's keys, in which a colon follows the type: `t10` comes before `t1`. */
  types(organization: string): string[] {
    return Array.from(this.#types.get(organization)?.keys() ?? []).sort((a, b) =>
      `${a}:` < `${b}:` ? -1 : 1,
    );
  }

  ofType(organization: string, objectType: string): StoredObject[] {
    return (
      this.#types
        .get(organization)
        ?.get(objectType)
        ?.sorted.map(({ object }) => object) ?? []
    );
  }

  all(organization: string): StoredObject[] {
    return this.types(organization).flatMap((objectType) => this.ofType(organization, objectType));
  }

  /** The objects that expire or are to be activated at some time, each with its organization. */
  timed(): [object: StoredObject, organization: string][] {
    return Array.from(this.#timed);
  }

  #put(organization: string, object: StoredObject): void {
    const { objectType, objectID } = object.metadata;
    const types = this.#types.get(organization) ?? new Map<string, ObjectsOfType>();
    const objects = types.get(objectType) ?? { byID: new Map(), sorted: [] };
    objects.byID.set(objectID, object);
    objects.sorted.splice(placeIn(objects, objectID), 0, { key: objectID, object });
    types.set(objectType, objects);
    this.#types.set(organization, types);
    this.#bytes += object.data?.length ?? 0;
    this.#size += 1;
    this.#time(organization, object);
  }

  #take(organization: string, objectType: string, objectID: string): boolean {
    const types = this.#types.get(organization);
    const objects = types?.get(objectType);
    const object = objects?.byID.get(objectID);
    if (!types || !objects || !object) return false;
    objects.byID.delete(objectID);
    objects.sorted.splice(placeIn(objects, objectID), 1);
    if (objects.byID.size === 0) types.delete(objectType);
    if (types.size === 0) this.#types.delete(organization);
    this.#bytes -= object.data?.length ?? 0;
    this.#size -= 1;
    this.#timed.delete(object);
    return true;
  }

  #time(organization: string, object: StoredObject): void {
    const { expiration, inactive, activationTime } = object.metadata;
    if (expiration || (inactive && activationTime)) this.#timed.set(object, organization);
    else this.#timed.delete(object);
  }

  #keep(key: string, { data: _apart, ...object }: StoredObject): void {
    this.#kept.set(key, object);
  }
}

/** Where a key is among the sorted ones, or would be. */
function placeIn({ sorted }: ObjectsOfType, key: string): number {
  let [start, end] = [0, sorted.length];
  while (start < end) {
    const middle = (start + end) >>> 1;
    if ((sorted[middle]?.key ?? '') < key) start = middle + 1;
    else end = middle;
  }
  return start;
}

function keyOf(organization: string, objectType: string, objectID: string): string {
  return JSON.stringify([organization, objectType, objectID]);
}
