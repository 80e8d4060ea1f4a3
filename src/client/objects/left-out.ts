import type { LeftOut } from '../connection/list-entry';

/** An entry of a list of updates that cannot be used. */
export interface LeftOutUpdate extends LeftOut {
  objectType: string;
}

/** How many are remembered: what was told long ago may be told again. */
const mostRemembered = 1_000;

/** Tells of entries that were left out of lists that are read again and again: of each once. */
export class LeftOutUpdates {
  readonly #told = new Set<string>();

  constructor(private readonly tell: (entry: LeftOutUpdate) => void) {}

  add(objectType: string, entry: LeftOut): void {
    const key = JSON.stringify([objectType, entry.reason, entry.start.slice(0, 500)]);
    if (this.#told.has(key)) return;
    const [oldest] = this.#told;
    if (this.#told.size >= mostRemembered && oldest !== undefined) this.#told.delete(oldest);
    this.#told.add(key);
    this.tell({ objectType, ...entry });
  }
}
