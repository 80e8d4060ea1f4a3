import type { ObjectMetadata } from '../../protocol/metadata';
import type { Entry, EntryState } from './entry';
import { versionOf } from './version';

/**
 * The entries of a receiver by ID and by state, in each state in order of turn. A list may have thousands of objects of
 * which a few are in the flow: for those far back in the line only names and versions are kept.
 */
export class Entries {
  /** Entries that plain lists do not show: the other list will tell whether they were marked received or are gone. */
  readonly doubted = new Set<Entry>();
  /** Entries that rest without anybody having been told, since their metadata was missing; a list will bring it. */
  readonly untold = new Set<Entry>();
  readonly #byID = new Map<string, Entry>();
  readonly #byState = new Map<EntryState, Map<string, Entry>>();
  /** The unread entries whose metadata is to be taken from the list being read. */
  #chosen = new Set<string>();
  /** Whether another list may bring missing metadata; what nobody can read is missing from every list. */
  #mayBring = false;
  /** No paused entry is due before this time. */
  #quietUntil = Number.POSITIVE_INFINITY;
  #quietList = 0;

  /**
   * @param kept for how many waiting entries, and for how many paused ones, the metadata is kept, and how many entries
   *   that were marked received.
   */
  constructor(private readonly kept: number) {}

  get(objectID: string): Entry | undefined {
    return this.#byID.get(objectID);
  }

  all(): Entry[] {
    return Array.from(this.#byID.values());
  }

  count(state: EntryState): number {
    return this.#byState.get(state)?.size ?? 0;
  }

  /** Whether metadata is missing for an object that plain lists do not show. */
  get isMissingUnlisted(): boolean {
    for (const { unlisted } of this.#in('unread').values()) if (unlisted) return true;
    for (const { unlisted } of this.untold) if (unlisted) return true;
    return false;
  }

  /** Whether metadata is missing that another list may bring: the last one brought some, or none has begun since. */
  get isMissing(): boolean {
    return this.#mayBring && this.count('unread') > 0;
  }

  first(state: EntryState): Entry | undefined {
    const [first] = this.#in(state).values();
    return first;
  }

  /** Adds an unknown object, or another version of a known one, at the end of the line. */
  add(object: ObjectMetadata, list: number, unlisted: boolean): Entry {
    const entry: Entry = {
      objectID: object.objectID,
      version: versionOf(object),
      deleted: object.deleted,
      // One acknowledgement of a deletion counts for all consumers.
      consumers: object.deleted ? 1 : object.consumers,
      object,
      state: 'waiting',
      spent: 0,
      charged: false,
      handedOut: false,
      releases: 0,
      disagreements: 0,
      due: 0,
      dueList: 0,
      list,
      unlisted,
      newer: undefined,
      taken: undefined,
      takenAfter: 0,
      lingers: 0,
      repeats: 0,
      repeating: false,
      error: undefined,
    };
    const old = this.#byID.get(object.objectID);
    if (old) this.delete(old);
    this.#byID.set(entry.objectID, entry);
    this.enqueue(entry);
    return entry;
  }

  delete(entry: Entry): void {
    this.#byID.delete(entry.objectID);
    this.#in(entry.state).delete(entry.objectID);
    this.untold.delete(entry);
  }

  /** Moves the entry to the end of a state. */
  change(entry: Entry, state: EntryState): void {
    this.#in(entry.state).delete(entry.objectID);
    this.untold.delete(entry);
    entry.state = state;
    this.#in(state).set(entry.objectID, entry);
    if (state === 'acknowledged' || state === 'resting' || state === 'rejected') entry.object = undefined;
  }

  /** Has the entry wait for its turn. */
  enqueue(entry: Entry): void {
    if (this.count('waiting') >= this.kept) entry.object = undefined;
    this.change(entry, entry.object ? 'waiting' : 'unread');
    if (!entry.object) this.#mayBring = true;
  }

  /** Has the entry wait for its time: see Entry.due and Entry.dueList. */
  pause(entry: Entry, due: number, dueList: number): void {
    entry.due = due;
    entry.dueList = dueList;
    if (this.count('paused') >= this.kept) entry.object = undefined;
    this.change(entry, 'paused');
    if (dueList === 0) this.#quietUntil = Math.min(this.#quietUntil, due);
  }

  /**
   * The reading of a list begins: it is to bring the metadata of as many entries as there is room for, those that have
   * waited longest first.
   *
   * @param wanted the metadata of these in any case.
   */
  choose(wanted: Iterable<{ objectID: string }>): void {
    const room = Math.max(0, this.kept - this.count('waiting'));
    this.#mayBring = false;
    this.#chosen = new Set(Array.from(this.#in('unread').keys()).slice(0, room));
    for (const { objectID } of wanted) this.#chosen.add(objectID);
  }

  /** Whether an entry's metadata is to be taken from the list. */
  isChosen({ objectID, state }: Entry): boolean {
    return state === 'unread' && this.#chosen.has(objectID);
  }

  /** The list has brought it. */
  read(entry: Entry, object: ObjectMetadata): void {
    entry.object = object;
    this.change(entry, 'waiting');
    this.#mayBring = true;
  }

  /** The paused entries that are due now, after so many lists were read. */
  due(now: number, lists: number): Entry[] {
    if (now < this.#quietUntil && lists === this.#quietList) return [];
    const paused = Array.from(this.#in('paused').values());
    this.#quietList = lists;
    this.#quietUntil = Number.POSITIVE_INFINITY;
    return paused.filter((entry) => {
      if (entry.dueList > lists) return false;
      if (entry.due <= now) return true;
      this.#quietUntil = Math.min(this.#quietUntil, entry.due);
      return false;
    });
  }

  /** When the next paused entry is due that does not wait for a list. */
  nextDue(): number | undefined {
    return this.#quietUntil === Number.POSITIVE_INFINITY ? undefined : this.#quietUntil;
  }

  /** The oldest entry that was marked received and is no longer listed, if too many are kept. */
  surplus(): Entry | undefined {
    if (this.count('acknowledged') <= this.kept) return undefined;
    return Array.from(this.#in('acknowledged').values()).find(({ unlisted }) => unlisted);
  }

  #in(state: EntryState): Map<string, Entry> {
    const known = this.#byState.get(state);
    if (known) return known;
    const made = new Map<string, Entry>();
    this.#byState.set(state, made);
    return made;
  }
}
