import type { ObjectMetadata } from '../../protocol/metadata';
import { versionOf } from './source';

export interface InflightRules {
  /** How many objects may be handed out and not yet acknowledged. */
  window: number;
  /** After how long without acknowledgement an object is handed out again, in ms. */
  redeliverAfter: number;
  /** After how many attempts an object rests until it changes. */
  maxAttempts: number;
}

export interface ObjectUpdate {
  /** The object's metadata; `deleted` tells that it was deleted. */
  object: ObjectMetadata;
  /** Counted from 1, for this version, since this program started. */
  attempt: number;
  redelivered: boolean;
}

/**
 * `queued`: waits for a place in the window. `handed`: the flow has it. `acknowledging`: the flow asked for its
 * acknowledgement. `acknowledged`: done here, but still listed. `resting`: handed out too often.
 */
type State = 'queued' | 'handed' | 'acknowledging' | 'acknowledged' | 'resting';

interface Entry {
  object: ObjectMetadata;
  state: State;
  attempt: number;
  /** When a handed object is handed out again. */
  due: number;
  /** Arrived while the older version was in the flow; the latest wins. */
  newer?: ObjectMetadata;
  /** Came with those marked received: plain lists do not show it, which does not mean that it is gone. */
  unlisted: boolean;
}

/** What one receiver has been told of and has not acknowledged. */
export class Inflight {
  readonly #entries = new Map<string, Entry>();
  /** Apart, since a list may have thousands of objects of which a few are handed out; in the order of their turn. */
  readonly #byState: Record<State, Map<string, Entry>> = {
    queued: new Map(),
    handed: new Map(),
    acknowledging: new Map(),
    acknowledged: new Map(),
    resting: new Map(),
  };

  constructor(
    private readonly rules: InflightRules,
    private readonly onExhausted: (object: ObjectMetadata, attempts: number) => void,
  ) {}

  count(state: State): number {
    return this.#byState[state].size;
  }

  get full(): boolean {
    return this.count('handed') >= this.rules.window;
  }

  /** Takes what a poll has listed: what is new waits for its turn, what is no longer listed is let go. */
  offer(listing: readonly ObjectMetadata[]): void {
    const listed = new Set(listing.map(({ objectID }) => objectID));
    for (const [id, entry] of this.#entries) {
      if (!listed.has(id) && !entry.unlisted) this.#forget(id, entry);
    }
    for (const object of listing) this.#offerOne(object, false);
  }

  /** Takes what was listed because it was marked received before this program started. */
  offerReceived(listing: readonly ObjectMetadata[]): void {
    for (const object of listing) this.#offerOne(object, true);
  }

  /** The next object to hand out at `now`, if the window has a place. */
  take(now: number): ObjectUpdate | undefined {
    this.#requeue(now);
    if (this.full) return undefined;
    const [entry] = this.#byState.queued.values();
    if (!entry) return undefined;
    this.#change(entry, 'handed');
    entry.attempt += 1;
    entry.due = now + this.rules.redeliverAfter;
    return { object: entry.object, attempt: entry.attempt, redelivered: entry.attempt > 1 };
  }

  /** When the next object is due to be handed out again. */
  nextDue(): number | undefined {
    let next: number | undefined;
    for (const { due } of this.#byState.handed.values()) if (next === undefined || due < next) next = due;
    return next;
  }

  /** The flow works on the object: its time starts anew. */
  renew(objectID: string, now: number): void {
    const entry = this.#entries.get(objectID);
    if (entry?.state === 'handed') entry.due = now + this.rules.redeliverAfter;
  }

  /** Whether this version still waits for the flow to ask for its acknowledgement. */
  awaits(object: ObjectMetadata): boolean {
    const entry = this.#entries.get(object.objectID);
    if (!entry || versionOf(entry.object) !== versionOf(object)) return false;
    return entry.state === 'queued' || entry.state === 'handed' || entry.state === 'resting';
  }

  /** The flow asked for the acknowledgement: from now on the object is not handed out for want of an answer. */
  acknowledging(object: { objectID: string }): void {
    const entry = this.#entries.get(object.objectID);
    if (entry) this.#change(entry, 'acknowledging');
  }

  /** The acknowledgement went well, or the object was superseded or gone. */
  settled(objectID: string, acknowledged: boolean): void {
    const entry = this.#entries.get(objectID);
    if (!entry) return;
    if (entry.newer) this.#enqueue(objectID, { ...entry, object: entry.newer, attempt: 0 });
    else if (acknowledged && !entry.unlisted) this.#change(entry, 'acknowledged');
    else this.#forget(objectID, entry);
  }

  /** The service refused the acknowledgement: the object is in the flow again, and its time runs. */
  failed(objectID: string, now: number): void {
    const entry = this.#entries.get(objectID);
    if (entry?.state !== 'acknowledging') return;
    this.#change(entry, 'handed');
    entry.due = now + this.rules.redeliverAfter;
  }

  #offerOne(object: ObjectMetadata, unlisted: boolean): void {
    const entry = this.#entries.get(object.objectID);
    if (!entry) {
      this.#enqueue(object.objectID, { object, state: 'queued', attempt: 0, due: 0, unlisted });
      return;
    }
    if (!unlisted) entry.unlisted = false;
    if (versionOf(entry.object) === versionOf(object)) return;
    if (entry.state === 'handed' || entry.state === 'acknowledging') entry.newer = object;
    else this.#enqueue(object.objectID, { ...entry, object, attempt: 0 });
  }

  /** Puts the object at the end of the line, so that the order of the list starves nobody. */
  #enqueue(objectID: string, entry: Entry): void {
    const old = this.#entries.get(objectID);
    if (old) this.#forget(objectID, old);
    const { newer: _, ...rest } = entry;
    const queued: Entry = { ...rest, state: 'queued' };
    this.#entries.set(objectID, queued);
    this.#byState.queued.set(objectID, queued);
  }

  #forget(objectID: string, entry: Entry): void {
    this.#entries.delete(objectID);
    this.#byState[entry.state].delete(objectID);
  }

  #change(entry: Entry, state: State): void {
    const { objectID } = entry.object;
    this.#byState[entry.state].delete(objectID);
    entry.state = state;
    this.#byState[state].set(objectID, entry);
  }

  #requeue(now: number): void {
    for (const [id, entry] of Array.from(this.#byState.handed)) {
      if (entry.due > now) continue;
      if (entry.newer) this.#enqueue(id, { ...entry, object: entry.newer, attempt: 0 });
      else if (entry.attempt < this.rules.maxAttempts) this.#enqueue(id, entry);
      else {
        this.#change(entry, 'resting');
        this.onExhausted(entry.object, entry.attempt);
      }
    }
  }
}
