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
  /** Kept only of what is in the flow or soon will be: a list may be long. */
  object: ObjectMetadata | undefined;
  state: EntryState;
  /** Attempts that were spent. */
  spent: number;
  /** Whether the last that was heard of it has spent one. */
  charged: boolean;
  handedOut: boolean;
  /** How often a node failed on it. */
  releases: number;
  /** How often the service had another version than its list. */
  disagreements: number;
  /** Handed: when its time is up. Paused: when it may go out again. In ms of the clock's elapsed time. */
  due: number;
  /** Paused: the number of the list that must have been read before. */
  dueList: number;
  /** The number of the last list that showed it. */
  list: number;
  /** Plain lists do not show it, which does not mean that it is gone: it was marked received. */
  unlisted: boolean;
  /** Arrived while this version was in the flow; the latest wins. */
  newer: ObjectMetadata | undefined;
  taken: Taken | undefined;
  /** Taken: the number of the list that had begun last then; how many whole ones since show it still; how often it was
   * asked for again. */
  takenAfter: number;
  lingers: number;
  repeats: number;
  /** That is under way: whatever becomes of it, the flow has been told that it was taken. */
  repeating: boolean;
  /** What a node failed with. */
  error: Error | undefined;
}
