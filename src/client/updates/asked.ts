import type { Entry, Taken } from './entry';
import type { Ledger } from './ledger';

/** What acknowledgements do to what a receiver has in hand. */
export class Asked {
  constructor(private readonly ledger: Ledger) {}

  /** Whether one more may be under way. */
  get hasPlace(): boolean {
    return this.ledger.count('acknowledging') < this.ledger.rules.window;
  }

  /** What is in hand of an object; where a version is given, only if it is that one. */
  find(objectID: string, version: string | undefined): Readonly<Entry> | undefined {
    return this.ledger.at(objectID, version);
  }

  /** Whether this version will still be asked for, or may be: it waits for its turn, or the flow has it. */
  awaits(objectID: string, version: string): boolean {
    return this.ledger.at(objectID, version, 'unread', 'waiting', 'paused', 'handed') !== undefined;
  }

  /** The flow asked: from now on the object is not handed out for want of an answer. */
  ask(objectID: string, version: string): void {
    const entry = this.ledger.at(objectID, version);
    if (!entry || entry.state === 'asked' || entry.state === 'acknowledging') return;
    this.ledger.entries.change(entry, 'asked');
    this.ledger.remember(entry);
  }

  start(objectID: string, version: string): void {
    const entry = this.ledger.at(objectID, version, 'asked');
    if (entry) this.ledger.entries.change(entry, 'acknowledging');
  }

  /** The service took it. */
  taken(objectID: string, version: string, how: Taken): void {
    const entry = this.#underWay(objectID, version);
    if (!entry || this.ledger.replaced(entry)) return;
    entry.taken = how;
    if (entry.unlisted && how !== 'received') this.ledger.forget(entry);
    else this.ledger.end(entry, 'acknowledged', how);
  }

  /** The service has another version, or none. */
  outdated(objectID: string, version: string): void {
    const entry = this.#underWay(objectID, version);
    if (!entry || this.ledger.replaced(entry)) return;
    if (entry.unlisted) this.ledger.forget(entry);
    else this.ledger.disagree(entry);
  }

  /** The service refused it for good: the object is in the flow again, and its time runs. */
  refused(objectID: string, version: string): void {
    const entry = this.#underWay(objectID, version);
    if (!entry || this.ledger.replaced(entry)) return;
    const { clock, entries, rules } = this.ledger;
    entry.due = clock.elapsed() + rules.redeliverAfter;
    entries.change(entry, 'handed');
    this.ledger.remember(entry);
  }

  #underWay(objectID: string, version: string): Entry | undefined {
    return this.ledger.at(objectID, version, 'asked', 'acknowledging');
  }
}
