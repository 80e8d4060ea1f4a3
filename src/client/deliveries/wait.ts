import type { DestinationStatus } from '../../protocol/metadata';
import { SyncServiceError } from '../errors';
import { nameOf } from '../objects/names';
import { type Delivery, DeliveryFailure, type DeliveryGoal, type SentObject } from './delivery';
import type { Sight } from './look';

const firstPause = 250;
const longestPause = 5_000;
/** A longer look is abandoned and tried again: an ESS answers no queries about an object while its CSS is away. */
const longestLook = 10_000;
const shortestLook = 1_000;

/** What an object is waited for, and whom to tell on the way and at the end. */
export interface Wanted {
  readonly object: SentObject;
  readonly goal: DeliveryGoal;
  /** In ms. */
  readonly patience: number;
  readonly onProgress: (destinations: DestinationStatus[]) => void;
  readonly onFailure: (error: unknown) => void;
  readonly onEnd: (ended: Delivery | SyncServiceError) => void;
}

/**
 * The wait for one object: when to look at it again, and what each look means. All times are those of the watch's
 * clock.
 */
export class Wait {
  /** When the next look is due. */
  due: number;
  looking = false;
  /** Aborts when the wait is over, which also ends a look under way. */
  readonly over = new AbortController();
  /** When its time is up. The time starts with the first look, since other waits may come before it. */
  #deadline: number | undefined;
  #isLast = false;
  #looks = 0;
  #instanceID: string | undefined;
  #destinations: DestinationStatus[] = [];

  constructor(
    private readonly wanted: Wanted,
    now: number,
  ) {
    this.due = now;
    this.#instanceID = wanted.object.instanceID;
  }

  get object(): SentObject {
    return this.wanted.object;
  }

  get isOver(): boolean {
    return this.over.signal.aborted;
  }

  /** Whether its turn comes before another's: waits whose time is up go first, the others as they became due. */
  isBefore(other: Wait, now: number): boolean {
    const [late, otherLate] = [this.#isLate(now), other.#isLate(now)];
    return late === otherLate ? this.due < other.due : late;
  }

  /** When it ends without having had a turn, if the service has not answered a single look since `lastAnswer`. */
  hopelessAt(lastAnswer: number): number {
    if (this.#deadline !== undefined) return Math.max(this.#deadline, lastAnswer) + longestLook;
    return Math.max(this.due, lastAnswer) + Math.max(this.wanted.patience, longestLook);
  }

  /** Its turn has come. Returns how long the look may take, in ms; the last one gets about the whole patience. */
  begin(now: number): number {
    this.looking = true;
    this.#deadline ??= now + this.wanted.patience;
    this.#isLast = this.#isLate(now);
    const limit = this.#isLast ? this.wanted.patience : this.#deadline - now;
    return Math.min(longestLook, Math.max(shortestLook, limit));
  }

  /** What the look saw: undefined if the object is gone. */
  seen(sight: Sight | undefined): void {
    if (this.isOver) return;
    const ended = sight ? this.#judge(sight) : 'gone';
    if (ended instanceof DeliveryFailure) this.#over(ended);
    else if (ended) this.end(ended);
  }

  failed(error: unknown): void {
    if (!this.isOver) this.wanted.onFailure(error);
  }

  /** The look is over. Ends the wait if it was the last one; otherwise sets when the next one is due. */
  finish(now: number): void {
    this.looking = false;
    if (this.#isLast) this.end('timeout');
    const pause = Math.min(longestPause, firstPause * 2 ** Math.min(this.#looks, 10));
    this.#looks += 1;
    this.due = Math.min(now + pause, this.#deadline ?? now);
  }

  end(outcome: Delivery['outcome']): void {
    this.#over({ outcome, destinations: this.#destinations });
  }

  /** Ends the wait with an error that says why nobody waits any more. */
  fail(code: 'SYNC_ABORTED' | 'SYNC_CLOSED', reason: string, cause?: unknown): void {
    const message = `${nameOf(this.object)} is published, but nobody waits for its delivery any more: ${reason}`;
    this.#over(new SyncServiceError(code, message, { cause }));
  }

  #isLate(now: number): boolean {
    return this.#deadline !== undefined && now >= this.#deadline;
  }

  #judge({ current, progress }: Sight): Delivery['outcome'] | DeliveryFailure | undefined {
    if (current.deleted) return 'deleted';
    const watched = this.#instanceID;
    this.#instanceID ??= current.instanceID;
    // Without an instanceID, the version found first is the one waited for; this progress may be an older one's.
    if (watched === undefined) return undefined;
    if (watched !== current.instanceID) return 'superseded';
    if (Array.isArray(progress)) return this.#compare(progress);
    return progress.consumedByCloud ? this.wanted.goal : undefined;
  }

  #compare(destinations: DestinationStatus[]): DeliveryGoal | DeliveryFailure | undefined {
    const { goal, onProgress } = this.wanted;
    this.#destinations = destinations;
    onProgress(destinations);
    const failed = destinations.find(({ status }) => status === 'error');
    if (failed) return new DeliveryFailure(this.object, failed, destinations);
    const far = goal === 'consumed' ? ['consumed'] : ['delivered', 'consumed'];
    // No destination has registered yet: one that does so later gets the object too.
    if (destinations.length === 0) return undefined;
    return destinations.every(({ status }) => far.includes(status)) ? goal : undefined;
  }

  #over(ended: Delivery | SyncServiceError): void {
    if (this.isOver) return;
    this.over.abort();
    this.wanted.onEnd(ended);
  }
}
