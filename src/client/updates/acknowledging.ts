import { warnIfThrown } from '../../system/listeners';
import type { Random } from '../../system/random';
import type { SyncServiceError } from '../errors';
import type { FailedTry } from './acknowledge';
import type { Acknowledgement, AcknowledgeOutcome, Taken } from './acknowledgement';

/** What an acknowledgement waits for: receivers (by their names) that have the object too, or the service. */
export type AcknowledgementWait = { receivers: readonly string[] } | { error: SyncServiceError };

/** The version of an object that is acknowledged, and how. */
export interface AcknowledgementRequest {
  readonly objectID: string;
  readonly version: string;
  readonly deleted: boolean;
  /** How many applications must consume the object. */
  readonly consumers: number;
  readonly checkVersion: boolean;
  how: Acknowledgement;
}

/** What the list says about an acknowledgement that was not answered, or was refused. */
export type Verdict = AcknowledgeOutcome | 'again' | 'refused';

/**
 * One acknowledgement, from the moment a flow asked for it.
 *
 * `joint`: waits for other receivers. `queued`: waits for a place. `running`: the service is being asked. `unanswered`:
 * the list will decide.
 */
export class Acknowledging {
  phase: 'joint' | 'queued' | 'running' | 'unanswered' | 'settled' = 'joint';
  /** The names of the receivers that asked. */
  readonly askers = new Set<string>();
  /** Those that asked an earlier process, so that nobody hears the outcome. */
  readonly #unheard = new Set<string>();
  /** Whether it has a place in acknowledgement at each receiver that asked; it keeps them until it is settled. */
  hasPlace = false;
  /** Whether the mark that is asked for now may have reached the service without an answer. */
  sent = false;
  /** The mark that the service is being asked for, or was last; a stronger one may have been asked for since. */
  trying: Taken | undefined;
  /** Unanswered: only lists of a greater number tell what became of it. */
  afterList = 0;
  /** The service is not asked again before this time, in ms of the clock's elapsed time. */
  notBefore = 0;
  tries = 0;
  readonly outcome: Promise<AcknowledgeOutcome>;
  /** Whether any mark may have reached the service without an answer, including one asked for earlier. */
  #wasSent = false;
  #failed: FailedTry | undefined;
  /** The service said once that there is no such object. */
  #absent = false;
  #shown: { list: number; version: string } | undefined;
  /** When a list last showed the version, in ms of the clock's elapsed time; kept only once a try has failed. */
  #listedAt: number | undefined;
  #settle: { resolve(outcome: AcknowledgeOutcome): void; reject(error: unknown): void };
  readonly #onWait = new Set<(wait: AcknowledgementWait) => void>();

  /** @param awaited the names of receivers that an earlier process of ours still waited for. */
  constructor(
    readonly request: AcknowledgementRequest,
    readonly awaited: readonly string[] = [],
  ) {
    this.#settle = { resolve: () => undefined, reject: () => undefined };
    this.outcome = new Promise((resolve, reject) => {
      this.#settle = { resolve, reject };
    });
    // Whoever asked gets the rejection; after a restart there may be nobody left who did.
    this.outcome.catch(() => undefined);
  }

  /** The mark that the service is told. */
  get taken(): Taken {
    return this.request.deleted ? 'deleted' : this.request.how;
  }

  /** Why the last try failed. */
  get error(): SyncServiceError | undefined {
    return this.#failed?.error;
  }

  /**
   * Whether the list that decides is the one that includes what was marked received. The plain list leaves that out,
   * which is how it shows that a `received` mark arrived although its answer was lost.
   */
  get needsReceivedList(): boolean {
    return !this.request.deleted && !(this.sent && this.request.how === 'received');
  }

  /** Whether a list has shown the version recently, so that the service, which may not answer, need not be asked. */
  isListed(now: number): boolean {
    return this.#listedAt !== undefined && now - this.#listedAt < believed;
  }

  asks(name: string, how: Acknowledgement, onWait: ((wait: AcknowledgementWait) => void) | undefined): void {
    this.askers.add(name);
    this.#unheard.delete(name);
    if (how === 'consumed') this.#consume();
    if (onWait) this.#onWait.add(onWait);
  }

  /** They asked an earlier process. */
  recall(names: readonly string[]): void {
    for (const name of names) {
      this.askers.add(name);
      this.#unheard.add(name);
    }
  }

  /** Whether anybody hears the outcome of what that receiver asked for. */
  isHeardBy(name: string): boolean {
    return !this.#unheard.has(name);
  }

  tell(wait: AcknowledgementWait): void {
    for (const listener of this.#onWait)
      warnIfThrown('the waits of an acknowledgement', () => listener(wait));
  }

  /** It may have been sent by an earlier process of ours. */
  resume(): void {
    this.phase = 'unanswered';
    this.trying = this.taken;
    this.sent = true;
    this.#wasSent = true;
  }

  /** The try did not settle it. */
  failed(tried: FailedTry, list: number, notBefore: number): void {
    this.phase = 'unanswered';
    this.tries += 1;
    this.afterList = list;
    this.notBefore = notBefore;
    this.#listedAt = undefined;
    this.#failed = tried;
    if (tried.result === 'absent') this.#absent = true;
    if (tried.result !== 'unanswered' || !tried.sent) return;
    this.#wasSent = true;
    if (this.trying === this.taken) this.sent = true;
  }

  /** The list that decides shows the object. */
  show(list: number, version: string): void {
    this.#shown = { list, version };
  }

  /** A list shows the object while the next try waits for its turn. */
  showAgain(version: string, now: number): void {
    if (this.#listedAt !== undefined) this.#listedAt = version === this.request.version ? now : undefined;
  }

  /** The verdict of the list of that number, which was read to its end. */
  verdict(list: number, now: number): Verdict {
    // If another mark may have arrived, the list says nothing about this one.
    const isOther = this.trying !== this.taken;
    if (isOther && this.#wasSent) return 'again';
    const { consumers, version } = this.request;
    const shown = this.#shown?.list === list ? this.#shown.version : undefined;
    if (shown === undefined) return this.sent ? this.taken : 'gone';
    if (shown !== version) return this.sent ? this.taken : 'superseded';
    this.#listedAt = now;
    if (this.sent && consumers > 1) return this.taken;
    const { result, error } = this.#failed ?? {};
    // The list decides what is there, unless the service keeps denying it.
    if (this.#absent && this.tries > 1 && result !== 'unanswered') return 'gone';
    if (result !== 'refused' || isOther) return 'again';
    // Credentials may become valid later, or a proxy may be what refuses them; and what is listed is there, even if the
    // service says it is not.
    return error?.code === 'SYNC_REJECTED' ? 'refused' : 'again';
  }

  resolve(outcome: AcknowledgeOutcome): void {
    this.#settle.resolve(outcome);
  }

  reject(error: unknown): void {
    this.#settle.reject(error);
  }

  /** Asks for `consumed` instead of `received`; a deletion has one mark for both. */
  #consume(): void {
    const before = this.taken;
    this.request.how = 'consumed';
    if (this.taken !== before) this.sent = false;
  }
}

/** How long a list that has shown a version is believed, in ms: two rounds of tries that hang. */
const believed = 30_000;
/** In ms. */
const firstPause = 1_000;
const longestPause = 60_000;

/** How long to wait before the next try, in ms, when `tries` tries had failed before the one that failed now. */
export function pauseAfter(tries: number, random: Random): number {
  const ceiling = Math.min(longestPause, firstPause * 2 ** Math.min(tries, 10));
  return ceiling / 2 + (random.next() * ceiling) / 2;
}
