/** How the last of a receiver's polls has ended; `unsure` where it does not show from outside. */
export type PollEnd = 'well' | 'badly' | 'unsure' | 'never';

/** What the polls of a client have come to, by the requests of which they are made: they follow each other at once. */
export class Polls {
  #open = 0;
  #endedAt = Number.NEGATIVE_INFINITY;
  #last: PollEnd = 'never';
  /** Whether it is for certain when a poll has ended well last. */
  isSuccessKnown = true;
  /** How many requests have ended badly, one after the other. */
  badly = 0;
  /** When the last request of a poll has ended, as the time of day was then. */
  #lastDay = 0;
  /** The kind of the service is asked for before its last list is believed. */
  #isDoubted = false;
  /** When a poll before that ended well, in ms since 1970. */
  #success: number | undefined;

  /** Another client, or another feed, knows nothing of it. */
  forget(): void {
    this.#open = 0;
    this.badly = 0;
    this.#last = 'never';
    this.#success = undefined;
  }

  /** Where nobody was there for a while another feed may have begun, which has not polled. */
  mayBeginAnew(): void {
    this.#last = 'unsure';
    this.isSuccessKnown = false;
  }

  /** Whether nothing is asked just now: what it has come to may be told. */
  isQuiet(now: number): boolean {
    return this.#open === 0 && now > this.#endedAt;
  }

  /** Something else was asked on the way, and does not say what the poll comes to. */
  goesOn(now: number, day: number): void {
    this.#end(now);
    if (this.#isDoubted) this.#lastDay = day;
    this.#isDoubted = false;
  }

  /** A list of nothing has ended just now: the service is asked whether it is the one that is meant, as part of the poll. */
  asksForKind(now: number): void {
    this.#isDoubted = this.#last === 'well' && this.#open === 0 && now === this.#endedAt;
  }

  /** A poll may have failed of which nothing shows. */
  doubt(): void {
    if (this.#open === 0) this.#success = this.lastSuccess;
    // Something that was asked at the moment when a poll ended well, and has failed, may be part of it or not.
    else if (this.#last === 'well') this.isSuccessKnown = false;
    this.#last = 'unsure';
  }

  /** @param anew it is no part of the poll whose request has just ended. */
  begins(now: number, anew: boolean): void {
    if (anew || this.isQuiet(now)) {
      this.isSuccessKnown ||= this.#last === 'well';
      this.#success = this.lastSuccess;
    }
    this.#open += 1;
  }

  /** @param day the time of day, in ms since 1970. */
  ends(how: 'well' | 'badly', now: number, day: number): void {
    this.#end(now);
    if (how === 'well') this.badly = 0;
    else this.badly += 1;
    this.#last = how;
    this.#lastDay = day;
  }

  #end(now: number): void {
    this.#open -= 1;
    this.#endedAt = now;
  }

  get last(): PollEnd {
    return this.#last;
  }

  /** When a poll has ended well last, in ms since 1970. */
  get lastSuccess(): number | undefined {
    return this.#last === 'well' ? this.#lastDay : this.#success;
  }
}

/** What came of a request, as far as it was read; undefined where nothing did. */
export type Read = { status: number; text: string } | undefined;

/** Whether a service says that it is of the kind that is wanted. */
export function isOfKind(read: Read, kind: 'CSS' | 'ESS'): boolean {
  return read?.status === 200 && read.text.includes(`"nodeType":"${kind}"`);
}

/** Whether an answer, read to its end, is a list, be it of nothing. */
export function isList(read: Read): boolean {
  if (!read) return false;
  const { status, text } = read;
  if (status === 404) return text === '';
  if (status !== 200) return false;
  try {
    return Array.isArray(JSON.parse(text));
  } catch {
    return false;
  }
}
