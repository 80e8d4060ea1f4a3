import { invalidArgument } from '../errors';

/** What an application may tell the service about a version. */
export type Acknowledgement = 'consumed' | 'received';

/** What the service was told: a deletion is acknowledged as such. */
export type Taken = Acknowledgement | 'deleted';

/** The outcome: taken as asked (a deletion as `deleted`), `superseded` by a newer version, or `gone`. */
export type AcknowledgeOutcome = Acknowledgement | 'deleted' | 'superseded' | 'gone';

export function isTaken(outcome: AcknowledgeOutcome): outcome is Taken {
  return outcome !== 'superseded' && outcome !== 'gone';
}

/** @throws SyncServiceError SYNC_INVALID_ARGUMENT: an unknown word must not pass for the stronger one. */
export function checkedAcknowledgement(how: Acknowledgement): Acknowledgement {
  if (how === 'consumed' || how === 'received') return how;
  throw invalidArgument(`An object is marked consumed or received, not ${String(how)}`);
}
