import type { KeptMap } from '../../storage/journal';
import type { StoredObject } from '../store/objects';

/** What waits at the cloud for its edges: of each object the latest. */
export class Outbox {
  readonly #waiting = new Map<string, Map<string, StoredObject>>();

  /** @param withdrawn by edge and object: what the store does not tell after a start on what was kept. */
  constructor(private readonly withdrawn: KeptMap<StoredObject>) {
    for (const [key, object] of withdrawn) {
      const [edge] = JSON.parse(key) as [string];
      this.#add(edge, object);
    }
  }

  put(edge: string, object: StoredObject): void {
    this.withdrawn.delete(keyOf(edge, object));
    this.#add(edge, object);
  }

  /** Puts the deletion of an object that goes on to exist for other edges. */
  withdraw(edge: string, object: StoredObject): void {
    this.withdrawn.set(keyOf(edge, object), object);
    this.#add(edge, object);
  }

  take(edge: string): StoredObject[] {
    const taken = Array.from(this.#waiting.get(edge)?.values() ?? []);
    this.#waiting.delete(edge);
    for (const object of taken) this.withdrawn.delete(keyOf(edge, object));
    return taken;
  }

  #add(edge: string, object: StoredObject): void {
    const { objectType, objectID } = object.metadata;
    const waiting = this.#waiting.get(edge) ?? new Map<string, StoredObject>();
    waiting.set(`${objectType}/${objectID}`, object);
    this.#waiting.set(edge, waiting);
  }
}

function keyOf(edge: string, { metadata }: StoredObject): string {
  return JSON.stringify([edge, metadata.objectType, metadata.objectID]);
}
