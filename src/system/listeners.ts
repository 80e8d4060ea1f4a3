/** Functions to be called when something happens. One that throws stops neither the others nor the caller. */
export class Listeners<T> {
  readonly #listeners = new Set<(value: T) => void>();

  /** @param of what they listen to, for the warning that one of them has thrown. */
  constructor(private readonly of: string) {}

  /** @returns a function that ends the listening. */
  add(listener: (value: T) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Whether nobody listens, so that whoever would tell them need not prepare a value. */
  get isEmpty(): boolean {
    return this.#listeners.size === 0;
  }

  tell(value: T): void {
    for (const listener of this.#listeners) warnIfThrown(this.of, () => listener(value));
  }
}

/** What the process has been warned of already. */
const told = new Set<string>();

/**
 * Calls a function of the application. If it throws, the process emits a warning, but only once for each `of`: it may
 * throw a thousand times a second.
 */
export function warnIfThrown<T>(of: string, call: () => T): T | undefined {
  try {
    return call();
  } catch (error) {
    if (told.has(of)) return undefined;
    told.add(of);
    process.emitWarning(`A listener to ${of} has thrown`, {
      code: 'EDGE_SYNC_LISTENER',
      detail: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
    return undefined;
  }
}
