import type { ObjectMetadata } from '../../protocol/metadata';
import type { SyncServiceError } from '../errors';
import { checkNumbers, wholeCount } from '../numbers';
import type { AcknowledgementWait } from './acknowledging';
import type { LedgerRules } from './ledger';

/** In ms. */
export const defaultInterval = 5_000;
export const defaultRedelivery = 300_000;

export interface ReceiverOptions {
  /**
   * What siblings and a restart know it by: of two receivers of one name and object type, the first has it. Without a
   * name a receiver is forgotten when it closes.
   */
  name?: string;
  /** Between two polls, in ms; 5,000 unless given. Receivers of one type share the shortest. */
  interval?: number;
  /** How many unacknowledged objects may be in the flow, and how many more in acknowledgement; 32 unless given. */
  window?: number;
  /** In ms, without a word from the flow; 300,000 unless given. */
  redeliverAfter?: number;
  /** How often a version is handed out before it is given up; 5 unless given. */
  maxAttempts?: number;
  /** Whether the first poll brings what was marked received before; defaults to true. */
  includeReceived?: boolean;
  /** Only looks: each version comes once, whatever happens to it, and no acknowledgement waits for this receiver. */
  observe?: boolean;
  /** When they differ from those of the receiver of this name before, attempts and rests start anew. */
  settings?: string;
  /** Objects that are not accepted are left alone: neither handed out nor waited for. */
  accepts?: (object: ObjectMetadata) => boolean;
  /** Told once a version that was handed out too often, with the last failure that was told of it. */
  onExhausted?: (object: ObjectMetadata, attempts: number, error?: Error) => void;
}

export interface ReceiverState {
  /** `full`: as many objects as its window takes are in the flow. `backing-off`: a poll has failed, see `error`. */
  phase: 'connecting' | 'connected' | 'full' | 'backing-off' | 'closed';
  /** When a poll last succeeded, in ms since 1970. */
  lastSuccess?: number;
  /** When the next poll is due. */
  nextPoll?: number;
  /** Why the last poll failed. */
  error?: SyncServiceError;
  /** Objects in the flow. */
  inFlight: number;
  /** Objects whose acknowledgement is under way. */
  acknowledging: number;
  /** Objects that were handed out too often. */
  exhausted: number;
}

export interface AcknowledgeOptions {
  /** False asks no more whether it is that version still: a newer one is acknowledged with it. Defaults to true. */
  checkVersion?: boolean;
  /** Told what is waited for, each time that it changes: other receivers, or a service that does not answer. */
  onWait?: (wait: AcknowledgementWait) => void;
}

/** What a receiver's ledger goes by. */
export function rulesOf(options: ReceiverOptions): LedgerRules {
  return {
    window: wholeCount(options.window ?? 32),
    redeliverAfter: options.redeliverAfter ?? defaultRedelivery,
    maxAttempts: wholeCount(options.maxAttempts ?? 5),
    includeReceived: options.includeReceived ?? true,
  };
}

/** @throws SyncServiceError SYNC_INVALID_ARGUMENT. */
export function checkReceiverOptions({
  interval,
  maxAttempts,
  redeliverAfter,
  window,
}: ReceiverOptions): void {
  checkNumbers('duration', { interval, redeliverAfter });
  checkNumbers('count', { maxAttempts, window });
}

/** @throws SyncServiceError SYNC_INVALID_ARGUMENT: NaN, or none, is due at no time, and would be looked at again and again. */
export function checkPause(duration: number): void {
  checkNumbers('pause', { 'The time after which an object is wanted again': duration ?? Number.NaN });
}
