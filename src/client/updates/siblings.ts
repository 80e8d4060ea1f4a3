import type { Entry } from './entry';

/** What siblings of a receiver have asked to acknowledge, and wait for it to do so too. */
export interface WantedVersion {
  objectID: string;
  version: string;
  /** Nothing has waited longer. */
  isFirst: boolean;
}

/** What a receiver must know of the acknowledgements of its feed. */
export interface Siblings {
  /** Whether a version is being acknowledged in its name: a restart does not end that. */
  isAsked(objectID: string, version: string): boolean;
  wanted(): Iterable<WantedVersion>;
  /** How many of what it has asked for wait for siblings. */
  waiting(): number;
  /** The service said that it took an acknowledgement, and has forgotten it. */
  askAgain(entry: Readonly<Entry>): void;
  /** It has lost what no list shows any more: who waits for its word on that waits no longer. */
  reconsider(): void;
}
