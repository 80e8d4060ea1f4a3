import type { ObjectName } from './objects';

/** How many locks the real service has for all its objects. */
const stripes = 256;

/** Which objects of an ESS wait for its cloud: the real service answers no question about them meanwhile. */
export class Locks {
  readonly #held = new Map<string, { stripe: number; until: Promise<void> }>();

  /** Holds the lock of an object `until` then. */
  async hold(name: ObjectName, until: Promise<void>): Promise<void> {
    const key = keyOf(name);
    const held = { stripe: stripeOf(name), until };
    this.#held.set(key, held);
    await until;
    if (this.#held.get(key) === held) this.#held.delete(key);
  }

  /** Resolves when neither the lock of this object nor, where locks are shared, that of another is held. */
  async free(name: ObjectName, shared: boolean): Promise<void> {
    const [key, stripe] = [keyOf(name), stripeOf(name)];
    for (const [other, held] of Array.from(this.#held)) {
      if (other === key || (shared && held.stripe === stripe)) await held.until;
    }
  }

  get any(): boolean {
    return this.#held.size > 0;
  }
}

function keyOf(name: ObjectName): string {
  return name.join(':');
}

/** As the real service has it: FNV-1a over the names, joined. */
function stripeOf(name: ObjectName): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(name.join(''))) hash = Math.imul(hash ^ byte, 0x01000193);
  return (hash >>> 0) % stripes;
}
