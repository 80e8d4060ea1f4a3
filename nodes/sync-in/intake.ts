import type { NodeMessage } from 'node-red';
import type {
  ObjectMetadata,
  ObjectUpdate,
  ReceiverOptions,
  ReceiverState,
  SyncServiceClient,
  UpdateReceiver,
} from '../../src/client';
import type { Timer } from '../../src/system/clock';
import { toNodeFailure } from '../common/failure';
import { metrics } from '../common/metrics/metrics';
import { notPassedOn } from '../common/reply';
import type { ServiceConnection } from '../sync-service/connection';
import { States } from './states';

/** Until opening the client is tried again, in ms: the local service may find its port free later. */
const reopenAfter = 5_000;

export interface IntakeOptions {
  nodeID: string;
  /** The ID of the sync-service. */
  service: string;
  receiver: ReceiverOptions;
  /** Who acknowledges: sync-consume nodes, this one once the message is sent, or nobody since it only looks. */
  acknowledge: 'flow' | 'delivery' | 'look';
  /** What is acknowledged and not handed out. */
  isDone(object: ObjectMetadata): boolean;
  send(message: NodeMessage, output: Output): void;
  /** @param told what one of the receivers says now; undefined where one was left. */
  onState(told: ReceiverState | undefined): void;
  /** The client cannot be opened; it is tried again. */
  onUnopened(error: unknown): void;
  onError(error: unknown, object?: ObjectMetadata): void;
}

export type Output = 'updated' | 'deleted' | 'givenUp';

/** Receives the updates of object types and makes messages of them. */
export class Intake {
  readonly states = new States();
  readonly #wanted = new Set<string>();
  readonly #receivers = new Map<string, UpdateReceiver>();
  readonly #unwatch = new Map<string, () => void>();
  readonly #acknowledging = new Set<Promise<unknown>>();
  #retry: Timer | undefined;
  #closed = false;

  constructor(
    private readonly connection: ServiceConnection,
    private readonly options: IntakeOptions,
  ) {}

  /** Receives these, too. */
  async subscribe(objectTypes: readonly string[]): Promise<void> {
    for (const objectType of objectTypes) this.#wanted.add(objectType);
    await this.#open();
  }

  /** Receives these no more. Nobody waits for this node's word on them. */
  unsubscribe(objectTypes: readonly string[]): void {
    for (const objectType of objectTypes) {
      this.#wanted.delete(objectType);
      this.#receivers.get(objectType)?.close();
      this.#receivers.delete(objectType);
      this.states.delete(objectType);
      this.#unwatch.get(objectType)?.();
      this.#unwatch.delete(objectType);
    }
    this.options.onState(undefined);
  }

  /** Looks for updates now. */
  ring(): void {
    for (const receiver of this.#receivers.values()) receiver.ring();
  }

  close(): void {
    this.#closed = true;
    this.#retry?.cancel();
    for (const unwatch of this.#unwatch.values()) unwatch();
    // Node-RED does not tell whether the node comes again: it says so of some that do not. Its next start does.
    for (const receiver of this.#receivers.values()) receiver.close({ returning: true });
  }

  /** Resolves once nothing that was asked of the service is under way any more. */
  async settled(): Promise<void> {
    await Promise.all(this.#acknowledging);
  }

  async #open(): Promise<void> {
    this.#retry?.cancel();
    try {
      const client = await this.connection.client();
      if (this.#closed) return;
      for (const objectType of this.#wanted) {
        if (!this.#receivers.has(objectType)) this.#receive(client, objectType);
      }
    } catch (error) {
      if (this.#closed) return;
      this.options.onUnopened(error);
      this.#retry?.cancel();
      this.#retry = this.connection.clock.after(reopenAfter, () => void this.#open());
    }
  }

  #receive(client: SyncServiceClient, objectType: string): void {
    const receiver = client.pollForUpdates(objectType, {
      ...this.options.receiver,
      name: this.options.nodeID,
      observe: this.options.acknowledge === 'look',
      onExhausted: (object, attempts, error) => this.#giveUp(object, attempts, error),
    });
    this.#receivers.set(objectType, receiver);
    const { service } = this.options;
    const watched = { service, objectType, state: () => receiver.state };
    this.#unwatch.set(objectType, metrics.watchReceiver(watched));
    this.states.set(objectType, receiver.state);
    receiver.onState((state) => {
      if (state.error) metrics.pollFailed(state.error);
      // One that is unsubscribed still has something to say as it closes.
      if (this.#receivers.get(objectType) !== receiver) return;
      this.states.set(objectType, state);
      this.options.onState(state);
    });
    this.#handOut(receiver).catch((error: unknown) => this.options.onError(error));
  }

  async #handOut(receiver: UpdateReceiver): Promise<void> {
    for await (const batch of receiver.batches()) {
      for (const update of batch) {
        if (this.options.isDone(update.object)) this.#acknowledge(receiver, update.object);
        else if (this.#send(receiver, update) && this.options.acknowledge === 'delivery') {
          this.#acknowledge(receiver, update.object);
        }
      }
    }
  }

  /** Node-RED copies a message for its second wire, and throws at what it cannot copy: the others must go on. */
  #send(receiver: UpdateReceiver, update: ObjectUpdate): boolean {
    try {
      const delivery = { attempt: update.attempt, redelivered: update.redelivered };
      this.options.send(
        this.#message(update.object, delivery),
        update.object.deleted ? 'deleted' : 'updated',
      );
      metrics.handedOut(update.object.objectType, update.redelivered);
      return true;
    } catch (thrown) {
      const failure = notPassedOn(thrown);
      receiver.release(update.object, failure);
      this.options.onError(failure, update.object);
      return false;
    }
  }

  #acknowledge(receiver: UpdateReceiver, object: ObjectMetadata): void {
    const acknowledging = receiver
      .acknowledge(object)
      .catch((error: unknown) => {
        // What was not acknowledged by a node that is gone is handed out again by its successor.
        if (!this.#closed) this.options.onError(error, object);
      })
      .finally(() => this.#acknowledging.delete(acknowledging));
    this.#acknowledging.add(acknowledging);
  }

  #giveUp(object: ObjectMetadata, attempt: number, error: Error | undefined): void {
    metrics.givenUp(object.objectType);
    this.options.receiver.onExhausted?.(object, attempt, error);
    const failure = error && toNodeFailure(error);
    const told = failure && { error: { code: failure.code, message: failure.message } };
    try {
      this.options.send(
        this.#message(object, { attempt, redelivered: true, givenUp: true, ...told }),
        'givenUp',
      );
    } catch (thrown) {
      this.options.onError(notPassedOn(thrown), object);
    }
  }

  #message(object: ObjectMetadata, delivery: object): NodeMessage {
    return {
      topic: `${object.objectType}/${object.objectID}`,
      // A copy: a flow that changes the payload must not change what it acknowledges.
      payload: structuredClone(object),
      object,
      delivery: { ...delivery, receiver: this.options.nodeID },
    };
  }
}
