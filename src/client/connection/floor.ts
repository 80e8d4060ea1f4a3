import type { Clock, Timer } from '../../system/clock';
import { Ending, type EndSignal } from '../../system/ending';

/** The least progress: `bytes` in each `window` ms in which it is for the peer to move. */
export interface FloorRule {
  bytes: number;
  window: number;
}

/**
 * The end of what may take long: it aborts when fewer bytes pass than the rule wants, however long it takes in all.
 * Its clock runs only while the peer has to move: a slow reader or writer of ours must not look like a slow service.
 */
export class ProgressFloor {
  readonly #ending = new Ending();
  #timer: Timer | undefined;
  #window: number;
  #bytes = 0;
  /** How long the peer has been waited for in this window, in ms, without the wait under way. */
  #waited = 0;
  #waitingSince: number | undefined;
  /** The answer may be there, and read, before what is sent has come to its end. */
  #isAnswered = false;
  #isReleased = false;

  constructor(
    private readonly clock: Clock,
    private readonly rule: FloorRule,
  ) {
    this.#window = rule.window;
    this.peerMoves();
    this.#watch(rule.window);
  }

  /** Aborts with a TimeoutError. */
  get signal(): EndSignal {
    return this.#ending;
  }

  /** From now on we wait for the peer. */
  peerMoves(): void {
    this.#waitingSince ??= this.clock.elapsed();
  }

  /** Bytes have passed; from now on the peer waits for us. */
  passed(bytes: number): void {
    if (this.#waitingSince !== undefined) this.#waited += this.clock.elapsed() - this.#waitingSince;
    this.#waitingSince = undefined;
    this.#bytes += bytes;
    if (this.#bytes >= this.rule.bytes) this.#begin(this.rule.window);
  }

  /** All is sent: the peer has `window` ms until something must come back. */
  answerWithin(window: number): void {
    if (this.#isAnswered) return;
    this.#begin(window);
    this.#waitingSince = this.clock.elapsed();
    this.#watch(window);
  }

  /** The answer has begun. */
  answered(): void {
    this.#isAnswered = true;
    this.#begin(this.rule.window);
    this.#waitingSince = undefined;
    this.#watch(this.rule.window);
  }

  /** Lets go of the timer; it aborts no more. */
  release(): void {
    this.#isReleased = true;
    this.#timer?.cancel();
  }

  #begin(window: number): void {
    this.#window = window;
    this.#bytes = 0;
    this.#waited = 0;
  }

  #watch(delay: number): void {
    this.#timer?.cancel();
    if (this.#isReleased) return;
    this.#timer = this.clock.after(delay, () => this.#look());
  }

  #look(): void {
    const waiting = this.#waitingSince === undefined ? 0 : this.clock.elapsed() - this.#waitingSince;
    // A window that began anew, or whose time stood still, is looked at again when it may be over.
    const left = this.#window - this.#waited - waiting;
    if (left > 0) this.#watch(left);
    else this.#ending.abort(new DOMException('Too little came in too long', 'TimeoutError'));
  }
}
