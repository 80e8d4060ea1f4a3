import type { ObjectMetadata } from '../../protocol/metadata';
import type { Taken } from './acknowledgement';

/** See ledger.ts for what each means and who moves an object from one to another. */
export type EntryState =
  | 'unread'
  | 'waiting'
  | 'paused'
  | 'handed'
  | 'asked'
  | 'acknowledging'
  | 'acknowledged'
  | 'resting'
  | 'rejected';

/** One version of one object, as one receiver knows it. */
export interface Entry {
  readonly objectID: string;
  readonly version: string;
  readonly deleted: boolean;
  /** How many applications must consume the object. */
  readonly consumers: number;
  /** Kept only while it is in the flow or soon will be: a list may be long. */
  object: ObjectMetadata | undefined;
  state: EntryState;
  /** How many attempts were spent. */
  spent: number;
  /** Whether an attempt was spent since the last hand-out: giving the object back refunds it. */
  charged: boolean;
  handedOut: boolean;
  /** How often a node failed on it. */
  releases: number;
  /** How often the service had another version than its list. */
  disagreements: number;
  /** Handed: when its time is up. Paused: when it may go out again. In ms of the clock's elapsed time. */
  due: number;
  /** Paused: the number of the list that must be read first. */
  dueList: number;
  /** The number of the last list that showed it. */
  list: number;
  /** Plain lists do not show it, but that does not mean it is gone: it was, or may have been, marked received. */
  unlisted: boolean;
  /** Arrived while this version was in the flow; the latest wins. */
  newer: ObjectMetadata | undefined;
  taken: Taken | undefined;
  /**
   * Taken: the number of the list that had begun last by then; how many whole lists since still show it; how often it
   * was acknowledged again for that.
   */
  takenAfter: number;
  lingers: number;
  repeats: number;
  /** It is being acknowledged again. Whatever comes of that, the flow has already been told that it was taken. */
  repeating: boolean;
  /** The error a node last failed with. */
  error: Error | undefined;
}
