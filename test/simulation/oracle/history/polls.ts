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
  /** When the last request of a poll has ended, as the time of day was then; or one of these. */
  #lastDays: number[] = [];
  /** When a poll before that ended well, in ms since 1970: at one of these times. */
  #successes: readonly (number | undefined)[] = [undefined];

  /** Another client, or another feed, knows nothing of it. */
  forget(): void {
    this.#open = 0;
    this.badly = 0;
    this.#last = 'never';
    this.#successes = [undefined];
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

  /** Whether no poll is under way, not even between two tries. */
  isOver(now: number): boolean {
    return this.isQuiet(now) && (this.#last === 'well' || this.#last === 'never');
  }

  /** Something else was asked on the way, and does not say what the poll comes to. */
  goesOn(now: number, day: number): void {
    this.#end(now);
    // A list of nothing may be believed only now; or it was somebody else who wanted to know the kind of the service.
    if (this.#last === 'well') this.#lastDays.push(day);
  }

  /** A poll may have failed of which nothing shows. */
  doubt(): void {
    if (this.#open === 0) this.#successes = this.successes;
    // Something that was asked at the moment when a poll ended well, and has failed, may be part of it or not.
    else if (this.#last === 'well') this.isSuccessKnown = false;
    this.#last = 'unsure';
  }

  /** @param anew it is no part of the poll whose request has just ended. */
  begins(now: number, anew: boolean): void {
    if (anew || this.isQuiet(now)) {
      this.isSuccessKnown ||= this.#last === 'well';
      this.#successes = this.successes;
    }
    this.#open += 1;
  }

  /** @param day the time of day, in ms since 1970. */
  ends(how: 'well' | 'badly', now: number, day: number): void {
    this.#end(now);
    if (how === 'well') this.badly = 0;
    else this.badly += 1;
    this.#last = how;
    this.#lastDays = [day];
  }

  #end(now: number): void {
    this.#open -= 1;
    this.#endedAt = now;
  }

  get last(): PollEnd {
    return this.#last;
  }

  /** When a poll has ended well last, in ms since 1970: at one of these times. */
  get successes(): readonly (number | undefined)[] {
    return this.#last === 'well' ? this.#lastDays : this.#successes;
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
