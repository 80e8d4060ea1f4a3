import type { EndSignal } from '../../system/ending';
import type { Limiter } from '../../system/limiter';
import type { Aside } from './rate';

/** The turn of one caller. */
export class Turn {
  #leave = (): void => undefined;

  constructor(
    private readonly limiter: Limiter,
    private readonly signal: EndSignal | undefined,
  ) {}

  async run<T>(work: (turn: Turn) => Promise<T>): Promise<T> {
    await this.#enter();
    try {
      return await work(this);
    } finally {
      this.#leave();
    }
  }

  /** Lets the others have their turns during a wait, and goes on once it has a turn again. */
  readonly lend: Aside = async (wait) => {
    this.#leave();
    const waited = await wait();
    await this.#enter();
    return waited;
  };

  async #enter(): Promise<void> {
    this.#leave = await this.limiter.enter(this.signal);
  }
}
