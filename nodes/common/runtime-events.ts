import type { NodeAPI } from 'node-red';

type Events = NodeAPI['events'];
type Listener = (event: unknown) => void;

const shared = new WeakMap<Events, Map<string, Set<Listener>>>();

/**
 * Listens to an event of the runtime, with one listener for all nodes: Node.js takes many for a leak.
 *
 * @returns what ends it.
 */
export function listen(events: Events, name: string, listener: Listener): () => void {
  const byName = shared.get(events) ?? new Map<string, Set<Listener>>();
  shared.set(events, byName);
  const listeners = byName.get(name) ?? begin(events, byName, name);
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function begin(events: Events, byName: Map<string, Set<Listener>>, name: string): Set<Listener> {
  const listeners = new Set<Listener>();
  byName.set(name, listeners);
  events.on(name, (event: unknown) => {
    for (const each of listeners) each(event);
  });
  return listeners;
}
