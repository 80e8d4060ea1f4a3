import type { Clock, Timer } from '../../system/clock';
import { every } from '../../system/every';

/** In ms. */
const interval = 1_000;

/** Renews objects from time to time, for as long as something is done with them that says nothing itself. */
export class Renewals<Named> {
  readonly #begun = new Set<{ readonly object: Named }>();
  #timer: Timer | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly renew: (object: Named) => void,
  ) {}

  /** Renews an object, now and until that is ended. @returns what ends it. */
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

  /** Ends at its time, and not with the last that is done: small ones come and go by the thousand. */
  #renewAll(): void {
    if (this.#begun.size === 0) this.#end();
    for (const { object } of this.#begun) this.renew(object);
  }

  #end(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }
}
