import type { ObjectUpdate } from '../../../../src/client';
import type { Appearance } from '../../service/publications';
import type { Claim } from '../history/claim';
import type { Reader } from '../history/reader';
import type { Rule } from '../rules';
import type { Bench } from './bench';

/** Judges what is handed out: whether it may be now, whether it may be again, and whether the attempt is right. */
export class HandingOut {
  constructor(private readonly bench: Bench) {}

  /** Judges it before it becomes part of the history. */
  judge(
    reader: Reader,
    appearance: Appearance,
    { attempt }: Pick<ObjectUpdate, 'attempt'>,
    what: string,
  ): void {
    if (!reader.takes(appearance.objectID)) this.bench.broken('i: only what it takes', what);
    const claim = reader.claim(appearance.objectID, appearance.version);
    this.#neverBack(reader, appearance, what);
    this.#oneAtATime(reader, appearance, what);
    if (claim) this.#againWithReason(claim, appearance, what);
    if (!reader.plan.observes) this.#attempt(claim, appearance, attempt, what);
    this.#inTime(reader, claim, appearance, what);
  }

  #neverBack(reader: Reader, appearance: Appearance, what: string): void {
    const later = reader.on(appearance.objectID).find((claim) => claim.appearance.order > appearance.order);
    if (later) this.bench.broken('a: versions never go back', `${what}, after ${later.name}`);
  }

  #oneAtATime(reader: Reader, appearance: Appearance, what: string): void {
    for (const claim of reader.on(appearance.objectID)) {
      if (claim.appearance.version === appearance.version) continue;
      if (claim.standing === 'in the flow') {
        this.bench.broken(
          'd: what is in hand is not handed out again',
          `${what}, while the flow has ${claim.name}`,
        );
      } else if (claim.standing === 'asked' && claim.unanswered > 0 && !claim.apart) {
        this.#unlessAnsweredNow([claim], 0, 'd: nothing is handed out while it is being acknowledged', what);
      }
    }
  }

  /**
   * Reports a broken rule if more than `most` of these claims stand in the way. Those answered at the same moment do
   * not count: of two things that happen then, a promise may tell the first after the second.
   */
  #unlessAnsweredNow(claims: readonly Claim[], most: number, rule: Rule, what: string): void {
    if (claims.length <= most) return;
    const now = this.bench.now;
    const names = namesOf(claims);
    this.bench.clock.after(0, () => {
      const isAnswered = ({ standing, since }: Claim): boolean =>
        since === now && (standing === 'settled' || standing === 'refused');
      if (claims.filter((claim) => !isAnswered(claim)).length > most)
        this.bench.broken(rule, `${what}: ${names}`);
    });
  }

  #againWithReason(claim: Claim, appearance: Appearance, what: string): void {
    const cameAnew = appearance.order > claim.appearance.order;
    const why = `${what}: ${claim.name}`;
    switch (claim.standing) {
      case 'in the flow':
        this.bench.broken('d: what is in hand is not handed out again', why);
        return;
      case 'asked':
        if (claim.unanswered === 0 && (cameAnew || claim.denied)) return;
        this.bench.broken('d: nothing is handed out while it is being acknowledged', why);
        return;
      case 'settled':
      case 'rejected':
      case 'resting':
        if (!cameAnew) this.bench.broken('d: what was let go rests for its time', why);
        return;
      case 'let go':
        if (!cameAnew && this.bench.now < claim.since + (claim.until - claim.since) / 2) {
          this.bench.broken('d: what was let go rests for its time', why);
        }
        return;
      case 'refused':
        if (cameAnew) return;
        if (
          this.bench.history.told.polls <= claim.polls ||
          this.bench.now < claim.since + (claim.until - claim.since) / 2
        )
          this.bench.broken('d: what was let go rests for its time', why);
    }
  }

  #attempt(claim: Claim | undefined, appearance: Appearance, attempt: number, what: string): void {
    if (claim?.vague) {
      // After a power cut the client decides, within what is possible.
      claim.vague = false;
      if (attempt >= 1 && attempt <= Math.max(claim.spent, claim.mostSpent) + 2) claim.spent = attempt - 1;
    }
    const expected = (claim?.spent ?? 0) + 1;
    // One that disappeared and came back unchanged may count as new.
    if (claim && appearance.order > claim.appearance.order && attempt === 1) claim.spent = 0;
    else if (attempt !== expected) {
      this.bench.broken('g: attempts are spent on the flow alone', `${what}, where ${expected} was due`);
    }
  }

  /** Judges it once it is part of the history. */
  window(reader: Reader, appearance: Appearance, what: string): void {
    if (reader.plan.observes) return;
    const { window } = reader.plan;
    const asked = reader.places.inAcknowledgement();
    // Those that have no place yet in acknowledgement keep theirs in the flow.
    const flow = [...reader.places.inFlow(), ...asked.slice(window)];
    // Receivers that are full of what they asked for would wait for each other for ever: one of them may have more.
    const isForgotten = this.bench.forgotten.has(appearance.name);
    const isWanted = this.bench.history.isWanted(reader, appearance, isForgotten);
    const late = flow.filter((each) => each.late);
    // What it had marked received, and no list showed any more when it was asked for again, may have no place.
    const gone = late.filter(({ taken }) => taken === 'received');
    const most = isWanted ? 2 * window - Math.min(asked.length, window) + late.length : window + gone.length;
    this.#unlessAnsweredNow(
      flow,
      most,
      'c: no more in the flow and in acknowledgement than the window',
      what,
    );
  }

  #inTime(reader: Reader, claim: Claim | undefined, appearance: Appearance, what: string): void {
    // Only the client knows what else a request for any version is for, and when what was forgotten is asked for again.
    const isUnsure = this.bench.history.asking.anyVersion.size > 0 || this.bench.forgotten.size > 0;
    const due = isUnsure ? undefined : this.#dueAt(reader, claim, appearance);
    if (due === undefined) return;
    const deadline = this.bench.disturbances.deadline(due);
    if (this.bench.now > deadline)
      this.bench.broken('f: in time', `${what}: due at ${due}, at the latest at ${deadline}`);
  }

  /** When an object that must be handed out could first have been; undefined while it cannot be. */
  #dueAt(reader: Reader, claim: Claim | undefined, appearance: Appearance): number | undefined {
    if (reader.places.freeSince === undefined) return undefined;
    let due = Math.max(
      reader.places.freeSince,
      this.bench.history.objects.listedAt(appearance),
      reader.joinedAt,
      claim?.until ?? 0,
    );
    for (const other of reader.on(appearance.objectID)) {
      if (other !== claim) due = Math.max(due, other.since);
    }
    return due;
  }
}

function namesOf(claims: readonly Claim[]): string {
  return claims.map(({ name }) => name).join(', ');
}
