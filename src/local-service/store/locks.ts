/** So many locks the real service has for all its objects. */
const shares = 256;
/** So many updates an ESS takes while its cloud is away; with the fault, the next one waits. */
const queued = 3;

/** What waits at an edge for its cloud, and what waits for that. */
export class Locks {
  readonly #locked = new Map<string, Promise<void>>();
  #untold = 0;

  /** Holds the lock of an object `until` then. */
  async hold(objectType: string, objectID: string, until: Promise<void>): Promise<void> {
    const name = nameOf(objectType, objectID);
    this.#locked.set(name, until);
    await until;
    if (this.#locked.get(name) === until) this.#locked.delete(name);
  }

  /** Resolves when no acknowledgement of this object, or of one that shares its lock, waits for the cloud. */
  async free(objectType: string, objectID: string, shared: boolean): Promise<void> {
    const name = nameOf(objectType, objectID);
    await this.#locked.get(name);
    if (!shared) return;
    for (const [other, until] of Array.from(this.#locked)) if (lockOf(other) === lockOf(name)) await until;
  }

  /** An update waits until `told` to reach the cloud. */
  async queue(told: Promise<void>): Promise<void> {
    this.#untold += 1;
    await told;
    this.#untold -= 1;
  }

  get full(): boolean {
    return this.#untold >= queued;
  }
}

function nameOf(objectType: string, objectID: string): string {
  return `${objectType}:${objectID}`;
}

function lockOf(name: string): number {
  let sum = 0;
  for (const byte of Buffer.from(name)) sum = (sum * 31 + byte) % shares;
  return sum;
}
