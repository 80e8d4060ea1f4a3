import type { Acknowledgement, AcknowledgeOutcome } from './acknowledgement';
import type { PollState } from './poll';
import type { AcknowledgeOptions } from './receiver-options';
import type { ObjectInFlow } from './version';

/** What a receiver needs from its feed. */
export interface ReceiverHost {
  readonly objectType: string;
  readonly pollState: PollState;
  ring(): void;
  /** A list is needed to hand out more. */
  wantList(): void;
  acknowledge(
    receiver: string,
    object: ObjectInFlow,
    how: Acknowledgement,
    options: AcknowledgeOptions,
  ): Promise<AcknowledgeOutcome>;
  /** What the receiver says about an object has changed. */
  reconsider(): void;
  leave(receiver: { readonly name: string }, returning: boolean): void;
  /** Resolves once all notes about hand-outs are written. */
  written(): Promise<void>;
}
