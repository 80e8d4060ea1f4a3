import type { Acknowledgement, AcknowledgeOutcome } from './acknowledgement';
import type { PollState } from './poll';
import type { AcknowledgeOptions } from './receiver-options';
import type { ObjectInFlow } from './version';

/** What a receiver asks of the feed that it belongs to. */
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
  /** The receiver's word on an object has changed. */
  reconsider(): void;
  leave(receiver: { readonly name: string }, returning: boolean): void;
  /** Resolves once what was noted of hand-outs is written. */
  written(): Promise<void>;
}
