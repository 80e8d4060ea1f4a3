import type { Entry } from './entry';

/** A version that siblings of a receiver have asked to acknowledge, and that waits for this receiver to do so too. */
export interface WantedVersion {
  objectID: string;
  version: string;
  /** Nothing has waited longer. */
  isFirst: boolean;
}

/** What a receiver must know about the acknowledgements of its feed. */
export interface Siblings {
  /** Whether a version is being acknowledged on its behalf: a restart does not end that. */
  isAsked(objectID: string, version: string): boolean;
  wanted(): Iterable<WantedVersion>;
  /** How many versions that it has asked for wait for siblings. */
  waiting(): number;
  /** Acknowledges again what the service said it had taken, but has forgotten. */
  askAgain(entry: Readonly<Entry>): void;
  /** It has dropped what no list shows any more: nobody need wait for its word on that. */
  reconsider(): void;
}
