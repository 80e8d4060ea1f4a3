import type { Clock } from '../../system/clock';
import type { Blobs } from './blobs';
import { Cuts } from './cuts';
import type { Ends, OutboxEnd } from './ends';
import { Entry, expirationOf, type OutboxOutcome, type OutboxReason, partOf } from './entry';
import type { Draft } from './intake';
import type { Lines } from './lines';
import type { OutboxLog } from './log';
import type { Numbers } from './numbers';
import type { OutboxLimits } from './options';
import { type EntryRecord, lengthOf, partsOf, usedBytesOf } from './record';
import { costOf, type Room } from './room';

/** The oldest dead letters go when there are more. */
const mostDeadLetters = 1_000;
/** A full outbox is searched for expired entries at most once in this many ms. */
const lookInterval = 1_000;
/** What is reported of an end besides its outcome. */
type EndDetails = Pick<OutboxEnd, 'reason' | 'unchanged'>;

const madeRoom: OutboxReason = { code: 'SYNC_OUTBOX_FULL', message: 'It made room for others' };

export interface StoreParts {
  log: OutboxLog;
  blobs: Blobs;
  room: Room;
  lines: Lines;
  clock: Clock;
  numbers: Numbers;
  ends: Ends;
  limits: Required<OutboxLimits>;
}

/** The entries that wait and the dead letters, in memory and on the disk, within their bounds. */
export class OutboxStore {
  /** In the order in which they were kept. */
  readonly waiting = new Map<number, Entry>();
  readonly deadLetters = new Map<number, Entry>();
  /** Entries that have ended, while that is not yet on the disk and not yet reported. */
  readonly ending = new Set<number>();
  /** Something was refused or dropped for lack of room, and there has been no room since. */
  isFull = false;

  readonly #cuts: Cuts;
  #looked = Number.NEGATIVE_INFINITY;

  constructor(private readonly parts: StoreParts) {
    this.#cuts = new Cuts({ ...parts, letGo: (entry) => this.#letGo(entry) });
  }

  /** Takes what was found on the disk. */
  restore(entries: readonly Entry[]): void {
    const { clock } = this.parts;
    for (const entry of entries) {
      // If the time of day was set meanwhile, the true age is unknown: the apparent one is taken, at least 0.
      entry.waitsSince = clock.elapsed() - Math.max(0, clock.now() - entry.since);
      entry.cost = costOf(entry.place ? usedBytesOf(entry, entry.place) : 0);
      this.parts.room.take(entry.cost);
      if (entry.isCut) this.#cuts.keep(entry);
      else if (entry.state !== 'refused') this.#enqueue(entry);
      else {
        this.deadLetters.set(entry.id, entry);
        // The next entry may know of the cut already, and have repaired it; the log does not say so.
        if (entry.cutBytes > 0) this.#cuts.pass(entry);
      }
    }
  }

  /**
   * Keeps an entry; it is on the disk when this resolves.
   *
   * @throws SyncServiceError SYNC_OUTBOX_FULL; StorageError.
   */
  async add({ action, data, inline, metadata, object, onlyWhenChanged }: Draft): Promise<Entry> {
    const { clock, log, numbers, room } = this.parts;
    const part = partOf(action, metadata?.metaOnly ?? false);
    const blob = data?.in === 'blob' ? data.hash : undefined;
    const [since, expiration] = [clock.now(), expirationOf(metadata)];
    const entry = new Entry(numbers.take(), action, part, object, since, expiration, data?.size ?? 0, blob);
    entry.waitsSince = clock.elapsed();
    const record: EntryRecord = {
      id: entry.id,
      action,
      object,
      since,
      ...(metadata && { metadata }),
      ...(data && { data }),
      ...(onlyWhenChanged && { onlyWhenChanged }),
    };
    const parts = partsOf({ entry: record }, inline);
    entry.cost = costOf(lengthOf(parts));
    this.makeRoom(entry.cost, 1);
    room.take(entry.cost);
    try {
      await log.append(entry, parts);
    } catch (error) {
      room.give(entry.cost);
      throw error;
    }
    this.#enqueue(entry);
    return entry;
  }

  /**
   * Makes room for this much more, in effect once the ends of others are on the disk. Dead letters make room for new
   * entries, unless that would not be enough.
   *
   * @throws SyncServiceError SYNC_OUTBOX_FULL.
   */
  makeRoom(bytes: number, entries: number): void {
    const { blobs, limits, room } = this.parts;
    if (room.fits(bytes, entries)) {
      this.isFull = false;
      return;
    }
    this.#dropExpiredNowAndThen();
    const fits = (): boolean => room.fits(bytes - blobs.freedBy(), entries);
    this.isFull = !fits() && !room.exceeds(bytes);
    const isInVain = limits.whenFull === 'refuse' && !this.#fitsWithoutDeadLetters(bytes, entries);
    while (!fits()) {
      const oldest = isInVain || room.exceeds(bytes) ? undefined : this.#oldest();
      if (!oldest) throw room.full(bytes);
      void this.end(oldest, 'dropped', { reason: madeRoom });
    }
  }

  /** Drops what has waited for too long, or whose object has expired. */
  dropExpired(): void {
    for (const entry of [...this.waiting.values(), ...this.deadLetters.values()]) {
      if (entry.state !== 'sending' && this.isExpired(entry)) void this.end(entry, 'expired');
    }
  }

  isExpired({ expiration = Number.POSITIVE_INFINITY, waitsSince }: Entry): boolean {
    const { clock, limits } = this.parts;
    return clock.now() >= expiration || clock.elapsed() - waitsSince >= limits.age;
  }

  /** Ends an entry. Resolves once that is written, or could not be. */
  async end(entry: Entry, outcome: OutboxOutcome, more: EndDetails = {}): Promise<void> {
    entry.state = outcome;
    this.parts.lines.remove(entry);
    if (entry.leavesCut(outcome)) this.#cuts.pass(entry);
    await this.#end(entry, outcome, more);
  }

  /** The entry is a dead letter from now on. */
  async refuse(entry: Entry, reason: OutboxReason): Promise<void> {
    entry.state = 'refused';
    entry.reason = reason;
    this.waiting.delete(entry.id);
    this.parts.lines.remove(entry);
    this.deadLetters.set(entry.id, entry);
    if (entry.cutBytes > 0) this.#cuts.pass(entry);
    const [oldest] = this.deadLetters.values();
    if (this.deadLetters.size > mostDeadLetters && oldest)
      void this.end(oldest, 'dropped', { reason: madeRoom });
    await this.parts.log.mark(entry, { id: entry.id, state: 'refused', reason });
    this.#tell(entry, 'refused', { reason });
  }

  /** A dead letter waits again, in its place among the entries of its object. */
  async retry(entry: Entry): Promise<void> {
    const { clock } = this.parts;
    const since = clock.now();
    this.deadLetters.delete(entry.id);
    entry.state = 'waiting';
    entry.reason = undefined;
    entry.since = since;
    entry.waitsSince = clock.elapsed();
    this.parts.ends.forget(entry.id);
    this.#enqueue(entry);
    await this.parts.log.mark(entry, { id: entry.id, state: 'waiting', since });
  }

  /**
   * Called before an upload: if the process dies during it, the next one to open the outbox knows that it may have been
   * cut.
   */
  async begin(entry: Entry): Promise<void> {
    if (entry.hasBegun) return;
    entry.hasBegun = true;
    await this.parts.log.mark(entry, { id: entry.id, state: 'begun' });
  }

  /** The turn of an entry is over, and it goes on waiting. */
  putBack(entry: Entry, reason: OutboxReason | undefined, rests: boolean): void {
    entry.state = 'waiting';
    entry.reason = reason;
    const later = this.parts.lines.putBack(entry, rests);
    if (!later) return;
    void this.#cuts.inherit(later, [entry]);
    void this.#end(entry, 'replaced');
  }

  #enqueue(entry: Entry): void {
    this.waiting.set(entry.id, entry);
    const needless = this.parts.lines.add(entry);
    if (!needless.includes(entry)) {
      void this.#cuts.inherit(entry, needless);
      this.#cuts.take(entry);
    }
    for (const each of needless) void this.#end(each, 'replaced');
  }

  /** Ends an entry that is in no line any more, once it is settled who keeps its cut. */
  async #end(entry: Entry, outcome: OutboxOutcome, more: EndDetails = {}): Promise<void> {
    const { blobs, log } = this.parts;
    entry.state = outcome;
    entry.reason = more.reason;
    this.waiting.delete(entry.id);
    this.deadLetters.delete(entry.id);
    this.ending.add(entry.id);
    if (outcome !== 'dropped') this.isFull = false;
    if (entry.isCut) this.#trim(entry);
    else this.#letGo(entry);
    const { blob, cutBytes: bytes, id, isCut } = entry;
    const release = blob === undefined ? undefined : blobs.leave(blob);
    const mark = isCut ? ({ id, state: 'cut', bytes } as const) : ({ id, state: 'ended' } as const);
    await log.mark(entry, mark, () => release?.());
    this.ending.delete(id);
    this.#tell(entry, outcome, more);
  }

  /** It takes only the room that the record of its cut needs. */
  #trim(entry: Entry): void {
    this.parts.log.trim(entry);
    this.parts.room.give(entry.cost);
    entry.cost = costOf(entry.place ? usedBytesOf(entry, entry.place) : 0);
    this.parts.room.take(entry.cost);
  }

  /** It takes no room any more. */
  #letGo(entry: Entry): void {
    this.parts.room.give(entry.cost);
    this.parts.log.forget(entry);
  }

  #fitsWithoutDeadLetters(bytes: number, entries: number): boolean {
    const letters = Array.from(this.deadLetters.values());
    const freed = letters.reduce((sum, { cost }) => sum + cost, this.parts.blobs.freedBy(letters));
    return this.parts.room.fits(bytes - freed, entries - letters.length);
  }

  #dropExpiredNowAndThen(): void {
    const now = this.parts.clock.elapsed();
    if (now - this.#looked < lookInterval) return;
    this.#looked = now;
    this.dropExpired();
  }

  /** What is dropped first when room is needed. */
  #oldest(): Entry | undefined {
    const [deadLetter] = this.deadLetters.values();
    if (deadLetter || this.parts.limits.whenFull === 'refuse') return deadLetter;
    for (const entry of this.waiting.values()) if (entry.state === 'waiting') return entry;
    return undefined;
  }

  #tell(entry: Entry, outcome: OutboxOutcome, { reason, unchanged }: EndDetails): void {
    const more = { ...(reason && { reason }), ...(unchanged && { unchanged }) };
    this.parts.ends.tell({ entry: entry.view(), outcome, ...more });
  }
}
