import type { ObjectMetadata } from '../../protocol/metadata';
import type { Clock } from '../../system/clock';
import { Entries } from './entries';
import type { Entry, EntryState } from './entry';
import type { ReceiverMemory, Remembered } from './memory';
import type { GivenUp } from './object-update';
import type { Siblings } from './siblings';

/**
 * What one receiver has in hand: a state machine for each object that its list shows. An object is identified by its ID
 * and version, as the list gave them, never by what a flow has made of its copy.
 *
 *      list             take             ask             start               taken
 *   ─────────► waiting ──────► handed ─────────► asked ────────► acknowledging ────────► acknowledged
 *                ▲  ▲             │                │                   │
 *                │  │   silence   │                │ outdated          │ outdated
 *                │  ├─────────────┤                ▼                   ▼
 *           wake │  └──────────── │ ────────────────────── paused ◄────┘
 *                │                │ release, give back       ▲
 *                └── paused ◄─────┤                          └ (from there it may be woken, asked, rejected)
 *                                 ├── silence, release: the last attempt ──► resting
 *                                 └── reject ──► rejected
 *
 *   transition      by                 from                                    to         costs
 *   list            the poll           unknown                                 waiting    (`unread`: beyond what is kept)
 *   other version   the poll           waiting, paused, acknowledged, resting, waiting    attempts start anew
 *                                      rejected; the rest once let go
 *   left the list   the poll           all but handed, asked, acknowledging;   unknown
 *                                      these once let go
 *   wake            clock and poll     paused                                  waiting
 *   take            the reader         waiting                                 handed     a place in the flow
 *   silence         the clock          handed                                  waiting    an attempt
 *   release         a node failed      handed                                  paused     an attempt, unless the service
 *                                                                                         or connection was the cause
 *   give back       the flow           handed, paused, resting                 paused     nothing, a release's attempt back
 *   reject          the flow           all but asked, acknowledging            rejected
 *   ask             the flow           all but asked, acknowledging            asked      a place in the flow
 *   start           acknowledgements   asked                                   acknowledging   a place in acknowledgement
 *   taken           the service        asked, acknowledging                    acknowledged
 *   ask again       the poll           acknowledged: two later lists show it   asked      each time after twice as many
 *   outdated        service or poll    asked, acknowledging                    paused     nothing, each time longer
 *   refused         the service        asked, acknowledging                    handed     (`waiting` if only an earlier
 *                                                                                         process was asked)
 *   try again       somebody           resting, rejected, paused               waiting    attempts start anew
 *
 * The poll's transitions are in listed.ts, those of reader, flow and clock in hand-out.ts, those of acknowledgements in
 * settlement.ts. What they share, and what an attempt costs, is here.
 */
export class Ledger {
  readonly entries = new Entries(keptMetadata);
  /** The number of the last list that was read to its end, and of the last that began. */
  lists = 0;
  begun = 0;

  constructor(
    public rules: LedgerRules,
    readonly clock: Clock,
    readonly memory: ReceiverMemory,
    readonly siblings: Siblings,
    public onGivenUp: GivenUp,
  ) {}

  count(state: EntryState): number {
    return this.entries.count(state);
  }

  /** The entry, if it is of this version (if one is given) and in one of these states (if any are given). */
  at(objectID: string, version: string | undefined, ...states: readonly EntryState[]): Entry | undefined {
    const entry = this.entries.get(objectID);
    if (!entry || (version !== undefined && entry.version !== version)) return undefined;
    return states.length === 0 || states.includes(entry.state) ? entry : undefined;
  }

  /** Spends an attempt; after the last one the object rests. */
  spend(entry: Entry, object = entry.object): 'spent' | 'outlived' | 'resting' {
    entry.spent += 1;
    entry.charged = true;
    if (this.outlived(entry)) return 'outlived';
    if (entry.spent < this.rules.maxAttempts) return 'spent';
    this.entries.change(entry, 'resting');
    if (object) this.giveUp(entry, object);
    else {
      this.entries.untold.add(entry);
      this.remember(entry, 'resting');
    }
    return 'resting';
  }

  /** Tells the application that an object rests. */
  giveUp(entry: Entry, object: ObjectMetadata): void {
    this.entries.untold.delete(entry);
    this.remember(entry, 'resting');
    this.onGivenUp({ object, attempt: entry.spent, redelivered: true }, entry.error);
  }

  /**
   * The object was let go: a newer version that waited for this takes its place, and what has left the list is
   * forgotten.
   *
   * @returns whether either was so.
   */
  outlived(entry: Entry): boolean {
    if (entry.newer) this.replace(entry, entry.newer);
    else if (!this.isListed(entry)) this.forget(entry);
    else return false;
    return true;
  }

  isListed({ list, unlisted }: Entry): boolean {
    return unlisted || list >= this.lists;
  }

  /** Puts another version at the end of the line, so that the order of the list cannot starve other objects. */
  replace(entry: Entry, object: ObjectMetadata): void {
    this.memory.delete(entry.objectID);
    this.entries.add(object, entry.list, entry.unlisted);
  }

  forget(entry: Entry): void {
    this.memory.delete(entry.objectID);
    this.entries.delete(entry);
  }

  enqueue(entry: Entry): void {
    this.entries.enqueue(entry);
    this.remember(entry);
  }

  /**
   * @param duration in ms.
   * @param list the number of the list that must be read to its end first; 0 if only time counts.
   */
  pause(entry: Entry, duration: number, list: number): void {
    if (this.outlived(entry)) return;
    this.entries.pause(entry, this.clock.elapsed() + duration, list);
    this.remember(entry);
  }

  /**
   * The service does not have the version that its list shows. A later list decides whether it is handed out again,
   * each time after a longer pause: the two may disagree for long.
   */
  disagree(entry: Entry): void {
    const pause = firstDisagreement * 2 ** Math.min(entry.disagreements, 20);
    entry.disagreements += 1;
    this.pause(entry, Math.min(pause, this.rules.redeliverAfter), this.lists + 1);
  }

  end(entry: Entry, state: 'acknowledged' | 'resting' | 'rejected', end: Remembered['end']): void {
    this.entries.change(entry, state);
    this.remember(entry, end);
  }

  /** Noted before the hand-out: if the process dies while the flow has the object, that has cost an attempt. */
  remember(entry: Entry, end?: Remembered['end']): void {
    const { charged, consumers, handedOut, objectID, version, spent, state } = entry;
    const remembered: Remembered = { version, consumers, spent, inHand: state === 'handed', handedOut };
    if (charged) remembered.charged = charged;
    if (end) remembered.end = end;
    if (this.entries.untold.has(entry)) remembered.untold = true;
    if (!handedOut && !end && spent === 0) this.memory.delete(objectID);
    else this.memory.set(objectID, remembered);
  }

  /** Takes up what an earlier process noted about this version. */
  recall(entry: Entry, object: ObjectMetadata): void {
    if (this.siblings.isAsked(entry.objectID, entry.version)) this.entries.change(entry, 'asked');
    const remembered = this.memory.get(entry.objectID);
    if (!remembered) return;
    if (remembered.version !== entry.version) {
      this.memory.delete(entry.objectID);
      return;
    }
    const { charged = false, end, handedOut, inHand, spent, untold } = remembered;
    Object.assign(entry, { charged, handedOut, spent } satisfies Partial<Entry>);
    if (entry.state === 'asked') return;
    if (end === 'resting' || end === 'rejected') {
      this.entries.change(entry, end);
      if (untold) this.giveUp(entry, object);
    } else if (end === 'consumed' || end === 'deleted') {
      entry.taken = end;
      this.entries.change(entry, 'acknowledged');
    } else if (inHand && this.spend(entry, object) === 'spent') this.remember(entry);
    // What was marked received is handed out again: its flow may not have finished with it.
  }
}

export interface LedgerRules {
  /** How many objects may be in the flow, and how many more in acknowledgement. */
  window: number;
  /** After how long without a word an object is handed out again, in ms. */
  redeliverAfter: number;
  /** After how many attempts an object rests until it changes. */
  maxAttempts: number;
  /** Whether what was already marked received is handed out at the start. */
  includeReceived: boolean;
}

const keptMetadata = 1_000;
/** The first pause where list and service disagree on the version, in ms; each further one is twice as long. */
const firstDisagreement = 5_000;
