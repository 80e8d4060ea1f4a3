import type { Acknowledgement, AcknowledgeOutcome } from '../../../src/client';
import type { ObjectMetadata } from '../../../src/protocol/metadata';
import type { Death, Plan } from '../plans/plan';
import { type Appearance, versionOf } from '../service/publications';
import type { Mark } from '../service/service';
import { type Claim, Reader } from './claims';
import { Objects } from './objects';

/** How long an object rests that a node let go of; longer each time. */
const releasePause = 10_000;
/** How long one rests of which the service says otherwise than its list; longer each time. */
const refusalPause = 5_000;

/** How long what was written may not be on the disk, as it were to outlive a power cut. */
const unsynced = 2_000;

/** What a flow's message names. */
export type Named = Pick<ObjectMetadata, 'objectID' | 'instanceID' | 'deleted'>;

/** An acknowledgement that a flow asked for. */
export interface Ask {
  readonly reader: Reader;
  /** What it was handed, unless the message names something else by now. */
  readonly claim: Claim | undefined;
  readonly objectID: string;
  readonly at: number;
  /** The client that was asked: what one says that is no more, nobody hears. */
  readonly client: string;
}

/** Everything that happened so far, seen from outside: what the service did, what flows were handed and what they said. */
export class History {
  readonly readers: readonly Reader[];
  readonly objects = new Objects();
  /** The name of the client that runs, or ran last. */
  client = '';
  /** Answers of polls that arrived at the client. */
  polls = 0;
  /**
   * Since when a version is acknowledged because all who share it have asked. By its name: an acknowledgement that has
   * begun goes on where the version is gone for a while and comes again as it was.
   */
  readonly #begun = new Map<string, number>();
  /** Versions that somebody asked for, and that wait for others. */
  readonly #joint = new Map<string, Appearance>();
  /** Objects of which a flow asked to acknowledge whatever version is there. */
  readonly anyVersion = new Set<string>();
  /** What the client knew at one time it does not know at the next. */
  #memory = 0;
  readonly #memories = new Map<string, number>();

  constructor(private readonly plan: Pick<Plan, 'receivers' | 'journal'>) {
    this.readers = plan.receivers.map((receiver) => new Reader(receiver, () => this.readers));
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
    const underWay = new Set([...this.#begun.keys(), ...this.#joint.keys()]);
    this.#begun.clear();
    this.#joint.clear();
    for (const reader of this.readers) {
      reader.passTime(now);
      for (const claim of reader.all()) {
        const isUnderWay = claim.asked.size > 0 && underWay.has(claim.appearance.name);
        if (this.plan.journal) this.#afterDeath(claim, reader, how, now);
        else claim.forget(now);
        claim.begun = false;
        reader.changed(claim, now);
        // What was asked for goes on once lists have shown who else has a word on it.
        if (isUnderWay && this.plan.journal) this.#joint.set(claim.appearance.name, claim.appearance);
      }
      reader.returns ||= reader.open;
      reader.open = false;
      reader.isKnown = false;
      reader.glimpsed = false;
      reader.told = undefined;
      reader.toldReceived = undefined;
    }
  }

  /** @param received what is marked received at that time. */
  joined(reader: Reader, received: readonly Appearance[], now: number): void {
    reader.open = true;
    reader.isKnown = true;
    reader.returns = false;
    reader.joinedAt = now;
    reader.glimpsed = false;
    reader.told = undefined;
    reader.toldReceived = undefined;
    reader.owed = reader.plan.includeReceived ? received : [];
    reader.roomSince = undefined;
    reader.look(now);
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
  }

  hand(reader: Reader, appearance: Appearance, now: number): void {
    const claim = reader.claim(appearance.objectID, appearance.version);
    // What it had asked for is no longer under way.
    if (claim && claim.asked.size > 0) this.#begun.delete(appearance.name);
    reader.tell(appearance);
    reader.hand(appearance, now);
  }

  /** The answer of a poll arrived, as the service gave it. */
  told(shown: readonly Appearance[], now: number): void {
    this.polls += 1;
    const told = byID(shown);
    for (const reader of this.readers) {
      if (!reader.isKnown) continue;
      reader.told = told;
      // What it shows was not marked received.
      for (const objectID of told.keys()) reader.toldReceived?.delete(objectID);
    }
    this.reconsider(now);
  }

  /** The answer of a poll had nothing that could be read: whoever gets two such as its first is told of nothing. */
  toldNothing(now: number): void {
    this.polls += 1;
    for (const reader of this.readers) {
      if (!reader.isKnown || reader.told) continue;
      if (reader.glimpsed) reader.told = new Map();
      reader.glimpsed = true;
    }
    this.reconsider(now);
  }

  /** The answer of a poll broke off after these. */
  toldPartly(shown: readonly Appearance[]): void {
    for (const reader of this.readers) {
      if (reader.isKnown) for (const appearance of shown) reader.tell(appearance);
    }
  }

  /** The same, with what was marked received. */
  toldReceived(shown: readonly Appearance[], now: number): void {
    for (const reader of this.readers) {
      const { told } = reader;
      if (!reader.isKnown || !told || !reader.plan.includeReceived) continue;
      // What it was told once, later lists can only take away.
      const before = reader.toldReceived;
      const isNews = ({ objectID, version }: Appearance): boolean =>
        before ? before.get(objectID)?.version === version : !told.has(objectID);
      reader.toldReceived = byID(shown.filter(isNews));
    }
    this.reconsider(now);
  }

  // The flow.

  asks(reader: Reader, named: Named, how: Acknowledgement, anyVersion: boolean, now: number): Ask {
    const claim = reader.claim(named.objectID, versionOf(named));
    if (anyVersion) this.anyVersion.add(named.objectID);
    if (claim) {
      const isLast = reader.on(named.objectID).at(-1) === claim;
      const isReceived = isLast && claim.standing === 'settled' && claim.taken === 'received';
      const isHeld = claim.standing === 'in the flow' || claim.standing === 'asked' || isReceived;
      claim.apart = isHeld ? claim.apart : !reader.isTold(claim.appearance);
      // Who let go of it has perhaps been handed others in its place.
      claim.late ||= !isHeld;
      claim.asked.add(how);
      claim.unanswered += 1;
      claim.stand('asked', now);
      claim.begun = false;
      this.beginAcknowledging(claim.appearance, now);
      reader.changed(claim, now);
    }
    if (this.anyVersion.has(named.objectID)) this.#doubt(named.objectID, now);
    return { reader, claim, objectID: named.objectID, at: now, client: this.client };
  }

  answered({ claim, reader }: Ask, outcome: AcknowledgeOutcome, now: number): void {
    if (!claim) return;
    const refused = outcome === 'superseded' || outcome === 'gone';
    claim.unanswered -= 1;
    if (claim.standing === 'asked') {
      if (!refused) {
        claim.stand('settled', now);
        claim.taken = outcome;
        // Whoever asks for more waits for others anew.
        this.#begun.delete(claim.appearance.name);
      } else if (claim.unanswered === 0) this.#refuse(claim, reader, now);
    }
    reader.changed(claim, now);
  }

  /** @param refused the service said no to it, and will say so again. */
  failed({ claim, reader }: Ask, refused: boolean, now: number): void {
    if (!claim) return;
    claim.unanswered -= 1;
    if (refused && claim.standing === 'asked') {
      // What it had let go of, and is told of no more, stays so.
      if (claim.apart) claim.stand('free', now);
      else claim.stand('in the flow', now, reader.plan.redeliverAfter);
      this.#begun.delete(claim.appearance.name);
      this.#refuseUnheard(claim.appearance, now);
    }
    reader.changed(claim, now);
  }

  /** Who asked for it before a restart is not told that it was refused, and has it again all the same. */
  #refuseUnheard({ objectID, version }: Appearance, now: number): void {
    for (const reader of this.readers) {
      const claim = reader.claim(objectID, version);
      if (claim?.standing !== 'asked' || claim.unanswered > 0) continue;
      claim.stand('in the flow', now, reader.plan.redeliverAfter);
      reader.changed(claim, now);
    }
  }

  released(reader: Reader, claim: Claim, cause: 'data' | 'line', now: number): void {
    if (cause === 'data') {
      const pause = Math.min(releasePause * 2 ** claim.releases, reader.plan.redeliverAfter);
      claim.releases += 1;
      claim.spend(now, pause);
    } else {
      claim.stand('refused', now);
      claim.polls = this.polls;
    }
    reader.changed(claim, now);
    this.reconsider(now);
  }

  /** It has spent no attempt, not even by a release before. */
  gaveBack(reader: Reader, claim: Claim, again: number, now: number): void {
    if (claim.standing === 'asked' || claim.standing === 'settled' || claim.standing === 'rejected') return;
    // What rested until now nobody has waited for.
    this.reconsider(now);
    if (claim.charged) claim.spent -= 1;
    claim.charged = false;
    claim.stand('let go', now, again);
    reader.changed(claim, now);
  }

  rejected(reader: Reader, claim: Claim, now: number): void {
    if (claim.standing === 'asked') return;
    claim.stand('rejected', now);
    reader.changed(claim, now);
    this.reconsider(now);
  }

  renewed({ objectID, version }: Appearance, now: number): void {
    for (const reader of this.readers) {
      reader.passTime(now);
      const claim = reader.claim(objectID, version);
      if (claim?.standing === 'in the flow') claim.stand('in the flow', now, reader.plan.redeliverAfter);
    }
  }

  /** Since when a version is acknowledged; from now on, perhaps, since somebody asked or is waited for no more. */
  beginAcknowledging(appearance: Appearance, now: number): number | undefined {
    const { name } = appearance;
    const before = this.#begun.get(name);
    for (const reader of this.readers) reader.passTime(now);
    const awaited = before === undefined ? this.awaited(appearance) : [];
    if (awaited.length > 0) {
      this.#joint.set(name, appearance);
      return undefined;
    }
    if (before === undefined && this.#mayBeAwaited(appearance)) {
      for (const claim of this.askers(appearance)) claim.unsure = true;
    }
    this.#joint.delete(name);
    this.#begun.set(name, before ?? now);
    for (const reader of this.readers) {
      const claim = reader.claim(appearance.objectID, appearance.version);
      if (claim?.standing !== 'asked' || claim.begun) continue;
      claim.begun = true;
      reader.changed(claim, now);
    }
    return before ?? now;
  }

  /** List and service do not say the same of it: it is for the list to say, each time later. */
  #refuse(claim: Claim, reader: Reader, now: number): void {
    this.#begun.delete(claim.appearance.name);
    claim.stand('refused', now, Math.min(refusalPause * 2 ** claim.refusals, reader.plan.redeliverAfter));
    claim.refusals += 1;
    claim.polls = this.polls;
  }

  /** Somebody is waited for no more, perhaps. */
  reconsider(now: number): void {
    for (const appearance of Array.from(this.#joint.values())) this.beginAcknowledging(appearance, now);
  }

  /** Who has been told of this version, or may still be, holds it or will be handed it, and has not asked. */
  awaited({ objectID, version }: Appearance): Reader[] {
    return this.readers.filter((reader) => {
      const { open, returns, plan, told, toldReceived } = reader;
      if (!(open || returns) || plan.observes || !reader.takes(objectID)) return false;
      const standing = reader.claim(objectID, version)?.standing ?? 'let go';
      if (standing === 'in the flow') return true;
      // What no list shows it any more it will not be handed out, unless it has not seen those that it wants.
      const isToBeTold = told === undefined || (plan.includeReceived && !toldReceived);
      const isTold = isToBeTold || reader.isTold({ objectID, version });
      return isTold && (standing === 'let go' || standing === 'refused');
    });
  }

  /** Whoever asks for any version may ask for the last that others wait for, whatever it was handed: only the client knows. */
  #doubt(objectID: string, now: number): void {
    for (const reader of this.readers) {
      for (const claim of reader.on(objectID)) {
        if (claim.standing !== 'asked') continue;
        claim.unsure = true;
        reader.changed(claim, now);
      }
    }
  }

  #afterDeath(claim: Claim, reader: Reader, how: Death, now: number): void {
    // Who only looks writes nothing down.
    const { observes } = reader.plan;
    const isListed = reader.told?.get(claim.appearance.objectID)?.version === claim.appearance.version;
    claim.unanswered = 0;
    if (how === 'power cut') claim.vague = true;
    const isLost = how === 'power cut' && Math.max(claim.since, claim.handedAt) > now - unsynced;
    // Of what plain lists leave out nothing is kept.
    const isForgotten = !isListed && (claim.standing === 'rejected' || claim.standing === 'resting');
    // One that may have been sent counts as taken, of which nobody hears any more.
    const isOfSeveral = claim.standing === 'asked' && claim.appearance.consumers > 1;
    // Its flow may not have come to the end of it.
    const isMarked = claim.standing === 'asked' && this.isMarked(claim);
    const isReceived =
      claim.standing === 'settled' ? claim.taken === 'received' : isMarked && !claim.asked.has('consumed');
    const isInFlow = claim.standing === 'in the flow';
    if (observes || isReceived || isLost || isOfSeveral || isForgotten) claim.stand('free', now);
    else if (isInFlow && how !== 'closed') claim.spend(now);
    // Pauses are not written down.
    else if (isInFlow || claim.standing === 'let go') claim.stand('let go', now);
  }

  /** Whether somebody may be handed this version again, or not: after a restart only the client knows. */
  #mayBeAwaited({ objectID, version }: Appearance): boolean {
    const order = this.objects.newest(objectID, version)?.order ?? 0;
    return this.readers.some((reader) => {
      const claim = reader.claim(objectID, version);
      // Whether what was said of it counts that went and came again as it was depends on who saw it go.
      return claim !== undefined && (claim.standing === 'free' || claim.appearance.order < order);
    });
  }

  /** Who asked for this version's acknowledgement. */
  askers({ objectID, version }: Appearance): Claim[] {
    return this.readers
      .map((reader) => reader.claim(objectID, version))
      .filter((claim): claim is Claim => claim !== undefined && claim.asked.size > 0);
  }

  /** Whether others wait for the word of a receiver on this version, whose flow has nothing else to speak of. */
  isWanted(reader: Reader, { objectID, version }: Appearance): boolean {
    const held = reader.held().filter(({ appearance }) => appearance.objectID !== objectID);
    if (held.some(({ standing }) => standing === 'in the flow')) return false;
    // Whoever asks for any version asks for this one, whichever it was handed.
    if (this.anyVersion.has(objectID)) return true;
    return this.readers.some((other) => {
      const claim = other.claim(objectID, version);
      if (other === reader || !claim) return false;
      // What was asked for before a restart is, perhaps.
      const isAsked = claim.standing === 'asked' && (!claim.begun || claim.unsure || claim.unanswered === 0);
      return isAsked || (claim.standing === 'free' && claim.asked.size > 0);
    });
  }

  /** Nobody is left who could be told, and the service has taken all that was asked for. */
  isMarked({ appearance, asked, unanswered }: Claim): boolean {
    const marks = this.objects.marks(appearance);
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

function byID(shown: readonly Appearance[]): Map<string, Appearance> {
  return new Map(shown.map((appearance) => [appearance.objectID, appearance]));
}
