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

/** How long an object rests after a node released it, in ms; longer each time. */
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
  /** Counts the clients that began without the memory of the one before. */
  #memory = 0;
  readonly #memories = new Map<string, number>();

  constructor(private readonly plan: Pick<Plan, 'receivers' | 'journal'>) {
    this.readers = plan.receivers.map((receiver) => new Reader(receiver, () => this.readers));
    this.joint = new Joint(this.readers, this.objects);
    this.told = new Told(this.readers, this.joint);
    this.asking = new Asking(this);
  }

  // The client.

  /** @param by the name under which the client sends its requests. */
  started(by: string): void {
    this.client = by;
    this.#memories.set(by, this.#memory);
  }

  /** Two clients with the same memory are one application to the service. Undefined for other applications. */
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
   * @param received what is already marked received.
   * @param inBetween whether a poll may be under way.
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

  /** @param returns whether it will come back under its name, and is waited for. */
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
    // Nobody waits for its word on what it had in hand and no list shows any more.
    this.joint.reconsider(now);
  }

  /** Receivers that left, were expected back and have not come, will not come. */
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

  /** It costs no attempt; one that a release spent is refunded. */
  gaveBack(reader: Reader, claim: Claim, again: number, now: number): void {
    if (claim.standing === 'asked' || claim.standing === 'settled' || claim.standing === 'rejected') return;
    // Until now it may have rested, and nobody waited for it.
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
   * Whether others wait for a receiver's word on this version, and its flow has nothing else to speak about.
   *
   * @param isForgotten whether the service said that it took a mark of it, and forgot it: the client asks for it again
   *   by itself.
   */
  isWanted(reader: Reader, { objectID, order, version }: Appearance, isForgotten: boolean): boolean {
    const held = reader.places.held().filter(({ appearance }) => appearance.objectID !== objectID);
    if (held.some(({ standing }) => standing === 'in the flow')) return false;
    // A request for any version is one for this version, whichever was handed out.
    if (this.asking.anyVersion.has(objectID)) return true;
    return this.readers.some((other) => {
      const claim = other.claim(objectID, version);
      if (other === reader || !claim) return false;
      // What was asked for before a restart may be; so may a version that disappeared and came back unchanged.
      const isUnsure = claim.unsure || claim.unanswered === 0 || claim.appearance.order < order;
      const isAsked = claim.standing === 'asked' && (!claim.begun || isUnsure);
      const isAskedAgain = isForgotten && claim.standing === 'settled';
      return isAsked || isAskedAgain || (claim.standing === 'free' && claim.asked.size > 0);
    });
  }

  /**
   * Whether nobody is left to be told, and the service has taken all that was asked for. If the version disappeared and
   * came back unchanged, the marks of either time count.
   */
  isMarked({ appearance, asked, unanswered }: Claim): boolean {
    const newest = this.objects.newest(appearance.objectID, appearance.version) ?? appearance;
    const marks = [appearance, newest].flatMap((each) => this.objects.marks(each));
    return unanswered === 0 && Array.from(asked).every((how) => marks.some(({ mark }) => mark === how));
  }

  /** Whether there was the same mark by this client, or by an earlier one whose memory it has. */
  countedBefore(appearance: Appearance, mark: Mark, by: string): boolean {
    const memory = this.memoryOf(by);
    return this.objects
      .marks(appearance)
      .some((earlier) => earlier.mark === mark && earlier.meant && this.memoryOf(earlier.by) === memory);
  }
}
