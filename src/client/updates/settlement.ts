import type { Entry, Taken } from './entry';
import type { Ledger } from './ledger';
import { versionOf } from './version';

/** What acknowledgements do to what a receiver has in hand. */
export class Settlement {
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
    const entry = this.ledger.at(objectID, undefined);
    if (entry?.newer && versionOf(entry.newer) === version) return true;
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
    if (!entry) return;
    entry.taken = how;
    // Later lists leave out what is marked received.
    if (how === 'received' && !entry.newer) entry.unlisted ||= !this.ledger.isListed(entry);
    if (this.ledger.outlived(entry)) return;
    // For several consumers it may stay listed, and came unlisted because it is new, not because it was marked received.
    if (entry.unlisted && how !== 'received' && entry.consumers <= 1) this.ledger.forget(entry);
    else this.ledger.end(entry, 'acknowledged', how);
  }

  /** The service has another version, or none. */
  outdated(objectID: string, version: string): void {
    const entry = this.#underWay(objectID, version);
    if (!entry || this.ledger.outlived(entry)) return;
    if (entry.unlisted) this.ledger.forget(entry);
    else this.ledger.disagree(entry);
  }

  /** Something else has failed to acknowledge it: it is as if nobody had asked. */
  letGo(objectID: string, version: string): void {
    const entry = this.#underWay(objectID, version);
    if (entry && !this.ledger.outlived(entry)) this.ledger.enqueue(entry);
  }

  /** The service refused it for good: the object is in the flow again, and its time runs. */
  refused(objectID: string, version: string): void {
    const entry = this.#underWay(objectID, version);
    if (!entry || this.ledger.outlived(entry)) return;
    const { clock, entries, rules } = this.ledger;
    entry.due = clock.elapsed() + rules.redeliverAfter;
    entries.change(entry, 'handed');
    this.ledger.remember(entry);
  }

  #underWay(objectID: string, version: string): Entry | undefined {
    return this.ledger.at(objectID, version, 'asked', 'acknowledging');
  }
}
