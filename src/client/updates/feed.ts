import { warnIfThrown } from '../../system/listeners';
import type { CallOptions } from '../connection/options';
import type { Acknowledgement, AcknowledgeOutcome } from './acknowledgement';
import type { AcknowledgementHost, AcknowledgementTools } from './acknowledgement-host';
import { Acknowledgements } from './acknowledgements';
import type { Acknowledging } from './acknowledging';
import { Asking } from './asking';
import { type AcknowledgeDirectly, DirectAcknowledgements } from './direct-acknowledgements';
import { InHand } from './in-hand';
import { Lists } from './lists';
import { noMemory, type ReceivingMemory } from './memory';
import type { GivenUp } from './object-update';
import { Poll, type PollState } from './poll';
import { Readers } from './readers';
import { UpdateReceiver } from './receiver';
import type { ReceiverHost } from './receiver-host';
import {
  type AcknowledgeOptions,
  defaultInterval,
  defaultRedelivery,
  type ReceiverOptions,
  rulesOf,
} from './receiver-options';
import type { Settlement } from './settlement';
import type { ObjectInFlow } from './version';

export interface FeedTools extends Omit<AcknowledgementTools, 'memory'> {
  memory: ReceivingMemory;
  acknowledgeDirectly: AcknowledgeDirectly;
}

/** One object type: its poll, its receivers, and the acknowledgements under way. Lives while there is any of these. */
export class Feed implements ReceiverHost, AcknowledgementHost {
  readonly #readers: Readers;
  readonly #acknowledgements: Acknowledgements;
  readonly #asking: Asking;
  readonly #poll: Poll;

  /** @param onIdle called when nobody reads or is expected back, and nothing is being acknowledged. */
  constructor(
    readonly objectType: string,
    private readonly tools: FeedTools,
    private readonly onIdle: () => void,
  ) {
    this.#readers = new Readers(tools.clock, () => this.reconsider());
    const memory = tools.memory.acknowledgements;
    this.#acknowledgements = new Acknowledgements(this, { ...tools, memory });
    const direct = new DirectAcknowledgements(
      this.#readers,
      this.#acknowledgements,
      tools.acknowledgeDirectly,
    );
    this.#asking = new Asking(this.#readers, this.#acknowledgements, direct);
    const lists = new Lists(objectType, tools.source, this.#readers, this.#acknowledgements);
    this.#poll = new Poll(
      {
        ask: (list, signal) => lists.read(list, signal),
        interval: () => this.#readers.interval,
        onPolled: () => this.onChange(),
      },
      tools.clock,
      tools.random,
    );
    for (const name of memory.awaited(objectType)) this.#readers.expect(name, defaultRedelivery);
    if (this.#acknowledgements.size > 0) this.#poll.ring();
  }

  get pollState(): PollState {
    return this.#poll.state;
  }

  get list(): number {
    return this.#poll.count;
  }

  join(options: ReceiverOptions): UpdateReceiver {
    const { accepts, observe = false, settings = '' } = options;
    const isNamed = options.name !== undefined && !this.#readers.has(options.name);
    const name = isNamed ? String(options.name) : this.#readers.nameForUnnamed();
    const inHand = this.#inHandOf(name, isNamed && !observe, options);
    const receiver = new UpdateReceiver(name, observe, this, inHand, this.tools.clock);
    this.#readers.add(name, {
      receiver,
      inHand,
      accepts:
        accepts && ((object) => warnIfThrown('what a receiver accepts', () => accepts(object)) ?? true),
      interval: options.interval ?? defaultInterval,
      settings,
      patience: options.redeliverAfter ?? defaultRedelivery,
      plain: 'unseen',
      received: (options.includeReceived ?? true) ? 'unseen' : 'seen',
      pruned: false,
    });
    this.#poll.ring();
    return receiver;
  }

  leave({ name }: { readonly name: string }, returning: boolean): void {
    this.#readers.remove(name, returning);
    this.reconsider();
  }

  /** Stops waiting for receivers that were closed and have not come back. */
  loseAbsent(): void {
    this.#readers.loseAbsent();
  }

  ring(): void {
    this.#poll.ring();
  }

  ringGently(): void {
    this.#poll.ringGently();
  }

  wantList(): void {
    if (!this.#poll.polling) this.#poll.ringGently();
  }

  written(): Promise<void> {
    return this.tools.memory.written();
  }

  get hasPlace(): boolean {
    return this.#readers.hasPlace;
  }

  settlementOf(receiver: string): Settlement | undefined {
    return this.#readers.settlementOf(receiver);
  }

  awaited(acknowledging: Acknowledging): string[] {
    return this.#readers.awaited(acknowledging);
  }

  /** The names of the receivers that acknowledgements wait for, once per object. */
  waits(): string[] {
    return this.#acknowledgements.waits();
  }

  receivers(): UpdateReceiver[] {
    return this.#readers.present().map(({ receiver }) => receiver);
  }

  /** See Asking. */
  say(name: string | undefined, object: ObjectInFlow, word: (to: UpdateReceiver) => void): boolean {
    return this.#asking.say(name, object, word);
  }

  /** For the named receiver or, if it does not have the object, for one that does: see Asking. */
  acknowledge(
    name: string | undefined,
    object: ObjectInFlow,
    how: Acknowledgement,
    options: AcknowledgeOptions & CallOptions,
  ): Promise<AcknowledgeOutcome> {
    const outcome = this.#asking.acknowledge(name, object, how, options);
    this.onChange();
    return outcome;
  }

  reconsider(): void {
    this.#acknowledgements.reconsiderAll();
    this.onChange();
  }

  onChange(): void {
    const isIdle = this.#readers.present().length === 0 && this.#acknowledgements.size === 0;
    if (isIdle) this.#poll.pause();
    if (isIdle && this.#readers.empty) this.onIdle();
    for (const { receiver } of this.#readers.present()) receiver.stateChanged();
  }

  close(): void {
    this.#poll.close();
    this.#acknowledgements.close();
    this.#readers.close();
  }

  /** What the previous receiver of this name had in hand, if it was expected back; otherwise a new one. */
  #inHandOf(name: string, remembers: boolean, options: ReceiverOptions): InHand {
    const { clock, memory } = this.tools;
    const { settings = '' } = options;
    const before = this.#readers.comeBack(name);
    const kept = remembers ? memory.receiver(this.objectType, name, settings) : noMemory;
    if (before) {
      before.inHand.takeOver(rulesOf(options), this.#givenUp(options), before.settings !== settings);
      return before.inHand;
    }
    const siblings = this.#asking.siblingsOf(name);
    return new InHand(rulesOf(options), clock, kept, siblings, this.#givenUp(options));
  }

  #givenUp({ onExhausted }: ReceiverOptions): GivenUp {
    return ({ object, attempt }, error) => {
      warnIfThrown('what a receiver gives up', () => onExhausted?.(object, attempt, error));
      // A receiver where the object rests is no longer waited for.
      queueMicrotask(() => this.reconsider());
    };
  }
}
