/** Those who are told of something. One that throws stops neither the others nor whoever tells. */
export class Listeners<T> {
  readonly #listeners = new Set<(value: T) => void>();

  /** @param of what they listen to, for the warning that one of them has thrown. */
  constructor(private readonly of: string) {}

  /** @returns a function that ends the listening. */
  add(listener: (value: T) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Whether nobody listens: then nothing need be made to be told. */
  get isEmpty(): boolean {
    return this.#listeners.size === 0;
  }

  tell(value: T): void {
    for (const listener of this.#listeners) warnIfThrown(this.of, () => listener(value));
  }
}

/** Those of whom a warning has told what they are. */
const told = new Set<string>();

/**
 * Calls a function of the application's. What it throws becomes a warning of the process, once for what it listens to:
 * it may throw a thousand times a second.
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
