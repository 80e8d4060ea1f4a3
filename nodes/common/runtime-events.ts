import type { NodeAPI } from 'node-red';

type Events = NodeAPI['events'];
type Listener = (event: unknown) => void;

const shared = new WeakMap<Events, Map<string, SharedListener>>();

/**
 * Listens to an event of the runtime, with one listener for all nodes: Node.js takes many for a leak.
 *
 * @returns what ends it.
 */
export function listen(events: Events, name: string, listener: Listener): () => void {
  const byName = shared.get(events) ?? new Map<string, SharedListener>();
  shared.set(events, byName);
  const all = byName.get(name) ?? new SharedListener(events, name);
  byName.set(name, all);
  return all.add(listener);
}

/** Is there as long as anybody listens. */
class SharedListener {
  readonly #listeners = new Set<Listener>();
  readonly #tell: Listener = (event) => {
    for (const listener of this.#listeners) listener(event);
  };

  constructor(
    private readonly events: Events,
    private readonly name: string,
  ) {}

  add(listener: Listener): () => void {
    if (this.#listeners.size === 0) this.events.on(this.name, this.#tell);
    this.#listeners.add(listener);
    return () => {
      if (this.#listeners.delete(listener) && this.#listeners.size === 0) {
        this.events.off(this.name, this.#tell);
      }
    };
  }
}
