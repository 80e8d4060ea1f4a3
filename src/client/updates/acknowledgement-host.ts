import type { Clock } from '../../system/clock';
import type { Random } from '../../system/random';
import type { AcknowledgementMemory } from './acknowledgement-memory';
import type { QueueTools } from './acknowledgement-queue';
import type { Acknowledging } from './acknowledging';
import type { Settlement } from './settlement';

/** What acknowledgements need from their feed. */
export interface AcknowledgementHost {
  readonly objectType: string;
  /** What the receiver of that name has in hand; undefined if there is no such receiver. */
  settlementOf(receiver: string): Settlement | undefined;
  /** Whether any receiver has a place for another acknowledgement. */
  readonly hasPlace: boolean;
  /** The names of the receivers that still have to ask. */
  awaited(acknowledging: Acknowledging): string[];
  /** The number of the list whose reading began last. */
  readonly list: number;
  /** Requests a list, which tells what became of an acknowledgement. */
  ringGently(): void;
  /** Places have become free, or were taken. */
  onChange(): void;
}

export interface AcknowledgementTools extends QueueTools {
  clock: Clock;
  random: Random;
  memory: AcknowledgementMemory;
}
