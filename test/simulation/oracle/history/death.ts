import type { Death } from '../../plans/plan';
import type { Claim } from './claim';
import type { Reader } from './reader';

/** How long what was written may not be on the disk, as it were to outlive a power cut. */
const unsynced = 2_000;

/** What a claim is for the process that follows one that ended, and has its journal. */
export function afterDeath(
  claim: Claim,
  reader: Reader,
  how: Death,
  now: number,
  isMarked: (claim: Claim) => boolean,
): void {
  // Who only looks writes nothing down.
  const { observes } = reader.plan;
  const isListed = reader.seen.plain?.get(claim.appearance.objectID)?.version === claim.appearance.version;
  claim.unanswered = 0;
  if (how === 'power cut') claim.vague = true;
  const isLost = how === 'power cut' && Math.max(claim.since, claim.handedAt) > now - unsynced;
  // Of what plain lists leave out nothing is kept.
  const isForgotten = !isListed && (claim.standing === 'rejected' || claim.standing === 'resting');
  // One that may have been sent counts as taken, of which nobody hears any more.
  const isOfSeveral = claim.standing === 'asked' && claim.appearance.consumers > 1;
  // Its flow may not have come to the end of it.
  const isTaken = claim.standing === 'asked' && isMarked(claim);
  const isReceived =
    claim.standing === 'settled' ? claim.taken === 'received' : isTaken && !claim.asked.has('consumed');
  const isInFlow = claim.standing === 'in the flow';
  if (observes || isReceived || isLost || isOfSeveral || isForgotten) claim.stand('free', now);
  else if (isInFlow && how !== 'closed') claim.spend(now);
  // Pauses are not written down.
  else if (isInFlow || claim.standing === 'let go') claim.stand('let go', now);
  claim.isUnseen = claim.standing === 'asked';
}
