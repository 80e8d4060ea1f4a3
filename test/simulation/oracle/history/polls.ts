/** How a receiver's last poll ended; `unsure` if that cannot be seen from outside. */
export type PollEnd = 'well' | 'badly' | 'unsure' | 'never';

/** How the polls of a client ended, as seen from the requests that they consist of, which follow each other at once. */
export class Polls {
  #open = 0;
  #endedAt = Number.NEGATIVE_INFINITY;
  #last: PollEnd = 'never';
  /** Whether it is certain when a poll last ended well. */
  isSuccessKnown = true;
  /** How many requests have ended badly in a row. */
  badly = 0;
  /** When the last request of a poll ended, by the time of day; or, if that is uncertain, several such times. */
  #lastDays: number[] = [];
  /** When an earlier poll last ended well, in ms since 1970: at one of these times. */
  #successes: readonly (number | undefined)[] = [undefined];

  /** Another client, or another feed, knows nothing of earlier polls. */
  forget(): void {
    this.#open = 0;
    this.badly = 0;
    this.#last = 'never';
    this.#successes = [undefined];
  }

  /** If no receiver was there for a while, another feed may have begun, which has not polled. */
  mayBeginAnew(): void {
    this.#last = 'unsure';
    this.isSuccessKnown = false;
  }

  /** Whether no request is under way or has just ended, so that its outcome may be reported by now. */
  isQuiet(now: number): boolean {
    return this.#open === 0 && now > this.#endedAt;
  }

  /** Whether no poll is under way, not even between two tries. */
  isOver(now: number): boolean {
    return this.isQuiet(now) && (this.#last === 'well' || this.#last === 'never');
  }

  /** A request in between has ended, which does not decide how the poll ends. */
  goesOn(now: number, day: number): void {
    this.#end(now);
    // An empty list may be believed only now; or somebody else wanted to know the kind of the service.
    if (this.#last === 'well') this.#lastDays.push(day);
  }

  /** A poll may have failed without a sign of it. */
  doubt(): void {
    if (this.#open === 0) this.#successes = this.successes;
    // A request that was made just when a poll ended well, and failed, may or may not be part of that poll.
    else if (this.#last === 'well') this.isSuccessKnown = false;
    this.#last = 'unsure';
  }

  /** @param anew whether it does not belong to the poll whose request has just ended. */
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

  /** When a poll last ended well, in ms since 1970: at one of these times. */
  get successes(): readonly (number | undefined)[] {
    return this.#last === 'well' ? this.#lastDays : this.#successes;
  }
}

/** The answer to a request, as far as it was read; undefined if there was none. */
export type Read = { status: number; text: string } | undefined;

/** Whether a service says that it is of the given kind. */
export function isOfKind(read: Read, kind: 'CSS' | 'ESS'): boolean {
  return read?.status === 200 && read.text.includes(`"nodeType":"${kind}"`);
}

/** Whether an answer, read to its end, is a list, even an empty one. */
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
