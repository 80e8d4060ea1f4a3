import type { Death, Plan } from '../../plans/plan';
import type { Appearance } from '../../service/publications';
import type { Mark } from '../../service/service';
import { Asking, isUnheard } from './asking';
import type { Claim } from './claim';
import { afterDeath } from './death';
import { Joint } from './joint';
import { Objects } from './objects';
import { Reader } from './reader';
import { Told } from './told';

/** How long an object rests that a node let go of; longer each time. */
const releasePause = 10_000;

/** Everything that happened so far, seen from outside: what the service did, what flows were handed and what they said. */
export class History {
  readonly readers: readonly Reader[];
  readonly objects = new Objects();
  readonly joint: Joint;
  readonly told: Told;
  readonly asking: Asking;
  /** The name of the client that runs, or ran last. */
  client = '';
  /** What the client knew at one time it does not know at the next. */
  #memory = 0;
  readonly #memories = new Map<string, number>();

  constructor(private readonly plan: Pick<Plan, 'receivers' | 'journal'>) {
    this.readers = plan.receivers.map((receiver) => new Reader(receiver, () => this.readers));
    this.joint = new Joint(this.readers, this.objects);
    this.told = new Told(this.readers, this.joint);
    this.asking = new Asking(this);
  }

  // The client.

  /** @param by the name that the client's requests go by. */
  started(by: string): void {
    this.client = by;
    this.#memories.set(by, this.#memory);
  }

  /** Two clients with the same memory are one to the service. Undefined for others' applications. */
  memoryOf(by: string): number | undefined {
    return this.#memories.get(by);
  }

  ended(how: Death, now: number): void {
    if (!this.plan.journal || how === 'power cut') this.#memory += 1;
    this.client = '';
    const underWay = this.joint.end(this.plan.journal);
    for (const reader of this.readers) {
      reader.passTime(now);
      for (const claim of reader.all()) {
        const isUnderWay = claim.asked.size > 0 && underWay.has(claim.appearance.name);
        if (this.plan.journal) afterDeath(claim, reader, how, now, (each) => this.isMarked(each));
        else claim.forget(now);
        claim.begun = false;
        claim.denied = false;
        reader.changed(claim, now);
        if (isUnderWay && this.plan.journal) this.joint.goOn(claim.appearance);
      }
      reader.returns ||= reader.open;
      reader.open = false;
      reader.isKnown = false;
      reader.seen.forget();
    }
  }

  /**
   * @param received what is marked received at that time.
   * @param inBetween a poll may be under way then.
   */
  joined(reader: Reader, received: readonly Appearance[], inBetween: boolean, now: number): void {
    reader.open = true;
    reader.seen.cameInBetween = inBetween;
    reader.isKnown = true;
    reader.returns = false;
    reader.joinedAt = now;
    reader.seen.forget();
    reader.owed = reader.plan.includeReceived ? received : [];
    reader.places.freeSince = undefined;
    reader.places.look(now);
  }

  /** @param returns it will be there again under its name, and is waited for. */
  left(reader: Reader, returns: boolean, now: number): void {
    reader.passTime(now);
    reader.open = false;
    reader.returns = returns;
    reader.isKnown = returns;
    for (const claim of reader.all()) {
      if (reader.plan.observes) claim.stand('free', now);
      else if (claim.standing === 'in the flow') claim.stand('let go', now);
      reader.changed(claim, now);
    }
    // What it had in hand, and no list shows it any more, nobody waits for.
    this.joint.reconsider(now);
  }

  /** Whoever has left to come again, and has not, will not. */
  lostAbsent(now: number): void {
    for (const reader of this.readers) {
      if (reader.open) continue;
      reader.returns = false;
      reader.isKnown = false;
    }
    this.joint.reconsider(now);
  }

  hand(reader: Reader, appearance: Appearance, now: number): void {
    const claim = reader.claim(appearance.objectID, appearance.version);
    const isDenied = claim?.denied && isUnheard(claim);
    // What it had asked for is no longer under way.
    if (claim && claim.asked.size > 0) this.joint.forget(appearance);
    reader.tell(appearance);
    reader.hand(appearance, now);
    if (isDenied) this.asking.refuseUnheard(appearance, now);
  }

  // The flow.

  released(reader: Reader, claim: Claim, cause: 'data' | 'line', now: number): void {
    if (cause === 'data') {
      const pause = Math.min(releasePause * 2 ** claim.releases, reader.plan.redeliverAfter);
      claim.releases += 1;
      claim.spend(now, pause);
    } else {
      claim.stand('refused', now);
      claim.polls = this.told.polls;
    }
    reader.changed(claim, now);
    this.joint.reconsider(now);
  }

  /** It has spent no attempt, not even by a release before. */
  gaveBack(reader: Reader, claim: Claim, again: number, now: number): void {
    if (claim.standing === 'asked' || claim.standing === 'settled' || claim.standing === 'rejected') return;
    // What rested until now nobody has waited for.
    this.joint.reconsider(now);
    if (claim.charged) claim.spent -= 1;
    claim.charged = false;
    claim.stand('let go', now, again);
    reader.changed(claim, now);
  }

  rejected(reader: Reader, claim: Claim, now: number): void {
    if (claim.standing === 'asked') return;
    claim.stand('rejected', now);
    reader.changed(claim, now);
    this.joint.reconsider(now);
  }

  /** @param objectID undefined for all objects. */
  triedAgain(objectID: string | undefined, now: number): void {
    for (const reader of this.readers) {
      if (!reader.open) continue;
      reader.passTime(now);
      for (const claim of objectID === undefined ? reader.all() : reader.on(objectID)) {
        claim.tryAgain(now);
        reader.changed(claim, now);
      }
    }
  }

  renewed({ objectID, version }: Appearance, now: number): void {
    for (const reader of this.readers) {
      reader.passTime(now);
      const claim = reader.claim(objectID, version);
      if (claim?.standing === 'in the flow') claim.stand('in the flow', now, reader.plan.redeliverAfter);
    }
  }

  /**
   * Whether others wait for the word of a receiver on this version, whose flow has nothing else to speak of.
   *
   * @param isForgotten the service has said that it took a mark of it, and forgot it: it is asked for again, by itself.
   */
  isWanted(reader: Reader, { objectID, order, version }: Appearance, isForgotten: boolean): boolean {
    const held = reader.places.held().filter(({ appearance }) => appearance.objectID !== objectID);
    if (held.some(({ standing }) => standing === 'in the flow')) return false;
    // Whoever asks for any version asks for this one, whichever it was handed.
    if (this.asking.anyVersion.has(objectID)) return true;
    return this.readers.some((other) => {
      const claim = other.claim(objectID, version);
      if (other === reader || !claim) return false;
      // What was asked for before a restart is, perhaps; so is what went and came again as it was.
      const isUnsure = claim.unsure || claim.unanswered === 0 || claim.appearance.order < order;
      const isAsked = claim.standing === 'asked' && (!claim.begun || isUnsure);
      const isAskedAgain = isForgotten && claim.standing === 'settled';
      return isAsked || isAskedAgain || (claim.standing === 'free' && claim.asked.size > 0);
    });
  }

  /**
   * Nobody is left who could be told, and the service has taken all that was asked for: of a version that went and came
   * again as it was, either time.
   */
  isMarked({ appearance, asked, unanswered }: Claim): boolean {
    const newest = this.objects.newest(appearance.objectID, appearance.version) ?? appearance;
    const marks = [appearance, newest].flatMap((each) => this.objects.marks(each));
    return unanswered === 0 && Array.from(asked).every((how) => marks.some(({ mark }) => mark === how));
  }

  /** The same mark by this client, or by one that it remembers having been. */
  countedBefore(appearance: Appearance, mark: Mark, by: string): boolean {
    const memory = this.memoryOf(by);
    return this.objects
      .marks(appearance)
      .some((earlier) => earlier.mark === mark && earlier.meant && this.memoryOf(earlier.by) === memory);
  }
}
