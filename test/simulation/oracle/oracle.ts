import {
  type Acknowledgement,
  type AcknowledgeOutcome,
  isSyncServiceError,
  type ObjectUpdate,
} from '../../../src/client';
import type { VirtualClock } from '../clock';
import type { Disturbances } from '../line/faults';
import type { Log } from '../log';
import type { Death, Operation, Plan } from '../plans/plan';
import { type Appearance, nameOf, versionOf } from '../service/publications';
import type { Mark, Marker, ServiceWitness } from '../service/service';
import type { Claim, Reader } from './claims';
import { type Ask, History, type Named } from './history';
import type { Rule, Violation } from './rules';

/** More polls in so many ms are a loop that nothing slows down. */
const pollsInOneSpan = 100;
const pollSpan = 10_000;
/** More at one moment is a loop that nothing slows down. */
const handedInOneMoment = 1_000;

/**
 * Watches a history from outside and tells which rules it breaks. It knows nothing of how the client works. Each event
 * is judged by what had happened until then, and is part of that from then on.
 */
export class Oracle implements ServiceWitness {
  readonly violations: Violation[] = [];
  readonly history: History;
  /** How often an update was acknowledged with its predecessor, within the time of one request. */
  unversioned = 0;
  /** Acknowledgements that were not answered, of versions with more than one consumer: rule b cannot ask for them. */
  unansweredOfSeveral = 0;
  readonly #forgotten = new Set<string>();
  #polls: number[] = [];
  #isLooping = false;
  readonly #moment = { at: 0, handed: 0 };

  constructor(
    plan: Plan,
    private readonly clock: VirtualClock,
    private readonly disturbances: Disturbances,
    private readonly log: Log,
  ) {
    this.history = new History(plan);
  }

  /** Enough is broken; more would tell nothing new. */
  get lost(): boolean {
    return this.#isLooping || this.violations.length >= 20;
  }

  broken(rule: Rule, what: string): void {
    this.violations.push({ rule, at: this.#now, what });
    this.#note(`BROKEN ${rule}: ${what}`);
  }

  reader(name: string): Reader {
    const reader = this.history.readers.find((each) => each.name === name);
    if (!reader) throw new Error(`There is no receiver ${name}`);
    return reader;
  }

  // The service.

  appeared(appearance: Appearance): void {
    this.#note(`service: ${appearance.name} is there`);
    this.history.objects.appeared(appearance, this.#now);
  }

  disappeared(appearance: Appearance): void {
    this.#note(`service: ${appearance.name} is gone`);
    this.history.objects.disappeared(appearance, this.#now);
  }

  marked(appearance: Appearance, mark: Mark, marker: Marker): void {
    const { by, knew } = marker;
    this.#note(`service: ${appearance.name} is marked ${mark} by ${by}`);
    const ours = this.history.memoryOf(by) !== undefined;
    // It was on its way when the version came.
    const meant = !knew || knew.order >= appearance.order;
    if (ours) {
      if (meant) this.#onlyWhatWasAskedFor(appearance, mark, by === this.history.client);
      else this.#onlyWithinOneRequest(appearance, mark);
      if (meant && this.#countsTwice(appearance, mark, by)) {
        this.broken('e: one application counts once', `${appearance.name} is marked ${mark} a second time`);
      }
    }
    this.history.objects.marked(appearance, { mark, by, meant });
  }

  /** It answers a mark, and forgets it: what flows are told of it then is not true, and not the client's fault. */
  forgets(objectID: string): void {
    const appearance = this.history.objects.current(objectID);
    if (!appearance) return;
    this.#note(`service: it forgets a mark of ${appearance.name}`);
    this.#forgotten.add(appearance.name);
  }

  /** An answer arrived, as the service gave it; `polled`: it was a receiver's list, not that of one acknowledgement. */
  shown(by: string, shown: readonly Appearance[], operation: Operation, polled: boolean): void {
    this.history.objects.shown(by, shown, operation === 'metadata', this.#now);
    if (operation === 'list' && polled) this.history.told(shown, this.#now);
    if (operation === 'received list' && polled) this.history.toldReceived(shown, this.#now);
  }

  /** The client asks for the list. */
  polls(): void {
    const since = this.#polls.findIndex((at) => at > this.#now - pollSpan);
    this.#polls = since < 0 ? [] : this.#polls.slice(since);
    this.#polls.push(this.#now);
    if (this.#polls.length <= pollsInOneSpan || this.#isLooping) return;
    this.#isLooping = true;
    this.broken('i: no exception, no loop', 'lists are read without end');
  }

  // The client.

  started(by: string): void {
    this.#note(`client: ${by} starts`);
    this.history.started(by);
  }

  ended(how: Death): void {
    this.#note(`client: ${how}`);
    this.history.ended(how, this.#now);
  }

  joined(reader: Reader, received: readonly Appearance[]): void {
    this.#note(`client: ${reader.name} joins`);
    this.history.joined(reader, received, this.#now);
  }

  left(reader: Reader, returns: boolean): void {
    this.#note(`client: ${reader.name} leaves${returns ? ', to come again' : ''}`);
    this.history.left(reader, returns, this.#now);
  }

  // The flow.

  handed(reader: Reader, { object, attempt }: ObjectUpdate): void {
    const what = `${reader.name} is handed ${nameOf(object.objectID, versionOf(object))}, attempt ${attempt}`;
    this.#note(`flow: ${what}`);
    this.#noLoop(what);
    const appearance = this.history.objects.newest(object.objectID, versionOf(object));
    if (!appearance || JSON.stringify(object) !== appearance.text) {
      this.broken(
        'i: each hand-out is a copy of what the service says',
        `${what}: ${JSON.stringify(object)}`,
      );
    }
    if (!appearance) return;
    if (!reader.takes(object.objectID)) this.broken('i: only what it takes', what);
    reader.passTime(this.#now);
    this.history.reconsider(this.#now);
    const claim = reader.claim(object.objectID, appearance.version);
    this.#neverBack(reader, appearance, what);
    this.#oneAtATime(reader, appearance, what);
    if (claim) this.#againWithReason(claim, appearance, what);
    if (!reader.plan.observes) this.#attempt(claim, appearance, attempt, what);
    this.#inTime(reader, claim, appearance, what);
    this.history.hand(reader, appearance, this.#now);
    this.#window(reader, appearance, what);
  }

  asks(reader: Reader, named: Named, how: Acknowledgement, anyVersion: boolean): Ask {
    this.#note(`flow: ${reader.name} asks: ${nameOf(named.objectID, versionOf(named))} ${how}`);
    reader.passTime(this.#now);
    return this.history.asks(reader, named, how, anyVersion, this.#now);
  }

  answered(ask: Ask, outcome: AcknowledgeOutcome): void {
    if (ask.client !== this.history.client) return;
    this.#note(`flow: ${ask.reader.name} is told that ${ask.objectID} is ${outcome}`);
    if (ask.claim) {
      this.#toldTheTruth(ask, ask.claim, outcome);
      this.#answeredInTime(ask, ask.claim);
    }
    this.history.answered(ask, outcome, this.#now);
  }

  failed(ask: Ask, error: unknown): void {
    if (ask.client !== this.history.client) return;
    this.#note(`flow: ${ask.reader.name} is told that ${ask.objectID} failed: ${String(error)}`);
    this.history.failed(ask, isRefusal(error), this.#now);
  }

  released(reader: Reader, claim: Claim, cause: 'data' | 'line'): void {
    this.#note(`flow: ${reader.name} failed on ${claim.name} by the ${cause}`);
    this.history.released(reader, claim, cause, this.#now);
  }

  gaveBack(reader: Reader, claim: Claim, again: number): void {
    this.#note(`flow: ${reader.name} gives back ${claim.name} for ${again}`);
    this.history.gaveBack(reader, claim, again, this.#now);
  }

  rejected(reader: Reader, claim: Claim): void {
    this.#note(`flow: ${reader.name} rejects ${claim.name}`);
    this.history.rejected(reader, claim, this.#now);
  }

  /** Work on it goes on: all who have it wait longer. */
  renewed({ appearance }: Claim): void {
    this.#note(`flow: works on ${appearance.name}`);
    this.history.renewed(appearance, this.#now);
  }

  /**
   * What has still to happen, while nothing else befalls anybody: at rest that is nothing.
   *
   * @param listed what the service lists, without what was marked received.
   */
  unfinished(listed: readonly Appearance[]): { rule: Rule; what: string }[] {
    return this.history.readers.flatMap((reader) => {
      if (!reader.open) return [];
      reader.passTime(this.#now);
      const current = reader.owed.filter((each) => this.history.objects.stayed(each, reader.joinedAt));
      // What was marked received is not listed, and may be asked for all the same.
      const asked = reader.held().filter(({ standing }) => standing === 'asked');
      const there = asked
        .map(({ appearance }) => appearance)
        .filter((each) => this.history.objects.stayed(each, this.#now));
      const due = new Set([...listed, ...current, ...there]);
      return Array.from(due).flatMap((appearance) => this.#unfinishedOf(reader, appearance));
    });
  }

  #unfinishedOf(reader: Reader, appearance: Appearance): { rule: Rule; what: string }[] {
    if (!reader.takes(appearance.objectID)) return [];
    const name = `${appearance.name} for ${reader.name}`;
    const handedOut = { rule: 'b: each latest version reaches each receiver' as const, what: name };
    const claim = reader.claim(appearance.objectID, appearance.version);
    if (!claim) return this.#isTakenUnseen(appearance) ? [] : [handedOut];
    if (reader.plan.observes) return [];
    switch (claim.standing) {
      case 'in the flow':
      case 'refused':
      case 'let go':
        return [{ ...handedOut, what: `${name}, which is ${claim.standing}` }];
      case 'asked':
        // Of what was asked for before a restart nobody is told that the service has taken it.
        return this.history.isMarked(claim)
          ? []
          : [{ rule: 'b: what was asked for is acknowledged', what: name }];
      case 'settled':
        // The service may have said that it took it, and have forgotten it.
        return this.#isForgotten(appearance)
          ? [{ rule: 'b: what was asked for is acknowledged', what: `${name}, which the service forgot` }]
          : [];
      default:
        return [];
    }
  }

  /** Where each acknowledgement counts it must not be asked for again. */
  #isForgotten({ consumers, deleted, name }: Appearance): boolean {
    return (consumers <= 1 || deleted) && this.#forgotten.has(name);
  }

  /** Whoever asked for any version may have acknowledged one that it was not handed, and that others have not yet. */
  #isTakenUnseen(appearance: Appearance): boolean {
    const { anyVersion, objects } = this.history;
    const isOurs = ({ by }: { by: string }): boolean => this.history.memoryOf(by) !== undefined;
    if (!anyVersion.has(appearance.objectID)) return false;
    // One that was not answered counts as taken where there are several consumers.
    return appearance.consumers > 1 || objects.marks(appearance).some(isOurs);
  }

  // The rules.

  /** @throws Error that ends the reading: nothing else would come to its turn any more. */
  #noLoop(what: string): void {
    if (this.#moment.at !== this.#now) Object.assign(this.#moment, { at: this.#now, handed: 0 });
    this.#moment.handed += 1;
    if (this.#moment.handed > handedInOneMoment) throw new Error(`Handed out without end: ${what}`);
  }

  #neverBack(reader: Reader, appearance: Appearance, what: string): void {
    const later = reader.on(appearance.objectID).find((claim) => claim.appearance.order > appearance.order);
    if (later) this.broken('a: versions never go back', `${what}, after ${later.name}`);
  }

  #oneAtATime(reader: Reader, appearance: Appearance, what: string): void {
    for (const claim of reader.on(appearance.objectID)) {
      if (claim.appearance.version === appearance.version) continue;
      if (claim.standing === 'in the flow') {
        this.broken(
          'd: what is in hand is not handed out again',
          `${what}, while the flow has ${claim.name}`,
        );
      } else if (claim.standing === 'asked' && claim.unanswered > 0 && !claim.apart) {
        this.#unlessAnsweredNow([claim], 0, 'd: nothing is handed out while it is being acknowledged', what);
      }
    }
  }

  /**
   * More of these than `most` stand in the way, but what is answered at the same moment: of two things that happen then,
   * a promise may tell the first after the second.
   */
  #unlessAnsweredNow(claims: readonly Claim[], most: number, rule: Rule, what: string): void {
    if (claims.length <= most) return;
    const now = this.#now;
    const names = namesOf(claims);
    this.clock.after(0, () => {
      const isAnswered = ({ standing, since }: Claim): boolean =>
        since === now && (standing === 'settled' || standing === 'refused');
      if (claims.filter((claim) => !isAnswered(claim)).length > most) this.broken(rule, `${what}: ${names}`);
    });
  }

  #againWithReason(claim: Claim, appearance: Appearance, what: string): void {
    const cameAnew = appearance.order > claim.appearance.order;
    const why = `${what}: ${claim.name}`;
    switch (claim.standing) {
      case 'in the flow':
        this.broken('d: what is in hand is not handed out again', why);
        return;
      case 'asked':
        if (claim.unanswered === 0 && cameAnew) return;
        this.broken('d: nothing is handed out while it is being acknowledged', why);
        return;
      case 'settled':
      case 'rejected':
      case 'resting':
        if (!cameAnew) this.broken('d: what was let go rests for its time', why);
        return;
      case 'let go':
        if (!cameAnew && this.#now < claim.since + (claim.until - claim.since) / 2) {
          this.broken('d: what was let go rests for its time', why);
        }
        return;
      case 'refused':
        if (cameAnew) return;
        if (this.history.polls <= claim.polls || this.#now < claim.since + (claim.until - claim.since) / 2)
          this.broken('d: what was let go rests for its time', why);
    }
  }

  #attempt(claim: Claim | undefined, appearance: Appearance, attempt: number, what: string): void {
    if (claim?.vague) {
      // After a power cut it is for the client to say, within what there may have been.
      claim.vague = false;
      if (attempt >= 1 && attempt <= claim.spent + 2) claim.spent = attempt - 1;
    }
    const expected = (claim?.spent ?? 0) + 1;
    // One that was gone, and came again as it was, may be as good as new.
    if (claim && appearance.order > claim.appearance.order && attempt === 1) claim.spent = 0;
    else if (attempt !== expected) {
      this.broken('g: attempts are spent on the flow alone', `${what}, where ${expected} was due`);
    }
  }

  #window(reader: Reader, appearance: Appearance, what: string): void {
    if (reader.plan.observes) return;
    const { window } = reader.plan;
    const asked = reader.inAcknowledgement();
    // Those that have no place yet in acknowledgement keep theirs in the flow.
    const flow = [...reader.inFlow(), ...asked.slice(window)];
    // Receivers that are full of what they asked for would wait for each other for ever: the one may have more.
    const isWanted = this.history.isWanted(reader, appearance);
    const late = flow.filter((each) => each.late).length;
    const most = isWanted ? 2 * window - Math.min(asked.length, window) + late : window;
    this.#unlessAnsweredNow(
      flow,
      most,
      'c: no more in the flow and in acknowledgement than the window',
      what,
    );
  }

  #inTime(reader: Reader, claim: Claim | undefined, appearance: Appearance, what: string): void {
    // What else is asked for by whoever asks for any version, and when what was forgotten, only the client knows.
    const isUnsure = this.history.anyVersion.size > 0 || this.#forgotten.size > 0;
    const due = isUnsure ? undefined : this.dueAt(reader, claim, appearance);
    if (due === undefined) return;
    const deadline = this.disturbances.deadline(due);
    if (this.#now > deadline)
      this.broken('f: in time', `${what}: due at ${due}, at the latest at ${deadline}`);
  }

  /** When an object that has to be handed out could be for the first time; undefined while it can not. */
  dueAt(reader: Reader, claim: Claim | undefined, appearance: Appearance): number | undefined {
    if (reader.roomSince === undefined) return undefined;
    let due = Math.max(
      reader.roomSince,
      this.history.objects.listedAt(appearance),
      reader.joinedAt,
      claim?.until ?? 0,
    );
    for (const other of reader.on(appearance.objectID)) {
      if (other !== claim) due = Math.max(due, other.since);
    }
    return due;
  }

  #onlyWhatWasAskedFor(appearance: Appearance, mark: Mark, isAlive: boolean): void {
    const { history } = this;
    if (history.anyVersion.has(appearance.objectID)) return;
    const askers = history.askers(appearance);
    const isAsked = mark === 'deleted' ? askers.length > 0 : askers.some((claim) => claim.asked.has(mark));
    if (!isAsked) {
      this.broken('e: nothing is acknowledged that nobody asked for', `${appearance.name} is marked ${mark}`);
    }
    // Who had asked when a client sent it that is no more, nobody knows any more.
    if (isAlive && history.beginAcknowledging(appearance, this.#now) === undefined) {
      const names = history.awaited(appearance).map(({ name }) => name);
      const what = `${appearance.name} is marked ${mark} without a word of ${names.join(', ')}`;
      this.broken('e: a version is acknowledged once all have asked', what);
    }
  }

  #countsTwice(appearance: Appearance, mark: Mark, by: string): boolean {
    // Whoever asks for any version asks for this one again.
    if (appearance.consumers <= 1 || this.history.anyVersion.has(appearance.objectID)) return false;
    return this.history.countedBefore(appearance, mark, by);
  }

  /** Nobody asked for this version: it must have come after the last word on its predecessor, for which somebody did. */
  #onlyWithinOneRequest(appearance: Appearance, mark: Mark): void {
    const { objectID, order } = appearance;
    if (this.history.anyVersion.has(objectID)) return;
    const earlier = this.history.readers.some((reader) =>
      reader.on(objectID).some((claim) => claim.asked.size > 0 && claim.appearance.order < order),
    );
    if (earlier) this.unversioned += 1;
    else
      this.broken('e: nothing is acknowledged that nobody asked for', `${appearance.name} is marked ${mark}`);
  }

  #toldTheTruth(ask: Ask, claim: Claim, outcome: AcknowledgeOutcome): void {
    const { appearance } = claim;
    const { objects } = this.history;
    // What changed while it was asked for may be told either way.
    if (!objects.stayed(appearance, ask.at) || this.#forgotten.has(appearance.name)) return;
    const what = `${ask.reader.name} is told that ${appearance.name} is ${outcome}`;
    if (outcome === 'superseded') {
      if (!this.disturbances.lied(appearance.objectID))
        this.broken('e: what the flow is told is true', `${what}; it is not`);
    } else if (outcome === 'gone') this.broken('e: what the flow is told is true', `${what}; it is there`);
    // Who else marked it received has made it so for all.
    else if (
      !objects
        .marks(appearance)
        .some(
          ({ by, mark }) =>
            this.history.memoryOf(by) !== undefined || (mark === outcome && mark === 'received'),
        )
    ) {
      // Of a deletion one acknowledgement is enough, so it may be asked for again.
      if (appearance.consumers > 1 && !appearance.deleted) this.unansweredOfSeveral += 1;
      else this.broken('e: what the flow is told is true', `${what}; the service does not know of it`);
    }
  }

  #answeredInTime(ask: Ask, { appearance, begun, unsure }: Claim): void {
    const isAny = this.history.anyVersion.has(appearance.objectID);
    const since =
      begun && !unsure && !isAny ? this.history.beginAcknowledging(appearance, this.#now) : undefined;
    if (since === undefined) return;
    const deadline = this.disturbances.deadline(Math.max(since, ask.at));
    if (this.#now > deadline) {
      const what = `${ask.reader.name} asked for ${appearance.name} at ${ask.at} and is answered`;
      this.broken('f: in time', `${what} at ${this.#now}, not at ${deadline}`);
    }
  }

  get #now(): number {
    return this.clock.elapsed();
  }

  #note(what: string): void {
    if (this.log.on) this.log.write(what);
  }
}

function namesOf(claims: readonly Claim[]): string {
  return claims.map(({ name }) => name).join(', ');
}

/** The service's own word, which no other try will change. */
function isRefusal(error: unknown): boolean {
  if (!isSyncServiceError(error)) return false;
  const { statusCode = 0 } = error;
  return statusCode >= 400 && statusCode < 500 && !passing.has(statusCode);
}

/** What the service or the line may take back, by guarantee 3. */
const passing: ReadonlySet<number> = new Set([401, 403, 408, 429]);
