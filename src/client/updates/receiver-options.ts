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
   * Identifies it to siblings and after a restart; of two receivers with the same name and object type, only the first
   * has it. Without a name a receiver is forgotten when it closes.
   */
  name?: string;
  /** Time between two polls, in ms; defaults to 5,000. Receivers of one type share the shortest. */
  interval?: number;
  /** How many unacknowledged objects may be in the flow, and how many more in acknowledgement; defaults to 32. */
  window?: number;
  /** After how long without a word from the flow an object is handed out again, in ms; defaults to 300,000. */
  redeliverAfter?: number;
  /** How often a version is handed out before it is given up; defaults to 5. */
  maxAttempts?: number;
  /** Whether the first poll brings what was marked received before; defaults to true. */
  includeReceived?: boolean;
  /** Only observes: each version comes once, whatever happens to it, and no acknowledgement waits for this receiver. */
  observe?: boolean;
  /** If they differ from those of the previous receiver of this name, attempts and rests start anew. */
  settings?: string;
  /** Objects that are not accepted are left alone: neither handed out nor waited for. */
  accepts?: (object: ObjectMetadata) => boolean;
  /** Called once for a version that was handed out too often, with the last failure reported for it. */
  onExhausted?: (object: ObjectMetadata, attempts: number, error?: Error) => void;
}

export interface ReceiverState {
  /** `full`: as many objects as its window allows are in the flow. `backing-off`: a poll has failed, see `error`. */
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
  /** False skips the check that it is still that version: a newer one may be acknowledged instead. Defaults to true. */
  checkVersion?: boolean;
  /** Called with what is waited for each time that changes: other receivers, or a service that does not answer. */
  onWait?: (wait: AcknowledgementWait) => void;
}

/** The rules that a receiver's ledger follows. */
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

/**
 * @throws SyncServiceError SYNC_INVALID_ARGUMENT: an object due at NaN, or undefined, is never due, and would be looked
 *   at again and again.
 */
export function checkPause(duration: number): void {
  checkNumbers('pause', { 'The time after which an object is wanted again': duration ?? Number.NaN });
}
