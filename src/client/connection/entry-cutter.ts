import {
  type EntryEnd,
  type EntryEnds,
  IndentedEnds,
  indentedEnd,
  indentedStart,
  longestEnd,
  ScannedEnds,
} from './entry-ends';

export interface EntryListener {
  /** The text of one entry: part of a larger buffer, and valid only during the call. */
  onEntry(entry: Buffer): void;
  /** An entry has more bytes than the limit; `start` is how it begins. */
  onTooLarge(start: Buffer): void;
}

/** How many bytes of an entry that is too large are told. */
const toldStart = 4_096;

/**
 * Cuts a JSON array into its entries while it arrives, so that no more than one of them is in memory. What an entry
 * says is not looked at: who parses it finds out.
 */
export class EntryCutter {
  /** What has come of the entry that has not ended. */
  #rest: Buffer = Buffer.alloc(0);
  /** How many bytes of the rest have been searched. */
  #looked = 0;
  #ends: EntryEnds | undefined;
  #ended = false;
  #count = 0;
  /** The entry is too large, which has been told: only its end is looked for. */
  #skipping = false;

  constructor(
    private readonly listener: EntryListener,
    private readonly largestEntry: number,
  ) {}

  /** @throws SyntaxError when the text is no array. */
  push(piece: Buffer): void {
    if (this.#rest.length === 0) {
      this.#take(piece);
      return;
    }
    // Copies no more of this piece than ends the entry that the last one began.
    const line = piece.indexOf(indentedEnd);
    const joined = line < 0 ? piece.length : Math.min(piece.length, line + longestEnd);
    this.#take(Buffer.concat([this.#rest, piece.subarray(0, joined)]));
    if (joined === piece.length) return;
    const left = this.#rest;
    if (left.length <= joined) this.#take(piece.subarray(joined - left.length));
    else this.#take(Buffer.concat([left, piece.subarray(joined)]));
  }

  /** @throws SyntaxError when the array has not ended. */
  end(): void {
    // The service writes an empty list as `null`.
    if (this.#ended || (!this.#ends && String(this.#rest).trim() === 'null')) return;
    throw new SyntaxError('the list does not end');
  }

  /** @param text the rest, and what has come after it. */
  #take(text: Buffer): void {
    this.#rest = text;
    if (!this.#ended && this.#begun()) this.#cut();
    if (this.#ended && String(this.#rest).trim() !== '')
      throw new SyntaxError('there is text behind the list');
  }

  /** Whether the array has begun. */
  #begun(): boolean {
    if (this.#ends) return true;
    const text = this.#rest.toString('latin1').trimStart();
    if (text[0] !== '[') {
      if ('null'.startsWith(text.trimEnd())) return false;
      throw new SyntaxError('it is no list');
    }
    const rest = this.#rest.subarray(this.#rest.length - text.length + 1);
    this.#ends = new IndentedEnds();
    this.#rest = rest;
    return true;
  }

  #cut(): void {
    for (let found = this.#find(); found; found = this.#find()) {
      const entry = this.#rest.subarray(0, found.end);
      this.#rest = this.#rest.subarray(found.next);
      this.#looked = 0;
      this.#ended = found.last;
      this.#tell(entry, found.last);
      if (found.last) return;
    }
    if (this.#ended || !this.#ends) return;
    this.#looked = this.#ends.looked(this.#rest);
    if (!this.#skipping && this.#rest.length > this.largestEntry) {
      this.#skipping = true;
      this.listener.onTooLarge(this.#rest.subarray(0, toldStart));
    }
    if (!this.#skipping) return;
    this.#rest = this.#rest.subarray(this.#looked);
    this.#looked = 0;
  }

  #find(): EntryEnd | undefined {
    // It is no object, or not in the format in which the list began.
    if (
      this.#ends instanceof IndentedEnds &&
      this.#looked === 0 &&
      !this.#skipping &&
      !startsIndented(this.#rest)
    )
      this.#ends = new ScannedEnds();
    return this.#ends?.find(this.#rest, this.#looked);
  }

  #tell(entry: Buffer, last: boolean): void {
    this.#count += 1;
    const skipped = this.#skipping;
    this.#skipping = false;
    // There is nothing between the brackets of an empty list.
    if (skipped || (last && this.#count === 1 && String(entry).trim() === '')) return;
    if (entry.length > this.largestEntry) this.listener.onTooLarge(entry.subarray(0, toldStart));
    else this.listener.onEntry(entry);
  }
}

/** Whether a text begins as an indented object does, as far as it has come. */
function startsIndented(text: Buffer): boolean {
  const start = text.subarray(0, indentedStart.length);
  return indentedStart.subarray(0, start.length).equals(start);
}
