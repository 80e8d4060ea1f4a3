import type { Clock, Timer } from '../../system/clock';
import type { Random } from '../../system/random';
import { isSyncServiceError, SyncServiceError } from '../errors';

/** In ms. */
const firstBackOff = 500;
const longestBackOff = 60_000;

export interface PollState {
  phase: 'connecting' | 'connected' | 'backing-off';
  /** When a poll last succeeded, in ms since 1970. */
  lastSuccess?: number;
  /** When the next poll is due. */
  nextPoll?: number;
  /** Why the last poll failed. */
  error?: SyncServiceError;
}

export interface PollOptions {
  /** Asks the service for the n-th time, counted from 1; its rejection is the failure of that poll. */
  ask: (count: number, signal: AbortSignal) => Promise<void>;
  /** Between two polls, in ms. */
  interval: () => number;
  /** Called after each poll. */
  onPolled: () => void;
}

/**
 * Polls on an interval, at once when rung, and after failures at growing intervals, which are randomized so that
 * clients that failed together do not return together. No failure ends it.
 */
export class Poll {
  #state: PollState = { phase: 'connecting' };
  readonly #closing = new AbortController();
  #timer: Timer | undefined;
  #count = 0;
  #failures = 0;
  #polling = false;
  #rung = false;
  #paused = true;
  /** When the next regular poll is due, in ms of the clock's elapsed time. */
  #due = 0;
  /** While the service is away: whether a ring has already caused a poll before that. */
  #wasEarly = false;

  constructor(
    private readonly options: PollOptions,
    private readonly clock: Clock,
    private readonly random: Random,
  ) {}

  get state(): PollState {
    return this.#state;
  }

  /** The number of the poll that began last. */
  get count(): number {
    return this.#count;
  }

  /** Whether the service is being asked. */
  get polling(): boolean {
    return this.#polling;
  }

  /**
   * Polls now; a ring during a poll is followed by another poll, since it may be about what that one just missed. While
   * the service is away, rings cause at most one extra poll in each pause, and make no pause longer.
   */
  ring(): void {
    const isAway = this.#failures > 0 && !this.#paused;
    this.#paused = false;
    if (this.#polling) this.#rung = true;
    else if (!isAway) {
      if (!this.#isDue) this.#schedule(0);
    } else if (!this.#wasEarly) {
      this.#wasEarly = true;
      this.#pollAfter(0);
    }
  }

  /** The same while the service answers; while it does not, the back-off is left to run. */
  ringGently(): void {
    if (this.#failures === 0 || this.#paused) this.ring();
  }

  /** Stops polling until it is rung. */
  pause(): void {
    this.#paused = true;
    this.#disarm();
  }

  close(): void {
    this.pause();
    this.#closing.abort();
  }

  #schedule(delay: number): void {
    this.#due = this.clock.elapsed() + delay;
    this.#wasEarly = false;
    this.#pollAfter(delay);
  }

  /** Whether a poll is about to begin: scheduled anew at each ring, it would be put off for as long as rings come. */
  get #isDue(): boolean {
    return this.#timer !== undefined && this.#due <= this.clock.elapsed();
  }

  #disarm(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #pollAfter(delay: number): void {
    this.#disarm();
    this.#state = { ...this.#state, nextPoll: this.clock.now() + delay };
    if (this.#closing.signal.aborted || this.#paused) return;
    this.#timer = this.clock.after(delay, () => void this.#poll());
  }

  async #poll(): Promise<void> {
    const isEarly = this.clock.elapsed() < this.#due;
    this.#timer = undefined;
    this.#polling = true;
    this.#rung = false;
    this.#count += 1;
    try {
      await this.options.ask(this.#count, this.#closing.signal);
      this.#failures = 0;
      this.#state = { phase: 'connected', lastSuccess: this.clock.now() };
    } catch (error) {
      if (!isEarly) this.#failures += 1;
      const { lastSuccess } = this.#state;
      this.#state = {
        phase: 'backing-off',
        error: asServiceError(error),
        ...(lastSuccess !== undefined && { lastSuccess }),
      };
    }
    this.#polling = false;
    if (this.#closing.signal.aborted) return;
    if (isEarly && this.#failures > 0)
      this.#pollAfter(Math.max(firstBackOff, this.#due - this.clock.elapsed()));
    else this.#schedule(this.#rung && this.#failures === 0 ? 0 : this.#delay());
    this.options.onPolled();
  }

  #delay(): number {
    if (this.#failures === 0) return this.options.interval();
    const ceiling = Math.min(longestBackOff, firstBackOff * 2 ** Math.min(this.#failures, 10));
    return ceiling / 2 + (this.random.next() * ceiling) / 2;
  }
}

function asServiceError(error: unknown): SyncServiceError {
  if (isSyncServiceError(error)) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new SyncServiceError('SYNC_UNEXPECTED_RESPONSE', `The poll failed: ${message}`, { cause: error });
}
