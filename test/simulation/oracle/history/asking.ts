import type { Acknowledgement, AcknowledgeOutcome } from '../../../../src/client';
import type { ObjectMetadata } from '../../../../src/protocol/metadata';
import { type Appearance, versionOf } from '../../service/publications';
import type { Claim } from './claim';
import type { Joint } from './joint';
import type { Objects } from './objects';
import type { Reader } from './reader';
import type { Told } from './told';

/** How long a claim rests when the service contradicts its list, in ms; longer each time. */
const refusalPause = 5_000;

/** What a flow's message names. */
export type Named = Pick<ObjectMetadata, 'objectID' | 'instanceID' | 'deleted'>;

/** An acknowledgement that a flow asked for. */
export interface Ask {
  readonly reader: Reader;
  /** What the receiver was handed, unless the message names something else by now. */
  readonly claim: Claim | undefined;
  readonly objectID: string;
  readonly at: number;
  /** The client that was asked; nobody hears the answer of one that has ended. */
  readonly client: string;
}

/** What else happened that decides what becomes of it. */
interface Background {
  readonly client: string;
  readonly joint: Joint;
  readonly objects: Objects;
  readonly readers: readonly Reader[];
  readonly told: Told;
}

/** What flows ask to acknowledge, and what becomes of it. */
export class Asking {
  /** Objects for which a flow asked to acknowledge whichever version is current. */
  readonly anyVersion = new Set<string>();

  constructor(private readonly history: Background) {}

  begins(reader: Reader, named: Named, how: Acknowledgement, anyVersion: boolean, now: number): Ask {
    const claim = reader.claim(named.objectID, versionOf(named));
    if (anyVersion) this.anyVersion.add(named.objectID);
    if (claim) {
      const isLast = reader.on(named.objectID).at(-1) === claim;
      const isReceived = isLast && claim.standing === 'settled' && claim.taken === 'received';
      const isHeld = claim.standing === 'in the flow' || claim.standing === 'asked' || isReceived;
      // Nor is what it had marked received in its hands any more, once a list has shown it another version.
      const isReplaced = isReceived && reader.seen.showsOther(claim.appearance);
      claim.apart = isHeld && !isReplaced ? claim.apart : !reader.seen.shows(claim.appearance);
      claim.early ||= claim.apart && reader.seen.willShow(claim.appearance);
      // A receiver that let go of it may have been handed others instead; what it had marked received may be gone.
      claim.late ||= !isHeld || (isReceived && !reader.seen.shows(claim.appearance));
      claim.asked.add(how);
      claim.unanswered += 1;
      claim.stand('asked', now);
      claim.begun = false;
      // A receiver that asks for more waits for others anew.
      if (isReceived) this.history.joint.forget(claim.appearance);
      this.history.joint.begin(claim.appearance, now);
      reader.changed(claim, now);
    }
    if (this.anyVersion.has(named.objectID)) this.#doubt(named.objectID, now);
    return { reader, claim, objectID: named.objectID, at: now, client: this.history.client };
  }

  answered({ claim, client, objectID, reader }: Ask, outcome: AcknowledgeOutcome, now: number): void {
    // The client no longer marks the version that it had asked the service about.
    if (outcome === 'superseded') this.history.objects.used(client, objectID);
    if (!claim) return;
    const refused = outcome === 'superseded' || outcome === 'gone';
    claim.unanswered -= 1;
    if (claim.standing === 'asked') {
      if (!refused) {
        claim.stand('settled', now);
        claim.taken = outcome;
        if (outcome !== 'received') reader.seen.consumed(claim.appearance);
        this.history.joint.settle(claim.appearance);
      } else if (claim.unanswered === 0) {
        this.#refuse(claim, reader, now);
        this.#refuseWith(claim, now);
      }
    }
    reader.changed(claim, now);
  }

  /** @param refused the service said no to it, and will say so again. */
  failed({ claim, reader }: Ask, refused: boolean, now: number): void {
    if (!claim) return;
    claim.unanswered -= 1;
    if (refused && claim.standing === 'asked') {
      // What it had let go of, and no list shows it any more, stays so.
      if (claim.apart) claim.stand('free', now);
      else claim.stand('in the flow', now, reader.plan.redeliverAfter);
      this.history.joint.forget(claim.appearance);
      this.refuseUnheard(claim.appearance, now);
    }
    reader.changed(claim, now);
  }

  /** The service refused this client, and would again. Whether before the list decides, only the client knows. */
  denied(objectID: string): void {
    for (const reader of this.history.readers) {
      for (const claim of reader.on(objectID)) claim.denied ||= isUnheard(claim);
    }
  }

  /** A receiver that asked for it before a restart is not told that it was refused, and is handed it anew. */
  refuseUnheard({ objectID, version }: Appearance, now: number): void {
    for (const reader of this.history.readers) {
      const claim = reader.claim(objectID, version);
      if (!claim || !isUnheard(claim)) continue;
      claim.stand('let go', now);
      reader.changed(claim, now);
    }
  }

  /** List and service disagree about it: a later list decides, each time after a longer pause. */
  #refuse(claim: Claim, reader: Reader, now: number): void {
    this.history.joint.forget(claim.appearance);
    claim.stand('refused', now, Math.min(refusalPause * 2 ** claim.refusals, reader.plan.redeliverAfter));
    claim.refusals += 1;
    claim.polls = this.history.told.polls;
  }

  /** For receivers that asked for the same before a restart it ends too, without their being told. */
  #refuseWith({ appearance: { objectID, version } }: Claim, now: number): void {
    for (const reader of this.history.readers) {
      const claim = reader.claim(objectID, version);
      if (!claim || !isUnheard(claim)) continue;
      this.#refuse(claim, reader, now);
      reader.changed(claim, now);
    }
  }

  /** A request for any version may be for the latest, for which others wait: only the client knows. */
  #doubt(objectID: string, now: number): void {
    for (const reader of this.history.readers) {
      for (const claim of reader.on(objectID)) {
        if (claim.standing !== 'asked') continue;
        claim.unsure = true;
        reader.changed(claim, now);
      }
    }
  }
}

/** Whether it was asked for before a restart, so that nobody hears the outcome. */
export function isUnheard({ standing, unanswered }: Claim): boolean {
  return standing === 'asked' && unanswered === 0;
}
