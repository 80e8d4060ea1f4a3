import type { Death } from '../plans/plan';

/**
 * All that will happen in a history of what is fetched, sent, kept in an outbox and waited for, decided before it begins.
 * Times are in ms from the start.
 */
export interface TransferPlan {
  seed: number;
  /** A CSS on files knows no chunks, and a cut upload leaves its bytes behind shorter ones that follow. */
  store: 'files' | 'mongo';
  latency: readonly [number, number];
  order: 'latest wins' | 'every one';
  /** How many edges each object goes to. */
  edges: number;
  steps: readonly TransferStep[];
  faults: readonly TransferFault[];
}

/** What an outbox is asked to keep. */
export type Keeping = 'publish' | 'publish inactive' | 'fields' | 'activate' | 'delete';

export type TransferStep = { at: number } & ( // Others, at the service.
  | { does: 'publish elsewhere'; object: string; size: number }
  | { does: 'describe elsewhere' | 'delete elsewhere'; object: string }
  // The application.
  /** `by`: by the metadata that it asks for before, or by its name alone. */
  | { does: 'fetch'; object: string; to: 'buffer' | 'file'; by: 'metadata' | 'name' }
  /** `chunk`: in chunks of so many bytes, where that is above 0. */
  | { does: 'upload'; object: string; size: number; as: 'publish' | 'data'; chunk: number }
  | { does: 'keep'; object: string; what: Keeping; size: number }
  | {
      does: 'wait';
      object: string;
      goal: 'delivered' | 'consumed';
      patience: number;
      by: 'metadata' | 'name';
    }
  // What befalls them.
  | { does: 'restart the client'; how: Death; lasts: number }
  /** It dies at the n-th operation of its disk from now on. */
  | { does: 'die amid'; how: Exclude<Death, 'closed'>; operations: number; lasts: number }
  | { does: 'restart the service'; lasts: number }
  | { does: 'fill the disk'; lasts: number }
  /** So many of a hundred operations of the disk fail. */
  | { does: 'break the disk'; lasts: number; often: number }
  | { does: 'set the clock'; by: number }
);

export type TransferOperation =
  | 'health'
  | 'list'
  | 'metadata'
  | 'status'
  | 'destinations'
  | 'data'
  | 'range'
  | 'publish'
  | 'upload'
  | 'chunk'
  | 'activate'
  | 'delete';

/** What befalls requests from a time on, at most `times` of them. */
export type TransferFault = {
  from: number;
  until: number;
  times: number;
  on: TransferOperation | 'all';
} & TransferHarm;

export type TransferHarm =
  | { harm: 'broken' | 'silence'; afterwards: boolean }
  | { harm: 'delay'; by: number; afterwards: boolean }
  | { harm: 'status'; status: number; page: boolean; afterwards: boolean }
  /** A body breaks off after this part of it: that of a request where it has one, else that of the answer. */
  | { harm: 'cut'; at: number }
  /** The answer ends there as if it were whole. */
  | { harm: 'short'; at: number }
  /** An error text behind the answer. */
  | { harm: 'more' }
  /** An empty 404 for what is there. */
  | { harm: 'not found' };
