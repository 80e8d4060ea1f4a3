/**
 * All that will happen in one history, decided before it begins: made from a seed, made smaller when it fails, and
 * written as JSON. Times are in ms from the start.
 */
export interface Plan extends ApplicationPlan {
  seed: number;
  /** A CSS has all an ESS has, but nothing above it that could be away. */
  service: 'ESS' | 'CSS';
  /** A service's own credentials are refused with 403 wherever a user's find nothing. */
  credentials: 'user' | 'service';
  /** Of a request or of an answer on its way, at least and at most. */
  latency: readonly [number, number];
  /** Other applications of the same edge, each with a client, a disk and flows of its own. */
  others?: readonly ApplicationPlan[];
  steps: readonly Step[];
  faults: readonly Fault[];
}

export interface ApplicationPlan {
  /** Whether the client keeps what it knows on its disk. */
  journal: boolean;
  receivers: readonly ReceiverPlan[];
}

export interface ReceiverPlan {
  name: string;
  /** When its sync-in is there; the client opens its feed then. */
  joins: number;
  interval: number;
  window: number;
  redeliverAfter: number;
  maxAttempts: number;
  includeReceived: boolean;
  /** It only looks. */
  observes: boolean;
  /** The objects that it does not take. */
  refuses: readonly string[];
  /** It is read in batches. */
  inBatches?: boolean;
  /** What its flow does with what it is handed first, second, ...; then it consumes at once. */
  deeds: readonly Deed[];
}

/** What a flow does with an object, so many ms after it was handed. */
export type Deed = { after: number } & (
  | { does: 'nothing' }
  | LastWord
  /** `again`: and once more, so many ms later. */
  | { does: 'consume twice' | 'receive, then consume'; again: number }
  /** A node failed on it, by its data or by the line; `afterwards`, so many ms later, a Catch node has its say. */
  | { does: 'fail'; cause: 'data' | 'line'; afterwards?: LastWord & { after: number } }
  /** Works on it, and says so each `every` ms, before it consumes it. */
  | { does: 'work on'; every: number }
  /** Changes what it was handed before it consumes it: another name, a rounded version, or a word in its text. */
  | { does: 'rename' | 'round' | 'scribble' }
  /** Consumes whatever version is there. */
  | { does: 'consume any version' }
  /** Consumes it by the client, without saying who had it. */
  | { does: 'drop delivery' }
);

/** What a flow may say of an object, also of one that a node failed on. */
export type LastWord = { does: 'consume' | 'receive' | 'reject' } | { does: 'give back'; again: number };

/** What somebody does to the service or to the client. */
export type Step = { at: number } & (
  | { does: 'publish'; object: string; consumers: number; arrival: number }
  /** New metadata for the data that is there. */
  | { does: 'describe'; object: string }
  /** Or sent elsewhere from now on: the same for an edge. */
  | { does: 'delete'; object: string }
  /** An edge is not told of it. */
  | { does: 'expire'; object: string }
  /** It was marked received before this client ever ran. */
  | { does: 'mark received'; object: string }
  /** Another application consumes it. */
  | { does: 'consume elsewhere'; object: string }
  | { does: 'lose the cloud'; lasts: number }
  | { does: 'restart the service'; lasts: number; forgets: boolean }
  /** `application`: of the others, counted from 1; the first where it is left out. */
  | {
      does: 'restart the client';
      how: Death;
      lasts: number;
      keepsMessages: boolean;
      application?: number;
      without?: string;
    }
  /** Receivers go, and come again; who has not by then will not. `without`: one of them does not. */
  | { does: 'deploy'; lasts: number; without?: string }
  | { does: 'leave'; receiver: string; lasts: number }
  /** And never comes again. */
  | { does: 'go'; receiver: string }
  | { does: 'ring'; receiver: string }
  /** Somebody wants attempts and rests forgotten: of one object, or of all. */
  | { does: 'try again'; object?: string }
  | { does: 'set the clock'; by: number }
);

/** `killed`: what was written is there. `power cut`: only what was synced is. */
export type Death = 'closed' | 'killed' | 'power cut';

/** What befalls requests from a time on, at most `times` of them. */
export type Fault = {
  from: number;
  until: number;
  times: number;
  on: Operation | 'all';
} & Harm;

export type Operation = 'list' | 'received list' | 'metadata' | 'status' | 'data' | 'mark' | 'health';

export type Harm =
  /** The connection breaks, before the service has the request or after. */
  | { harm: 'broken'; code: string; afterwards: boolean }
  /** Nobody answers, ever. */
  | { harm: 'silence'; afterwards: boolean }
  | { harm: 'delay'; by: number; afterwards: boolean }
  /** Something between answers in the service's place. */
  | { harm: 'status'; status: number; retryAfter?: number; page: boolean; afterwards: boolean }
  /** The right answer, with this of its body. */
  | { harm: 'body'; body: 'page' | 'nothing' | 'garbage' | 'half' | 'cut' | 'drip' | WrongShape }
  | { harm: 'other kind' }
  /** An empty 404 for an object that is there. */
  | { harm: 'not found' }
  /** Another version than the list shows. */
  | { harm: 'other version' }
  /** A mark is answered as it should be, and the service forgets it. */
  | { harm: 'forgotten' };

/** JSON that is no list of objects; `null` is one without any, in the service's language. */
export type WrongShape = 'object' | 'text' | 'null entries' | 'bare entries' | 'nameless entries';
