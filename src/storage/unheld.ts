import type { Processes } from './processes';

/** How many are remembered: each is one that a disk failed to remove. */
const mostRemembered = 1_000;

const unheld = new WeakMap<Processes, Set<string>>();

/**
 * The tokens of locks that this process has given back, or failed to take, and that may be on the disk still, since the disk
 * failed while they were removed. As this process runs, it would otherwise find for ever that it holds these locks itself.
 */
export class UnheldTokens {
  readonly #tokens: Set<string>;

  private constructor(tokens: Set<string>) {
    this.#tokens = tokens;
  }

  static of(processes: Processes): UnheldTokens {
    const tokens = unheld.get(processes) ?? new Set();
    unheld.set(processes, tokens);
    return new UnheldTokens(tokens);
  }

  has(token: string): boolean {
    return this.#tokens.has(token);
  }

  add(token: string): void {
    const [oldest] = this.#tokens;
    if (this.#tokens.size >= mostRemembered && oldest !== undefined) this.#tokens.delete(oldest);
    this.#tokens.add(token);
  }

  /** It is on the disk no more. */
  delete(token: string): void {
    this.#tokens.delete(token);
  }
}
