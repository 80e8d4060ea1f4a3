import type { ObjectMetadataInput } from '../../protocol/metadata';
import { timeOfTimestamp } from '../../protocol/timestamp';
import { isLarge } from '../data/rate';
import { nameOf, type ObjectReference } from '../objects/names';

/** What is to be done with an object, as the client's methods do it. */
export type OutboxAction = 'publish' | 'metadata' | 'data' | 'activate' | 'delete';

/**
 * How an entry ends: the service has it; it was refused for good, and is among the dead letters; a later one has made it
 * needless; it expired; it made room for others, or a caller dropped it.
 */
export type OutboxOutcome = 'sent' | 'refused' | 'replaced' | 'expired' | 'dropped';

/** Why the service has not taken an entry. */
export interface OutboxReason {
  /** As in a SyncServiceError. */
  code: string;
  message: string;
  /** HTTP status, where there was an answer. */
  statusCode?: number;
}

/** An entry that waits in an outbox, or has ended there: a snapshot, taken when it was asked for. */
export interface OutboxEntry extends ObjectReference {
  /** Ascending in the order in which entries were kept; never reused. */
  readonly id: number;
  readonly action: OutboxAction;
  /** The size of its data. */
  readonly bytes: number;
  /** When it was kept, or retried, in ms since 1970. */
  readonly since: number;
  readonly state: 'waiting' | 'sending' | OutboxOutcome;
  /** How often it was tried since the outbox was opened. */
  readonly tries: number;
  /** Why it was refused, or why it still waits. */
  readonly reason?: OutboxReason;
}

/** What an action changes of its object. `whole`: nothing that was there before matters any more. */
export type Part = 'whole' | 'fields' | 'data' | 'activity' | 'existence';

const makesNeedless: Readonly<Record<Part, readonly Part[]>> = {
  whole: ['whole', 'fields', 'data', 'activity'],
  fields: ['fields'],
  data: ['data'],
  activity: ['activity'],
  existence: ['whole', 'fields', 'data', 'activity', 'existence'],
};

/** Where the record of an entry is stored. */
export interface Place {
  readonly segment: object;
  readonly start: number;
  readonly end: number;
}

/** The part of an entry that is in memory; its metadata and data are on the disk. */
export class Entry {
  state: OutboxEntry['state'] = 'waiting';
  tries = 0;
  reason: OutboxReason | undefined;
  /** How often in a row the disk failed to deliver what is to be sent. */
  misreads = 0;
  place: Place | undefined;
  /**
   * `since` on a clock that does not jump: the time of day may be set by somebody, or by the network on a gateway without
   * a clock of its own.
   */
  waitsSince = 0;
  /** How much of the log's room it takes, in bytes. */
  cost = 0;
  /** The log says that an upload of its data has begun: a process may have died during it. */
  hasBegun = false;
  /** The bytes of an earlier upload of other data of its object during which a process may have died; 0 if none. */
  followsCut = 0;
  /** That upload was before the outbox was opened: the client, which repairs cuts of its own, does not know of it. */
  isAfterDeath = false;
  /** It has ended, and is kept only because an upload of its object may have been cut and no data has followed. */
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
    /** The name of the file that has its data. */
    readonly blob: string | undefined,
  ) {}

  get key(): string {
    return nameOf(this.object);
  }

  /** Whether its data may be held back by the rate or the hours of transfers. */
  get isLarge(): boolean {
    return isLarge(this.bytes);
  }

  /** The bytes of the longest upload of its object, its own included, during which a process may have died; 0 if none. */
  get cutBytes(): number {
    return this.hasBegun ? Math.max(this.bytes, this.followsCut) : this.followsCut;
  }

  /** Whether what a cut upload has left at the service is still there after this outcome. */
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
