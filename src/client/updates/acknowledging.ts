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

/** What the list says of an acknowledgement whose answer did not come, or was a refusal. */
export type Verdict = AcknowledgeOutcome | 'again' | 'refused';

/**
 * One acknowledgement, from the moment a flow asked for it.
 *
 * `joint`: waits for other receivers. `queued`: waits for a place. `running`: the service is asked. `unanswered`: the
 * list has the word.
 */
export class Acknowledging {
  phase: 'joint' | 'queued' | 'running' | 'unanswered' | 'settled' = 'joint';
  /** The names of the receivers that asked. */
  readonly askers = new Set<string>();
  /** Those of them that asked a process before this one, and nobody hears what becomes of it. */
  readonly #unheard = new Set<string>();
  /** It has a place in acknowledgement with each receiver that asked, until it is settled. */
  hasPlace = false;
  /** Whether it may have reached the service without an answer, as what it is now. */
  sent = false;
  /** What the service is, or was last, asked to take it as: somebody may have asked for more since. */
  trying: Taken | undefined;
  /** Unanswered: a list of a greater number tells. */
  afterList = 0;
  /** Not asked again before, in ms of the clock's elapsed time. */
  notBefore = 0;
  tries = 0;
  readonly outcome: Promise<AcknowledgeOutcome>;
  /** Whether any mark may have reached the service without an answer, also as what it was before. */
  #wasSent = false;
  #failed: FailedTry | undefined;
  /** The service said once that there is no such object. */
  #absent = false;
  #shown: { list: number; version: string } | undefined;
  /** When the last list has shown the version, in ms of the clock's elapsed time; only once a try has failed. */
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
    // Who asked hears of it; after a restart nobody may be left who did.
    this.outcome.catch(() => undefined);
  }

  /** What it is told to the service as. */
  get taken(): Taken {
    return this.request.deleted ? 'deleted' : this.request.how;
  }

  /** Why it is not answered. */
  get error(): SyncServiceError | undefined {
    return this.#failed?.error;
  }

  /**
   * Whether the list that tells is the one with those that were marked received: what is marked received, the plain
   * list leaves out, and that is how a lost answer to that mark shows.
   */
  get needsReceivedList(): boolean {
    return !this.request.deleted && !(this.sent && this.request.how === 'received');
  }

  /** Whether a list has shown the version just now, so that the service need not be asked for it: it may not answer. */
  isListed(now: number): boolean {
    return this.#listedAt !== undefined && now - this.#listedAt < believed;
  }

  asks(name: string, how: Acknowledgement, onWait: ((wait: AcknowledgementWait) => void) | undefined): void {
    this.askers.add(name);
    this.#unheard.delete(name);
    if (how === 'consumed') this.#consume();
    if (onWait) this.#onWait.add(onWait);
  }

  /** They asked a process before this one. */
  recall(names: readonly string[]): void {
    for (const name of names) {
      this.askers.add(name);
      this.#unheard.add(name);
    }
  }

  /** Whether somebody hears what becomes of what that receiver asked for. */
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

  /** The try did not say what became of it. */
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

  /** The list that tells shows the object. */
  show(list: number, version: string): void {
    this.#shown = { list, version };
  }

  /** A list shows the object while the next try waits for its turn. */
  showAgain(version: string, now: number): void {
    if (this.#listedAt !== undefined) this.#listedAt = version === this.request.version ? now : undefined;
  }

  /** What the list of that number, read to its end, says. */
  verdict(list: number, now: number): Verdict {
    // What may have become of another mark says nothing of this one.
    const isOther = this.trying !== this.taken;
    if (isOther && this.#wasSent) return 'again';
    const { consumers, version } = this.request;
    const shown = this.#shown?.list === list ? this.#shown.version : undefined;
    if (shown === undefined) return this.sent ? this.taken : 'gone';
    if (shown !== version) return this.sent ? this.taken : 'superseded';
    this.#listedAt = now;
    if (this.sent && consumers > 1) return this.taken;
    const { result, error } = this.#failed ?? {};
    // The list has the last word on what is there, unless the service goes on to deny it.
    if (this.#absent && this.tries > 1 && result !== 'unanswered') return 'gone';
    if (result !== 'refused' || isOther) return 'again';
    // Credentials may be late, or a proxy may refuse them; and what is listed is there, whatever else is said of it.
    return error?.code === 'SYNC_REJECTED' ? 'refused' : 'again';
  }

  resolve(outcome: AcknowledgeOutcome): void {
    this.#settle.resolve(outcome);
  }

  reject(error: unknown): void {
    this.#settle.reject(error);
  }

  /** What was marked received is marked consumed, too; a deletion has one word for both. */
  #consume(): void {
    const before = this.taken;
    this.request.how = 'consumed';
    if (this.taken !== before) this.sent = false;
  }
}

/** For so long the list that has shown a version is believed, in ms: two rounds of tries that hang. */
const believed = 30_000;
/** In ms. */
const firstPause = 1_000;
const longestPause = 60_000;

/** How long to wait before the next try, in ms, after so many before the one that failed now. */
export function pauseAfter(tries: number, random: Random): number {
  const ceiling = Math.min(longestPause, firstPause * 2 ** Math.min(tries, 10));
  return ceiling / 2 + (random.next() * ceiling) / 2;
}
