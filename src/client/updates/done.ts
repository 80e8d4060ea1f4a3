import type { Acknowledgement, Taken } from './acknowledgement';
import type { AcknowledgementMemory, RememberedDone } from './acknowledgement-memory';
import type { AcknowledgementRequest } from './acknowledging';

/** A version, and how many applications must consume it. */
export type CountedVersion = Pick<AcknowledgementRequest, 'consumers' | 'objectID' | 'version'>;

/**
 * The versions that this application has acknowledged and that stay listed because others have not yet. However many
 * receivers here get one, and whenever, it counts as one consumer.
 */
export class Done {
  readonly #byID: Map<string, RememberedDone & { list: number }>;

  constructor(
    private readonly objectType: string,
    private readonly memory: AcknowledgementMemory,
  ) {
    this.#byID = new Map(
      Array.from(memory.recallDone(objectType), ([id, done]) => [id, { ...done, list: 0 }]),
    );
  }

  get size(): number {
    return this.#byID.size;
  }

  /** How a version was acknowledged, if that also covers `how`. */
  find(objectID: string, version: string, how: Acknowledgement): Taken | undefined {
    const done = this.#byID.get(objectID);
    if (done?.version !== version) return undefined;
    return done.taken === 'received' && how === 'consumed' ? undefined : done.taken;
  }

  add({ consumers, objectID, version }: CountedVersion, taken: Taken, list: number): void {
    if (consumers <= 1) return;
    const done = { objectType: this.objectType, version, taken };
    this.#byID.set(objectID, { ...done, list });
    this.memory.rememberDone(objectID, done);
  }

  show(objectID: string, version: string, list: number): void {
    const done = this.#byID.get(objectID);
    if (done?.version === version) done.list = list;
  }

  /** Whether the plain list has left one out that the list with what was marked received may still show. */
  misses(list: number): boolean {
    return Array.from(this.#byID.values()).some((done) => done.list < list);
  }

  endLists(list: number): void {
    for (const [objectID, done] of this.#byID) {
      if (done.list >= list) continue;
      this.#byID.delete(objectID);
      this.memory.forgetDone(this.objectType, objectID);
    }
  }
}
