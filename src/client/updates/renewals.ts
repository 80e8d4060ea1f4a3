import type { Clock, Timer } from '../../system/clock';
import { every } from '../../system/every';

/** In ms. */
const interval = 1_000;

/** Renews objects from time to time while something is done with them that does not renew them itself. */
export class Renewals<Named> {
  readonly #begun = new Set<{ readonly object: Named }>();
  #timer: Timer | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly renew: (object: Named) => void,
  ) {}

  /** Renews an object now, and until ended. @returns a function that ends it. */
  begin(object: Named): () => void {
    const one = { object };
    this.#begun.add(one);
    this.renew(object);
    this.#timer ??= every(this.clock, interval, () => this.#renewAll(), { background: true });
    return () => void this.#begun.delete(one);
  }

  close(): void {
    this.#begun.clear();
    this.#end();
  }

  /** The timer ends here, not with the last piece of work: short ones come and go by the thousand. */
  #renewAll(): void {
    if (this.#begun.size === 0) this.#end();
    for (const { object } of this.#begun) this.renew(object);
  }

  #end(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
