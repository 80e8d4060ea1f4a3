import type { StoredObject } from './store';

/** What waits at the cloud for its edges: of each object the latest. */
export class Outbox {
  readonly #waiting = new Map<string, Map<string, StoredObject>>();

  put(edge: string, object: StoredObject): void {
    const { objectType, objectID } = object.metadata;
    const waiting = this.#waiting.get(edge) ?? new Map<string, StoredObject>();
    waiting.set(`${objectType}/${objectID}`, object);
    this.#waiting.set(edge, waiting);
  }

  take(edge: string): StoredObject[] {
    const waiting = this.#waiting.get(edge);
    this.#waiting.delete(edge);
    return Array.from(waiting?.values() ?? []);
  }
}
