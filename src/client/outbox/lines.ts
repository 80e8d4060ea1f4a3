import type { Clock, Timer } from '../../system/clock';
import type { Entry } from './entry';

/** The entries of one object, in their order: the first is sent, the others wait for it. */
class Line {
  readonly entries: Entry[] = [];
  /** How often in a row its first entry, or one that this has replaced there, had to rest. */
  rests = 0;
  rest: Timer | undefined;

  /** Whether its turn takes long. */
  get isLarge(): boolean {
    return this.entries[0]?.isLarge ?? false;
  }
}

/** What waits, object by object. Objects take turns; one that has to rest does not stop the others. */
export class Lines {
  readonly #lines = new Map<string, Line>();
  /**
   * Lines whose first entry can be sent, in the order of their turns, with their numbers: one map for small data, one for
   * large.
   */
  readonly #ready = new Map<Line, number>();
  readonly #readyLarge = new Map<Line, number>();
  #turns = 0;

  /**
   * @param latestWins whether an entry removes those that it makes needless.
   * @param restAfter how long an object rests, in ms, after so many rests in a row, this one included.
   * @param onReady called when the rest of an object is over.
   */
  constructor(
    private readonly clock: Clock,
    private readonly latestWins: boolean,
    private readonly restAfter: (times: number) => number,
    private readonly onReady: () => void,
  ) {}

  get isAnyReady(): boolean {
    return this.#ready.size + this.#readyLarge.size > 0;
  }

  /**
   * Puts an entry into the line of its object, in the order of IDs.
   *
   * @returns the entries that are needless now, and in no line any more; itself if a later one makes it needless.
   */
  add(entry: Entry): Entry[] {
    const line = this.#lines.get(entry.key) ?? new Line();
    const { entries } = line;
    const isLast = (entries.at(-1)?.id ?? 0) < entry.id;
    // An entry that is retried goes before those that came after it.
    const later = isLast ? [] : entries.filter(({ id }) => id > entry.id && !isHead(entries, id));
    if (!isLast && this.latestWins && entries.some((each) => each.id > entry.id && each.replaces(entry))) {
      return [entry];
    }
    entries.length -= later.length;
    const needless = this.latestWins ? takeNeedless(entries, entry) : [];
    entries.push(entry, ...later);
    this.#lines.set(entry.key, line);
    // If it takes the place of one that rests, the line goes on resting.
    if (entries[0] === entry && !line.rest) this.#isReady(line);
    return needless;
  }

  /**
   * The entry whose turn it is; its object gets no other turn until this one is over.
   *
   * @param orLarge whether it may be one with large data.
   */
  next(orLarge: boolean): Entry | undefined {
    const [small] = this.#ready;
    const [large] = orLarge ? this.#readyLarge : [];
    const [line] = (small && large && small[1] > large[1] ? large : small) ?? large ?? [];
    if (!line) return undefined;
    this.#isNotReady(line);
    return line.entries[0];
  }

  /** The first entry of an object. */
  first(key: string): Entry | undefined {
    return this.#lines.get(key)?.entries[0];
  }

  /** The entry is finished, or was dropped. */
  remove(entry: Entry): void {
    const line = this.#lines.get(entry.key);
    const at = line?.entries.indexOf(entry) ?? -1;
    if (!line || at === -1) return;
    line.entries.splice(at, 1);
    if (line.entries.length === 0) {
      line.rest?.cancel();
      this.#isNotReady(line);
      this.#lines.delete(entry.key);
    } else if (at === 0) {
      this.#renew(line);
    }
  }

  /**
   * The turn of the entry is over, and it goes on waiting: for its next turn, with or without a rest before.
   *
   * @returns the later entry that has made it needless meanwhile, if any; then the entry is in no line any more.
   */
  putBack(entry: Entry, rests: boolean): Entry | undefined {
    const line = this.#lines.get(entry.key);
    if (!line) return undefined;
    const later = this.latestWins && line.entries.find((each) => each !== entry && each.replaces(entry));
    if (later) line.entries.shift();
    if (!rests) {
      this.#isReady(line);
    } else {
      line.rests += 1;
      line.rest = this.clock.after(this.restAfter(line.rests), () => this.#wake(line), { background: true });
    }
    return later || undefined;
  }

  close(): void {
    for (const { rest } of this.#lines.values()) rest?.cancel();
    this.#ready.clear();
    this.#readyLarge.clear();
  }

  /** The line has another first entry now. */
  #renew(line: Line): void {
    line.rests = 0;
    this.#makeReady(line);
  }

  #makeReady(line: Line): void {
    line.rest?.cancel();
    line.rest = undefined;
    this.#isReady(line);
  }

  /** Gives the line a turn after the others, unless it waits for one already. */
  #isReady(line: Line): void {
    const ready = line.isLarge ? this.#readyLarge : this.#ready;
    if (ready.has(line)) return;
    this.#isNotReady(line);
    this.#turns += 1;
    ready.set(line, this.#turns);
  }

  #isNotReady(line: Line): void {
    this.#ready.delete(line);
    this.#readyLarge.delete(line);
  }

  #wake(line: Line): void {
    this.#makeReady(line);
    this.onReady();
  }
}

/** Whether this is the first entry and is being sent: nothing can go before it any more. */
function isHead([head]: readonly Entry[], id: number): boolean {
  return head?.id === id && head.state === 'sending';
}

/**
 * Removes from a line what a new last entry makes needless; never what is being sent, nor what is before a deletion that
 * stays.
 */
function takeNeedless(entries: Entry[], entry: Entry): Entry[] {
  const needless: Entry[] = [];
  for (let at = entries.length - 1; at >= 0; at -= 1) {
    const earlier = entries[at];
    if (!earlier || earlier.state === 'sending') break;
    if (entry.replaces(earlier)) needless.push(...entries.splice(at, 1));
    else if (earlier.part === 'existence') break;
  }
  return needless;
}
