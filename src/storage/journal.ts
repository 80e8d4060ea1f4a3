/** Where is kept what must outlive its process: maps whose every change is kept. */
export interface Journal {
  /** The map of this name, with what was kept of it. Its values are not to be changed, only replaced. */
  map<Value>(name: string): KeptMap<Value>;
  /**
   * Resolves once every change made so far is kept: what changes without a pause in between, together or not at all.
   *
   * @throws StorageError where that cannot be. The changes stay in the maps, and are tried again with the next change, or
   * when this is asked again. Who was refused and takes its change back has it kept that there is none.
   */
  written(): Promise<void>;
  close(): Promise<void>;
}

/** Its values are kept as they are when they are set; `set` throws where a value cannot be kept, as a function cannot. */
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
