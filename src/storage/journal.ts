/** Where a service keeps what must survive its process: maps whose every change is kept. */
export interface Journal {
  /** The map of this name, with what was kept of it. Its values are not to be changed, only replaced. */
  map<Value>(name: string): KeptMap<Value>;
  /**
   * Resolves once every change made so far is kept.
   *
   * @throws the file system's error, here and from then on, once something could not be kept.
   */
  written(): Promise<void>;
  close(): Promise<void>;
}

export type KeptMap<Value> = Omit<Map<string, Value>, 'clear'>;

/** Keeps nothing beyond the process. */
export function inMemory(): Journal {
  const maps = new Map<string, Map<string, unknown>>();
  return {
    map: <Value>(name: string) => {
      const map = maps.get(name) ?? new Map<string, unknown>();
      maps.set(name, map);
      return map as Map<string, Value>;
    },
    written: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}
