import type { Entry, EntryState } from './entry';
import type { Fault } from './fault';
import type { Ledger } from './ledger';
import { type ObjectUpdate, updateOf } from './object-update';

/** How many objects a flow may take while a list is read: with fewer waiting, the next list is read early. */
const fewWaiting = 200;
/** The first pause after a release, in ms; each further one is twice as long, up to `redeliverAfter`. */
const firstPause = 10_000;

/** What the reader, its flow and the clock do to what a receiver has in hand. */
export class HandOut {
  constructor(private readonly ledger: Ledger) {}

  /** How many objects are in the flow: those it has, and those it asked to acknowledge that still wait for others. */
  get inFlow(): number {
    return this.ledger.count('handed') + this.ledger.count('asked');
  }

  get full(): boolean {
    const { window } = this.ledger.rules;
    return this.inFlow >= window || this.ledger.count('acknowledging') >= window;
  }

  /** Whether a list must be read now, so that the flow need not wait for one before more can be handed out. */
  get needsList(): boolean {
    return this.ledger.count('waiting') < fewWaiting && this.ledger.entries.isMissing;
  }

  /** The next object, if there is a place for it. */
  take(): ObjectUpdate | undefined {
    this.#expire();
    const entry = this.full ? this.#wanted() : this.ledger.entries.first('waiting');
    if (!entry?.object) return undefined;
    const update = updateOf(entry, entry.object);
    entry.handedOut = true;
    entry.charged = false;
    this.#startTime(entry);
    this.ledger.remember(entry);
    return update;
  }

  /** The next object for a reader that only observes: it takes no place, and nothing waits for it. */
  look(): ObjectUpdate | undefined {
    const { entries } = this.ledger;
    const entry = entries.first('waiting');
    if (!entry?.object) return undefined;
    const update = updateOf(entry, entry.object);
    entries.change(entry, 'acknowledged');
    return update;
  }

  /** When the next object is due to be handed out again, in ms of the clock's elapsed time. */
  nextDue(): number | undefined {
    const { entries } = this.ledger;
    const dues = [entries.first('handed')?.due, entries.nextDue()].filter((due) => due !== undefined);
    return dues.length > 0 ? Math.min(...dues) : undefined;
  }

  /** The flow works on the object: its time starts anew. */
  renew(objectID: string, version?: string): void {
    const entry = this.ledger.at(objectID, version, 'handed');
    if (entry) this.#startTime(entry);
  }

  /** A node failed on the object, through the given fault. */
  release(objectID: string, version: string | undefined, fault: Fault, error: Error | undefined): void {
    const entry = this.ledger.at(objectID, version, 'handed');
    if (!entry) return;
    entry.error = error;
    if (fault === 'version') this.ledger.disagree(entry);
    // The next list that is read shows that the service can be reached again.
    else if (fault === 'service') this.ledger.pause(entry, 0, this.ledger.lists + 1);
    else if (this.ledger.spend(entry) === 'spent') {
      const pause = firstPause * 2 ** Math.min(entry.releases, 20);
      entry.releases += 1;
      this.ledger.pause(entry, Math.min(pause, this.ledger.rules.redeliverAfter), 0);
    }
  }

  /** The flow wants the object again after `after` ms. */
  giveBack(objectID: string, version: string | undefined, after: number): void {
    const entry = this.ledger.at(objectID, version, ...givenBack);
    if (!entry) return;
    if (entry.charged) entry.spent -= 1;
    entry.charged = false;
    this.ledger.pause(entry, after, 0);
  }

  /** The flow does not want this version. */
  reject(objectID: string, version: string | undefined): void {
    const entry = this.ledger.at(objectID, version);
    if (!entry || entry.state === 'asked' || entry.state === 'acknowledging') return;
    if (!this.ledger.outlived(entry)) this.ledger.end(entry, 'rejected', 'rejected');
  }

  /** Forgets spent attempts and rests, of one object or of all. */
  tryAgain(objectID?: string): void {
    const { entries, memory } = this.ledger;
    // Including those of objects that no list has shown since a restart.
    memory.forgetRests(objectID);
    for (const entry of entries.all()) {
      if (objectID !== undefined && entry.objectID !== objectID) continue;
      Object.assign(entry, {
        spent: 0,
        charged: false,
        releases: 0,
        disagreements: 0,
      } satisfies Partial<Entry>);
      const rests = entry.state === 'resting' || entry.state === 'rejected' || entry.state === 'paused';
      if (rests) this.ledger.enqueue(entry);
      else if (entry.state === 'handed') this.ledger.remember(entry);
    }
  }

  /** The reader leaves in an orderly way: what the flow has costs no attempt. */
  takeBack(): void {
    const { entries } = this.ledger;
    for (let entry = entries.first('handed'); entry; entry = entries.first('handed')) {
      if (!this.ledger.outlived(entry)) this.ledger.enqueue(entry);
    }
  }

  /**
   * If the flow has asked for everything it has, and siblings are full of what they in turn have asked for and it has
   * not got yet, all would wait for each other for ever. So what they wait for may take a place meant for
   * acknowledgements. The last such place is for the version that has waited longest of all: otherwise, with three
   * receivers, these places could fill up in the same way.
   */
  #wanted(): Entry | undefined {
    const { rules, siblings } = this.ledger;
    if (this.ledger.count('handed') > 0 || this.ledger.count('asked') === 0) return undefined;
    const held = this.inFlow + this.ledger.count('acknowledging');
    const places = 2 * rules.window - held;
    // Late requests of a flow may have taken it, or the window become smaller: then no other place becomes free.
    const hasLastPlace = places === 1 || siblings.waiting() === held;
    for (const { isFirst, objectID, version } of siblings.wanted()) {
      const entry = this.ledger.at(objectID, version, 'waiting');
      if (entry && (places > 1 || (isFirst && hasLastPlace))) return entry;
    }
    return undefined;
  }

  /**
   * Takes back what the flow has said nothing about for too long. A renewal moves an entry to the end of the line, so
   * the first is due first.
   */
  #expire(): void {
    const { clock, entries, siblings } = this.ledger;
    const now = clock.elapsed();
    let isOutlived = false;
    for (let entry = entries.first('handed'); entry && entry.due <= now; entry = entries.first('handed')) {
      const spent = this.ledger.spend(entry);
      if (spent === 'spent') this.ledger.enqueue(entry);
      else isOutlived ||= spent === 'outlived';
    }
    if (isOutlived) siblings.reconsider();
  }

  #startTime(entry: Entry): void {
    const { clock, entries, rules } = this.ledger;
    entry.due = clock.elapsed() + rules.redeliverAfter;
    entries.change(entry, 'handed');
  }
}

/**
 * Includes entries whose time was up, whose last attempt was spent, or that an earlier process handed out, of which
 * nothing may be known here: the flow's last word counts until the next hand-out.
 */
const givenBack: readonly EntryState[] = ['handed', 'paused', 'resting', 'waiting', 'unread'];
