import type { Death } from '../../plans/plan';
import type { Claim } from './claim';
import type { Reader } from './reader';

/** How long what was written may not be on the disk yet, where a power cut loses it, in ms. */
const unsynced = 2_000;

/** Changes a claim into what it is for the next process, which takes over the journal of one that ended. */
export function afterDeath(
  claim: Claim,
  reader: Reader,
  how: Death,
  now: number,
  isMarked: (claim: Claim) => boolean,
): void {
  // A receiver that only observes writes nothing down.
  const { observes } = reader.plan;
  const isListed = reader.seen.plain?.get(claim.appearance.objectID)?.version === claim.appearance.version;
  claim.unanswered = 0;
  if (how === 'power cut') claim.vague = true;
  const isLost = how === 'power cut' && Math.max(claim.since, claim.handedAt) > now - unsynced;
  // Nothing is kept about what plain lists leave out.
  const isForgotten = !isListed && (claim.standing === 'rejected' || claim.standing === 'resting');
  // With several consumers, one that may have been sent counts as taken, and nobody hears of it.
  const isOfSeveral = claim.standing === 'asked' && claim.appearance.consumers > 1;
  // What was marked received may come again: its flow may not have finished with it.
  const isTaken = claim.standing === 'asked' && isMarked(claim);
  const isReceived =
    claim.standing === 'settled' ? claim.taken === 'received' : isTaken && !claim.asked.has('consumed');
  const isInFlow = claim.standing === 'in the flow';
  if (observes || isReceived || isLost || isOfSeveral || isForgotten) claim.stand('free', now);
  else if (isInFlow && how !== 'closed') claim.spend(now);
  // Pauses are not noted.
  else if (isInFlow || claim.standing === 'let go') claim.stand('let go', now);
  claim.isUnseen = claim.standing === 'asked';
}
