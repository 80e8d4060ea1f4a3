import { isSyncServiceError, type OutboxEnd, type OutboxEntry } from '../../../../src/client';
import { labelOf } from '../content';
import type { Findings } from '../findings';
import type { Keeping, TransferPlan } from '../plan';
import { objectIn, type Taken, type TransferRequest } from '../rest';
import { changed, type Look, lookOf } from './looks';
import type { ServiceRecord } from './record';

/** Something that was asked of the outbox. */
export interface Kept {
  /** Metadata and data carry it. */
  readonly number: number;
  readonly object: string;
  readonly what: Keeping;
  /** `unknown`: its process died before it was said. */
  fate: 'asked' | 'confirmed' | 'refused' | 'unknown';
}

/** A change that the service has made. */
interface Change {
  readonly object: string;
  readonly taken: Taken;
  /** Of what was kept; 0 where the request does not say it. */
  readonly number: number;
  readonly by: string;
  answered: boolean;
}

/** What is kept by an outbox, and what becomes of it: nothing is lost, in order, and twice only what got no answer. */
export class Outboxes {
  readonly #all: Kept[] = [];
  /** The outbox's own numbers, which no two entries have. */
  readonly #byID = new Map<number, Kept>();
  readonly #changes: Change[] = [];
  /** How many changes there were when it was told that something was sent, and no disk failed. */
  readonly #told = new Map<number, number>();
  /** Told as sent while a disk failed: that this is so was not written down, and the next process does not know it. */
  readonly #toldInVain = new Set<number>();
  /** Refused for good, by the outbox's own numbers. */
  readonly #deadLetters = new Set<number>();
  /** Processes and objects of which a request went wrong. */
  readonly #troubled = new Set<string>();

  constructor(
    private readonly plan: Pick<TransferPlan, 'order'>,
    private readonly record: ServiceRecord,
    private readonly findings: Findings,
  ) {}

  asks(object: string, what: Keeping): Kept {
    const kept: Kept = { number: this.#all.length + 1, object, what, fate: 'asked' };
    this.#all.push(kept);
    this.findings.note(`application: ${object} is to be kept: ${kept.number} ${what}`);
    return kept;
  }

  confirmed(kept: Kept, { id }: OutboxEntry): void {
    this.findings.note(`outbox: ${kept.number} is kept as ${id}`);
    kept.fate = 'confirmed';
    if (this.#byID.has(id))
      this.findings.broken('l: what was kept is sent, or in dead letters', `two entries are ${id}`);
    this.#byID.set(id, kept);
  }

  refused(kept: Kept, error: unknown): void {
    this.findings.note(`outbox: ${kept.number} is not kept: ${String(error)}`);
    kept.fate = 'refused';
    if (isSyncServiceError(error, 'SYNC_STORAGE', 'SYNC_OUTBOX_FULL', 'SYNC_CLOSED')) return;
    this.findings.broken('i: no exception, no loop', `keeping ${kept.object}: ${String(error)}`);
  }

  /** The process is no more: what it has not said it never will. */
  died(): void {
    for (const kept of this.#all) if (kept.fate === 'asked') kept.fate = 'unknown';
  }

  /** @param isSure no disk failed: that it has ended is on the disk. */
  ended({ entry, outcome, reason }: OutboxEnd, isSure: boolean): void {
    this.findings.note(`outbox: ${entry.id} is ${outcome}${reason ? `: ${reason.message}` : ''}`);
    const kept = this.#byID.get(entry.id);
    if (outcome === 'refused') this.#deadLetters.add(entry.id);
    const isPossible =
      outcome === 'sent' ||
      // Dead letters yield to what is new where the outbox is full.
      (outcome === 'dropped' && this.#deadLetters.has(entry.id)) ||
      (outcome === 'replaced' && this.plan.order === 'latest wins') ||
      (outcome === 'refused' && entry.action === 'activate');
    if (!isPossible)
      this.findings.broken(
        'l: what was kept is sent, or in dead letters',
        `${entry.id}, ${entry.action}, is ${outcome}`,
      );
    if (!kept || outcome !== 'sent') return;
    if (isSure) this.#told.set(kept.number, this.#changes.length);
    else this.#toldInVain.add(kept.number);
    const isTaken = this.#changes.some(({ number }) => number === kept.number);
    const leavesNumber = kept.what !== 'activate' && kept.what !== 'delete';
    if (leavesNumber && !isTaken)
      this.findings.broken(
        'l: what was kept is sent, or in dead letters',
        `${kept.number} is told as sent, and was not`,
      );
  }

  taken(request: TransferRequest, taken: Taken, description: string): void {
    const { body, by, path } = request;
    const object = objectIn(path);
    if (!this.#all.some((kept) => kept.object === object)) return;
    if (taken === 'delete again')
      this.findings.broken(
        'l: the service has what was kept last',
        `${object} is deleted twice, which undoes it`,
      );
    const label = taken === 'upload' ? (labelOf(body) ?? '') : description;
    const isNumbered = taken === 'whole' || taken === 'fields' || taken === 'metadata' || taken === 'upload';
    const number = isNumbered ? Number(label.replace('kept ', '')) : 0;
    this.#changes.push({ object, taken, number, by, answered: false });
  }

  answered(by: string, path: string): void {
    const object = objectIn(path);
    const last = this.#changes.findLast((change) => change.by === by && change.object === object);
    if (last) last.answered = true;
  }

  troubled(by: string, path: string): void {
    this.#troubled.add(`${by} ${objectIn(path)}`);
  }

  /** Nothing waits any more. */
  atRest(): void {
    for (const object of new Set(this.#all.map((kept) => kept.object))) this.#checkState(object);
    this.#checkOrder();
    this.#checkRepeats();
  }

  /** The object is as what was confirmed has made it, and perhaps some of what was not. */
  #checkState(object: string): void {
    let possible = new Set<Look>([undefined]);
    const asked = this.#all.filter((kept) => kept.object === object);
    for (const kept of asked) {
      const after = Array.from(possible, (look) => changed(look, kept));
      possible = new Set(kept.fate === 'confirmed' ? after : [...possible, ...after]);
    }
    const { dataID, description, isActive, isThere } = this.#now(object);
    const data = this.record.contents.get(dataID);
    const isWhole = !this.record.spoilt.has(dataID);
    const label = data ? (labelOf(data) ?? 'something else') : undefined;
    const look = isThere ? lookOf({ data: label, fields: description, isActive }) : undefined;
    if (possible.has(look) && isWhole) return;
    const lines = asked.map(({ fate, number, what }) => `${number} ${what} ${fate}`);
    this.findings.broken(
      'l: the service has what was kept last',
      `${object} is ${look}${isWhole ? '' : ', spoilt'}, not one of ${Array.from(possible).join(' | ')}: ${lines.join(', ')}`,
    );
  }

  #now(object: string): { dataID: string; description: string; isActive: boolean; isThere: boolean } {
    const { dataID, description, instanceID, isActive, isDeleted } = this.record.last(object);
    return { dataID, description, isActive, isThere: instanceID !== undefined && !isDeleted };
  }

  #checkOrder(): void {
    const last = new Map<string, Change>();
    for (const change of this.#changes) {
      const { by, number, object } = change;
      if (number === 0) continue;
      const before = last.get(object);
      const isReplayed = before?.by !== by && this.#toldInVain.has(number);
      if (before && number < before.number && !isReplayed)
        this.findings.broken(
          'l: of each object in order',
          `${object}: ${number} is sent after ${before.number}`,
        );
      last.set(object, change);
    }
  }

  /** What was told as sent is never sent again; otherwise only where an answer was cut, or its process died. */
  #checkRepeats(): void {
    const first = new Map<string, Change>();
    for (const [at, change] of this.#changes.entries()) {
      const { by, number, object, taken } = change;
      if (number === 0) continue;
      const told = this.#told.get(number) ?? Number.POSITIVE_INFINITY;
      const name = `${taken} ${number}`;
      if (at >= told)
        this.findings.broken(
          'l: twice only what got no answer',
          `${name} of ${object}, which was told as sent`,
        );
      const before = first.get(name);
      first.set(name, change);
      // The halves of a large one are sent again where the other failed.
      if (!before || (taken !== 'whole' && taken !== 'fields')) continue;
      const isExplained =
        !before.answered ||
        before.by !== by ||
        this.#troubled.has(`${by} ${object}`) ||
        this.#troubled.has(`${by} `);
      if (!isExplained) this.findings.broken('l: twice only what got no answer', `${name} of ${object}`);
    }
  }
}
