import type { Acknowledgement, AcknowledgeOutcome } from '../../../../src/client';
import type { ObjectMetadata } from '../../../../src/protocol/metadata';
import { type Appearance, versionOf } from '../../service/publications';
import type { Claim } from './claim';
import type { Joint } from './joint';
import type { Objects } from './objects';
import type { Reader } from './reader';
import type { Told } from './told';

/** How long one rests of which the service says otherwise than its list; longer each time. */
const refusalPause = 5_000;

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

/** What else happened that says what becomes of it. */
interface Background {
  readonly client: string;
  readonly joint: Joint;
  readonly objects: Objects;
  readonly readers: readonly Reader[];
  readonly told: Told;
}

/** What flows ask to acknowledge, and what becomes of it. */
export class Asking {
  /** Objects of which a flow asked to acknowledge whatever version is there. */
  readonly anyVersion = new Set<string>();

  constructor(private readonly history: Background) {}

  begins(reader: Reader, named: Named, how: Acknowledgement, anyVersion: boolean, now: number): Ask {
    const claim = reader.claim(named.objectID, versionOf(named));
    if (anyVersion) this.anyVersion.add(named.objectID);
    if (claim) {
      const isLast = reader.on(named.objectID).at(-1) === claim;
      const isReceived = isLast && claim.standing === 'settled' && claim.taken === 'received';
      const isHeld = claim.standing === 'in the flow' || claim.standing === 'asked' || isReceived;
      // What it had marked received is not in its hands any more either, once a list has shown it another version.
      const isReplaced = isReceived && reader.seen.showsOther(claim.appearance);
      claim.apart = isHeld && !isReplaced ? claim.apart : !reader.seen.shows(claim.appearance);
      claim.early ||= claim.apart && reader.seen.willShow(claim.appearance);
      // Who let go of it has perhaps been handed others in its place; what it had marked received may be gone by now.
      claim.late ||= !isHeld || (isReceived && !reader.seen.shows(claim.appearance));
      claim.asked.add(how);
      claim.unanswered += 1;
      claim.stand('asked', now);
      claim.begun = false;
      // Whoever asks for more waits for others anew.
      if (isReceived) this.history.joint.forget(claim.appearance);
      this.history.joint.begin(claim.appearance, now);
      reader.changed(claim, now);
    }
    if (this.anyVersion.has(named.objectID)) this.#doubt(named.objectID, now);
    return { reader, claim, objectID: named.objectID, at: now, client: this.history.client };
  }

  answered({ claim, client, objectID, reader }: Ask, outcome: AcknowledgeOutcome, now: number): void {
    // What it had asked the service for it marks no more.
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
      // What it had let go of, and is told of no more, stays so.
      if (claim.apart) claim.stand('free', now);
      else claim.stand('in the flow', now, reader.plan.redeliverAfter);
      this.history.joint.forget(claim.appearance);
      this.refuseUnheard(claim.appearance, now);
    }
    reader.changed(claim, now);
  }

  /** The service said no to this client, and would again. Whether it does before the list has its word is for the client to say. */
  denied(objectID: string): void {
    for (const reader of this.history.readers) {
      for (const claim of reader.on(objectID)) claim.denied ||= isUnheard(claim);
    }
  }

  /** Who asked for it before a restart is not told that it was refused, and is handed it anew. */
  refuseUnheard({ objectID, version }: Appearance, now: number): void {
    for (const reader of this.history.readers) {
      const claim = reader.claim(objectID, version);
      if (!claim || !isUnheard(claim)) continue;
      claim.stand('let go', now);
      reader.changed(claim, now);
    }
  }

  /** List and service do not say the same of it: it is for the list to say, each time later. */
  #refuse(claim: Claim, reader: Reader, now: number): void {
    this.history.joint.forget(claim.appearance);
    claim.stand('refused', now, Math.min(refusalPause * 2 ** claim.refusals, reader.plan.redeliverAfter));
    claim.refusals += 1;
    claim.polls = this.history.told.polls;
  }

  /** Who asked for the same before a restart is told nothing of it, and it ends for them, too. */
  #refuseWith({ appearance: { objectID, version } }: Claim, now: number): void {
    for (const reader of this.history.readers) {
      const claim = reader.claim(objectID, version);
      if (!claim || !isUnheard(claim)) continue;
      this.#refuse(claim, reader, now);
      reader.changed(claim, now);
    }
  }

  /** Whoever asks for any version may ask for the last that others wait for, whatever it was handed: only the client knows. */
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

/** It was asked for before a restart: nobody hears what becomes of that. */
export function isUnheard({ standing, unanswered }: Claim): boolean {
  return standing === 'asked' && unanswered === 0;
}
