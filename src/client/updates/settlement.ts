import type { Taken } from './acknowledgement';
import type { Entry } from './entry';
import type { Ledger } from './ledger';
import { isDeletion, versionOf } from './version';

/** What must be known about a version to acknowledge it. */
export type KnownVersion = Pick<
  Readonly<Entry>,
  'version' | 'consumers' | 'deleted' | 'taken' | 'state' | 'newer'
>;

/** What acknowledgements do to what a receiver has in hand. */
export class Settlement {
  constructor(private readonly ledger: Ledger) {}

  /** Whether one more may be under way. */
  get hasPlace(): boolean {
    return this.ledger.count('acknowledging') < this.ledger.rules.window;
  }

  /** The entry of an object in hand; if a version is given, only if it is that one. */
  find(objectID: string, version: string | undefined): Readonly<Entry> | undefined {
    return this.ledger.at(objectID, version);
  }

  /**
   * What is known about a version before any list was read, if it was handed out before a restart. What a flow asks
   * then must be noted at once, since the service may be away for long.
   */
  recall(objectID: string, version: string | undefined): KnownVersion | undefined {
    const remembered = this.ledger.lists === 0 ? this.ledger.memory.get(objectID) : undefined;
    if (!remembered?.handedOut || remembered.version !== version) return undefined;
    const { consumers, end } = remembered;
    const taken = end === 'resting' || end === 'rejected' ? undefined : end;
    const state = taken ? 'acknowledged' : 'waiting';
    return { version, consumers, deleted: isDeletion(version), taken, state, newer: undefined };
  }

  /** Whether this version will or may still be asked for: it waits for its turn, or the flow has it. */
  awaits(objectID: string, version: string): boolean {
    const entry = this.ledger.at(objectID, undefined);
    if (entry?.newer && versionOf(entry.newer) === version) return true;
    return this.ledger.at(objectID, version, 'unread', 'waiting', 'paused', 'handed') !== undefined;
  }

  /** The flow asked: from now on the object is not handed out again for lack of an answer. */
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
    if (!entry) {
      this.#rememberTaken(objectID, version, how);
      return;
    }
    this.#noteTaken(entry, how);
    this.#mayStay(entry, how);
    if (this.ledger.outlived(entry)) return;
    // A list being read may still show it. With several consumers it may stay where only the other list shows it.
    if (how !== 'received' && entry.consumers <= 1) entry.unlisted = false;
    this.ledger.end(entry, 'acknowledged', how);
  }

  /** The service has another version, or none. */
  outdated(objectID: string, version: string): void {
    const entry = this.#underWay(objectID, version);
    if (!entry || this.ledger.outlived(entry) || this.#wasRepeated(entry)) return;
    if (entry.unlisted) this.ledger.entries.doubted.add(entry);
    this.ledger.disagree(entry);
  }

  /** Nobody would hear that it was refused, or a direct acknowledgement failed: it is as if nobody had asked. */
  letGo(objectID: string, version: string): void {
    const entry = this.#underWay(objectID, version);
    if (entry && !this.ledger.outlived(entry)) this.ledger.enqueue(entry);
  }

  /** The service refused it for good: the object is in the flow again, and its time runs. */
  refused(objectID: string, version: string): void {
    const entry = this.#underWay(objectID, version);
    if (!entry || this.ledger.outlived(entry) || this.#wasRepeated(entry)) return;
    const { clock, entries, rules } = this.ledger;
    entry.due = clock.elapsed() + rules.redeliverAfter;
    entries.change(entry, 'handed');
    this.ledger.remember(entry);
  }

  /** No list has shown it since a restart: the first still may, and then the list with what was marked received. */
  #rememberTaken(objectID: string, version: string, how: Taken): void {
    const remembered = this.ledger.memory.get(objectID);
    if (remembered?.version !== version) return;
    this.ledger.memory.set(objectID, { ...remembered, inHand: false, end: how });
  }

  /**
   * Plain lists leave out what is marked received. What others have not consumed yet may be marked so too, and must not
   * count as new after a restart.
   */
  #mayStay(entry: Entry, how: Taken): void {
    const { entries, rules } = this.ledger;
    if (entry.newer || this.ledger.isListed(entry)) return;
    const isOfOthers = entry.consumers > 1 && rules.includeReceived;
    entry.unlisted = how === 'received' || isOfOthers;
    if (how !== 'received' && isOfOthers) entries.doubted.add(entry);
  }

  /** From now on lists tell whether the service has forgotten it. */
  #noteTaken(entry: Entry, how: Taken): void {
    Object.assign(entry, {
      taken: how,
      takenAfter: this.ledger.begun,
      lingers: 0,
      repeating: false,
    } satisfies Partial<Entry>);
  }

  /** Ends a repeated acknowledgement, if it was one: what was taken once is no longer the flow's. */
  #wasRepeated(entry: Entry): boolean {
    const { repeating, taken } = entry;
    if (!repeating || !taken) return false;
    this.#noteTaken(entry, taken);
    this.ledger.end(entry, 'acknowledged', taken);
    return true;
  }

  #underWay(objectID: string, version: string): Entry | undefined {
    return this.ledger.at(objectID, version, 'asked', 'acknowledging');
  }
}
