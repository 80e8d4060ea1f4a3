import type { ListedObject } from '../objects/listed-object';
import type { Entry, EntryState } from './entry';
import type { Ledger } from './ledger';
import { versionOf } from './version';

/** What lists do to what a receiver has in hand. Lists are numbered, and read one after the other. */
export class Listed {
  constructor(private readonly ledger: Ledger) {}

  /** The reading of a list begins. */
  begin(list: number): void {
    this.ledger.begun = list;
    this.ledger.entries.choose(this.ledger.siblings.wanted());
  }

  /** The list shows an object. */
  offer(listed: ListedObject, list: number): void {
    const { entries } = this.ledger;
    const entry = entries.get(listed.objectID);
    if (entry?.version === versionOf(listed)) {
      entry.unlisted = false;
      this.#show(entry, listed, list);
      return;
    }
    const object = listed.metadata();
    if (!object) return;
    if (!entry) {
      this.ledger.recall(entries.add(object, list, false), object);
      return;
    }
    entry.list = list;
    entry.unlisted = false;
    if (inFlow.has(entry.state)) entry.newer = object;
    else this.ledger.replace(entry, object);
  }

  /** Whether an empty list would remove something that nobody here has acknowledged. */
  misses(received: boolean): boolean {
    return this.ledger.entries
      .all()
      .some((entry) =>
        received
          ? entry.unlisted
          : !entry.unlisted && this.ledger.isListed(entry) && entry.state !== 'acknowledged',
      );
  }

  /**
   * The list was read to its end: what it did not show is dropped, unless the list is not whole.
   *
   * @param wantsReceived whether the list that includes what was marked received comes next: it must not bring anything
   *   again.
   */
  end(list: number, isWhole = true, wantsReceived = false): void {
    const { entries } = this.ledger;
    this.ledger.lists = list;
    for (const entry of entries.all()) {
      if (entry.list === list && isWhole) this.#linger(entry, list);
      if (entry.list === list || entry.unlisted) continue;
      if (!isWhole) {
        entry.list = list;
        continue;
      }
      this.#left(entry, wantsReceived);
    }
    this.wake();
  }

  /**
   * The list that includes what was marked received shows an object.
   *
   * @param wanted whether an object that was not known is to be handed out.
   */
  offerReceived(listed: ListedObject, list: number, wanted: boolean): void {
    const { entries } = this.ledger;
    const entry = entries.get(listed.objectID);
    if (entry?.version === versionOf(listed)) {
      this.#show(entry, listed, list);
      return;
    }
    if (entry) {
      const hasLeft = entry.list < list;
      entry.list = list;
      // This version came after the plain list: receivers that know the one before go on with it, as their siblings do.
      if (entry.unlisted && !inFlow.has(entry.state)) this.#replace(entry, listed);
      else if (hasLeft && inFlow.has(entry.state)) entry.newer = listed.metadata();
      return;
    }
    const object = wanted ? listed.metadata() : undefined;
    if (object) this.ledger.recall(entries.add(object, list, true), object);
  }

  /** Whether an object that plain lists do not show waits for its metadata, or to be found marked received or gone. */
  get needsReceivedList(): boolean {
    return this.ledger.entries.isMissingUnlisted || this.ledger.entries.doubted.size > 0;
  }

  /** That list was read to its end: what neither it nor plain lists show is gone. */
  endReceived(list: number): void {
    for (const entry of this.ledger.entries.all()) {
      if (!entry.unlisted || entry.list === list) continue;
      if (inFlow.has(entry.state)) Object.assign(entry, { unlisted: false, newer: undefined });
      else this.ledger.forget(entry);
    }
    this.ledger.entries.doubted.clear();
  }

  /** Lets what has paused long enough go on. */
  wake(): void {
    const { clock, entries, lists } = this.ledger;
    for (const entry of entries.due(clock.elapsed(), lists)) this.ledger.enqueue(entry);
  }

  /** Drops the notes about objects that no list has shown. */
  prune(): void {
    const { entries, memory } = this.ledger;
    memory.keepOnly((objectID) => entries.get(objectID) !== undefined);
  }

  /**
   * A real ESS may forget an acknowledgement that it has answered, if it came within some ms of the object. What an ESS
   * has really taken is in no list that begins afterwards, even while its CSS is away.
   */
  #linger(entry: Entry, list: number): void {
    const { consumers, state, taken, takenAfter, unlisted } = entry;
    if (state !== 'acknowledged' || !taken || consumers > 1 || unlisted || list <= takenAfter) return;
    entry.lingers += 1;
    if (entry.lingers < mostLingering * 2 ** Math.min(entry.repeats, 6)) return;
    entry.repeats += 1;
    entry.repeating = true;
    this.ledger.siblings.askAgain(entry);
  }

  /** A list shows this version. */
  #show(entry: Entry, listed: ListedObject, list: number): void {
    const { entries } = this.ledger;
    entry.list = list;
    entry.newer = undefined;
    if (entry.state === 'paused' && entry.dueList === untilShown) entries.pause(entry, entry.due, 0);
    this.#read(entry, listed);
  }

  /** Reads the metadata only for an entry that needs it: to be handed out, or to be reported as given up. */
  #read(entry: Entry, listed: ListedObject): void {
    const { entries } = this.ledger;
    const isUntold = entries.untold.has(entry);
    const object = isUntold || entries.isChosen(entry) ? listed.metadata() : undefined;
    if (object && isUntold) this.ledger.giveUp(entry, object);
    else if (object) entries.read(entry, object);
  }

  #replace(entry: Entry, listed: ListedObject): void {
    const object = listed.metadata();
    if (object) this.ledger.replace(entry, object);
  }

  /** A whole list does not show it any more. */
  #left(entry: Entry, wantsReceived: boolean): void {
    const isInFlow = inFlow.has(entry.state);
    if (!isInFlow && entry.taken === 'received') this.#keepUnlisted(entry);
    else if (this.#mayBeReceived(entry, wantsReceived)) this.#doubt(entry);
    // The flow has it, listed or not: its place becomes free once the flow lets go.
    else if (isInFlow) entry.newer = undefined;
    else this.ledger.forget(entry);
  }

  /** Whether somebody else may have marked it received. What is being acknowledged finds that out by itself. */
  #mayBeReceived({ consumers, state, taken }: Entry, wantsReceived: boolean): boolean {
    if (state === 'asked' || state === 'acknowledging') return false;
    const { includeReceived } = this.ledger.rules;
    if (state !== 'acknowledged') return includeReceived;
    // What others have not consumed yet stays in the other list.
    return wantsReceived || (includeReceived && taken !== undefined && consumers > 1);
  }

  /**
   * It may have been marked received, and then a restart must not hand it out again. An entry in line is held back
   * until the other list shows it.
   */
  #doubt(entry: Entry): void {
    const { entries } = this.ledger;
    entry.unlisted = true;
    entries.doubted.add(entry);
    if (entry.state === 'waiting') entries.pause(entry, 0, untilShown);
    else if (entry.state === 'paused') entries.pause(entry, entry.due, untilShown);
  }

  /** Its flow may later consume what it has marked received: it is kept, but the oldest of too many is forgotten. */
  #keepUnlisted(entry: Entry): void {
    entry.unlisted = true;
    const oldest = entry.state === 'acknowledged' ? this.ledger.entries.surplus() : undefined;
    if (oldest) this.ledger.forget(oldest);
  }
}

/** How many whole lists may still show what was acknowledged before they began. */
const mostLingering = 2;
/** For entries that pause until a list shows them, however many lists do not. */
const untilShown = Number.POSITIVE_INFINITY;
const inFlow: ReadonlySet<EntryState> = new Set(['handed', 'asked', 'acknowledging']);
