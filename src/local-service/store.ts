import type { ObjectMetadata } from '../protocol/metadata';

/** An object as one side keeps it: metadata, its status there, and the data once it has come. */
export interface StoredObject {
  metadata: ObjectMetadata;
  status: string;
  data: Buffer | undefined;
  /** How many applications have yet to consume it here. */
  consumersLeft: number;
}

/** The objects of one service, by organization, type and ID. */
export class Store {
  readonly #objects = new Map<string, StoredObject>();

  get(organization: string, objectType: string, objectID: string): StoredObject | undefined {
    return this.#objects.get(keyOf(organization, objectType, objectID));
  }

  set(organization: string, object: StoredObject): void {
    const { objectType, objectID } = object.metadata;
    this.#objects.set(keyOf(organization, objectType, objectID), object);
  }

  delete(organization: string, objectType: string, objectID: string): void {
    this.#objects.delete(keyOf(organization, objectType, objectID));
  }

  /** The objects of a type in the order of their IDs, as the real stores list them. */
  ofType(organization: string, objectType: string): StoredObject[] {
    const prefix = keyOf(organization, objectType, '');
    const found = Array.from(this.#objects).filter(([key]) => key.startsWith(prefix));
    return found.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, object]) => object);
  }

  all(organization: string): StoredObject[] {
    const prefix = `${organization}/`;
    return Array.from(this.#objects).flatMap(([key, object]) => (key.startsWith(prefix) ? [object] : []));
  }
}

/** No name can contain a slash. */
function keyOf(organization: string, objectType: string, objectID: string): string {
  return `${organization}/${objectType}/${objectID}`;
}

let lastVersion = 0n;

/** A version number as the service counts them: nanoseconds since 1970, always larger than the one before. */
export function nextVersion(): string {
  const now = BigInt(Date.now()) * 1_000_000n;
  lastVersion = now > lastVersion ? now : lastVersion + 1n;
  return String(lastVersion);
}
