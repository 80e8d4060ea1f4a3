import type { Clock, Timer } from '../../system/clock';
import type { Random } from '../../system/random';
import type { OutboxReason } from './entry';

/** In ms; a random part of it, so that a hundred gateways that start at the same time do not all ask at the same time. */
const longestFirstPause = 2_000;
const [firstPause, longestPause] = [1_000, 60_000];
/**
 * After this many failures in a row of the service, or of a proxy in front of it, its health tells whether the objects
 * are at fault.
 */
const mostDoubts = 8;

/** Whether the service is there: while it is not, it is tried at growing intervals. */
export class Contact {
  /** `trying`: one entry is sent to find out. */
  #phase: 'there' | 'trying' | 'away' | 'unauthorized' = 'there';
  #reason: OutboxReason | undefined;
  #failures = 0;
  #doubts = 0;
  #isClosed = false;
  #lastAnswer = Number.NEGATIVE_INFINITY;
  #timer: Timer | undefined;

  /** @param onChange called when something may be sent that could not be before, and when nothing may be sent any more. */
  constructor(
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly onChange: () => void,
  ) {}

  get phase(): 'there' | 'away' | 'unauthorized' {
    if (this.#phase !== 'trying') return this.#phase;
    return this.#reason ? 'away' : 'there';
  }

  /** Why nothing is sent. */
  get reason(): OutboxReason | undefined {
    return this.#reason;
  }

  /** How many entries may be sent at once; `otherwise` if the service is well. */
  most(otherwise: number): number {
    if (this.#phase === 'there') return this.#doubts < mostDoubts ? otherwise : 1;
    return this.#phase === 'trying' ? 1 : 0;
  }

  /** Begins with a try, after a moment. */
  begin(): void {
    this.#phase = 'away';
    this.#tryAfter(this.random.next() * longestFirstPause);
  }

  /** The service has answered some request. */
  answered(): void {
    this.#lastAnswer = this.clock.elapsed();
    this.#doubts = 0;
    if (this.#phase === 'there') return;
    this.#timer?.cancel();
    [this.#phase, this.#reason, this.#failures] = ['there', undefined, 0];
    this.onChange();
  }

  /** Whether it has answered any request since then. */
  hasAnsweredSince(time: number): boolean {
    return this.#lastAnswer > time;
  }

  /** The service has failed on an object. @returns whether it is time to ask for its health. */
  doubted(): boolean {
    this.#doubts += 1;
    return this.#phase !== 'there' || this.#doubts % mostDoubts === 0;
  }

  /** It fails on objects but is healthy: they wait, and others are sent, one at a time. */
  well(): void {
    const doubts = this.#doubts;
    this.answered();
    this.#doubts = doubts;
  }

  lost(phase: 'away' | 'unauthorized', reason: OutboxReason): void {
    if (this.#isClosed) return;
    this.#reason = reason;
    // Several that were being sent fail together: that counts once.
    if (this.#phase === 'there' || this.#phase === 'trying') {
      const pause = Math.min(longestPause, firstPause * 2 ** this.#failures);
      this.#failures += 1;
      this.#tryAfter(pause * (0.5 + this.random.next() / 2));
    }
    this.#phase = phase;
    this.onChange();
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
  }

  #tryAfter(pause: number): void {
    this.#timer?.cancel();
    const tryIt = (): void => {
      this.#phase = 'trying';
      this.onChange();
    };
    this.#timer = this.clock.after(pause, tryIt, { background: true });
  }
}
