import type { ObjectMetadataInput } from '../../protocol/metadata';
import { timeOfTimestamp } from '../../protocol/timestamp';
import { isLarge } from '../data/rate';
import type { ObjectReference } from '../objects/names';

/** What is to be done with an object: as the methods of the client do it. */
export type OutboxAction = 'publish' | 'metadata' | 'data' | 'activate' | 'delete';

/**
 * How an entry ends: the service has it; it was refused for good, and is among the dead letters; a later one has made it
 * needless; its time was over; it made room for others, or somebody dropped it.
 */
export type OutboxOutcome = 'sent' | 'refused' | 'replaced' | 'expired' | 'dropped';

/** Why the service has not taken an entry. */
export interface OutboxReason {
  /** As that of a SyncServiceError. */
  code: string;
  message: string;
  /** HTTP status, where there was an answer. */
  statusCode?: number;
}

/** What waits in an outbox, or has ended there: as it was when it was asked for. */
export interface OutboxEntry extends ObjectReference {
  /** In the order in which entries were kept; never given twice. */
  readonly id: number;
  readonly action: OutboxAction;
  /** Of its data. */
  readonly bytes: number;
  /** When it was kept, or retried, in ms since 1970. */
  readonly since: number;
  readonly state: 'waiting' | 'sending' | OutboxOutcome;
  /** How often it was tried since the outbox was opened. */
  readonly tries: number;
  /** Why it was refused, or why it still waits. */
  readonly reason?: OutboxReason;
}

/** What an action changes of its object. `whole`: whatever was there is of no account any more. */
export type Part = 'whole' | 'fields' | 'data' | 'activity' | 'existence';

const makesNeedless: Readonly<Record<Part, readonly Part[]>> = {
  whole: ['whole', 'fields', 'data', 'activity'],
  fields: ['fields'],
  data: ['data'],
  activity: ['activity'],
  existence: ['whole', 'fields', 'data', 'activity', 'existence'],
};

/** Where the record of an entry stands. */
export interface Place {
  readonly segment: object;
  readonly start: number;
  readonly end: number;
}

/** What of an entry is in memory; its metadata and data are on the disk. */
export class Entry {
  state: OutboxEntry['state'] = 'waiting';
  tries = 0;
  reason: OutboxReason | undefined;
  /** How often in a row the disk did not give what is to be sent. */
  misreads = 0;
  place: Place | undefined;
  /** `since` on a clock that does not jump: somebody may set the time of day, or a gateway without a clock of its own hear of it. */
  waitsSince = 0;
  /** How much of the room for the log it takes, in bytes. */
  cost = 0;
  /** It is written down that an upload of its data has begun: a process may have died amid it. */
  hasBegun = false;
  /** So may one have amid an upload of other data of its object, which it has replaced: of so many bytes; 0 of none. */
  followsCut = 0;
  /** That was before the outbox was opened: the client, which sees to what it has cut itself, knows nothing of it. */
  isAfterDeath = false;
  /** It has ended, and is kept for this alone: an upload of its object may have been cut, and no data has followed. */
  isCut = false;

  /** @param expiration of the object, in ms since 1970. */
  constructor(
    readonly id: number,
    readonly action: OutboxAction,
    readonly part: Part,
    readonly object: ObjectReference,
    public since: number,
    readonly expiration: number | undefined,
    readonly bytes: number,
    /** Of the file that has its data. */
    readonly blob: string | undefined,
  ) {}

  get key(): string {
    return keyOf(this.object);
  }

  /** Whether its data may be held back on the way. */
  get isLarge(): boolean {
    return isLarge(this.bytes);
  }

  get hasEnded(): boolean {
    return this.state !== 'waiting' && this.state !== 'sending';
  }

  /** Of the longest upload of its object, its own among them, amid which a process may have died, in bytes; 0 of none. */
  get cutBytes(): number {
    return this.hasBegun ? Math.max(this.bytes, this.followsCut) : this.followsCut;
  }

  /** Whether what a cut upload has left at the service is there still when it has ended so. */
  leavesCut(outcome: OutboxOutcome): boolean {
    const isHealed = outcome === 'sent' && (this.action === 'publish' || this.action === 'data');
    return !isHealed && this.cutBytes > 0;
  }

  /** Whether an earlier one for the same object need not be sent. */
  replaces(earlier: Entry): boolean {
    return makesNeedless[this.part].includes(earlier.part);
  }

  view(): OutboxEntry {
    const { action, bytes, id, object, reason, since, state, tries } = this;
    const { objectType, objectID } = object;
    return { id, action, objectType, objectID, bytes, since, state, tries, ...(reason && { reason }) };
  }
}

export function keyOf({ objectType, objectID }: ObjectReference): string {
  return `${objectType}/${objectID}`;
}

export function partOf(action: OutboxAction, metaOnly: boolean): Part {
  switch (action) {
    case 'publish':
      return 'whole';
    case 'metadata':
      return metaOnly ? 'fields' : 'whole';
    case 'data':
      return 'data';
    case 'activate':
      return 'activity';
    case 'delete':
      return 'existence';
  }
}

/** In ms since 1970; undefined where an object has none. */
export function expirationOf(metadata: ObjectMetadataInput | undefined): number | undefined {
  return metadata?.expiration ? timeOfTimestamp(metadata.expiration) : undefined;
}
