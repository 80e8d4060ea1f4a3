import type { Clock } from '../../system/clock';
import type { Random } from '../../system/random';
import type { AcknowledgementMemory } from './acknowledgement-memory';
import type { QueueTools } from './acknowledgement-queue';
import type { Acknowledging } from './acknowledging';
import type { Settlement } from './settlement';

/** What acknowledgements ask of the feed that they belong to. */
export interface AcknowledgementHost {
  readonly objectType: string;
  /** What a receiver has in hand, by its name; undefined where there is none of that name. */
  settlementOf(receiver: string): Settlement | undefined;
  /** Whether another acknowledgement may be under way for any receiver. */
  readonly hasPlace: boolean;
  /** The names of the receivers that still have to ask. */
  awaited(acknowledging: Acknowledging): string[];
  /** The number of the list that began last. */
  readonly list: number;
  /** A list is wanted: it tells what became of an acknowledgement. */
  ringGently(): void;
  /** Places have become free, or were taken. */
  onChange(): void;
}

export interface AcknowledgementTools extends QueueTools {
  clock: Clock;
  random: Random;
  memory: AcknowledgementMemory;
}
