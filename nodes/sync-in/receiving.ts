import type { NodeAPI, NodeDef, NodeMessageInFlow } from 'node-red';
import type { ObjectMetadata, ReceiverOptions, ReceiverState } from '../../src/client';
import { FieldReader } from '../common/fields';
import { checkSaved } from '../common/saved-check';
import { labelsOf, type Settings, settingsOf } from '../common/settings';
import type { StatusLine } from '../common/status';
import { TypedFields } from '../common/typed';
import { fillSettings, variablesOf } from '../common/variables';
import type { ServiceConnection } from '../sync-service/connection';
import { outageOf, useService } from '../sync-service/use';
import { Away } from './away';
import { table } from './fields';
import { isDone, isWanted, type Wanted } from './filter';
import { Intake, type Output } from './intake';
import { LastingWindow } from './lasting-window';
import texts from './locales/en-US/sync-in.json';
import type { Reports } from './reports';
import { statusOf } from './status';
import { Subscriptions } from './subscriptions';
import { noWebhook, type SyncInNode, useWebhook, type Webhook } from './webhook';

const outputs: readonly Output[] = ['updated', 'deleted', 'givenUp'];
const labels = labelsOf(texts['sync-in']);

/** What a sync-in does from its start to its end: its object types, their messages, its webhook, and what it says of them. */
export class Receiving {
  readonly #settings: Settings<typeof table.fields>;
  readonly #connection: ServiceConnection;
  readonly #fields: TypedFields;
  readonly #wanted: Wanted;
  readonly #away: Away;
  readonly #window: LastingWindow;
  readonly #intake: Intake;
  readonly #webhook: Webhook;
  readonly #subscriptions: Subscriptions;
  /** Why there is no webhook. */
  #refused: string | undefined;

  /** @throws NodeFailure where what the dialog has saved, or its service, cannot be used. */
  constructor(
    private readonly RED: NodeAPI,
    private readonly node: SyncInNode,
    config: NodeDef,
    private readonly status: StatusLine,
    reports: Reports,
  ) {
    checkSaved(table, config, labels, node);
    // Before the service is used: a node that fails here has no close handler to let go of it.
    this.#settings = fillSettings(table, settingsOf(table, config), variablesOf(RED, node), labels);
    this.#connection = useService(RED, node, this.#settings.service);
    const { clock } = this.#connection;
    this.#fields = new TypedFields(new FieldReader(RED, node, clock), table, labels, config);
    this.#wanted = { ...this.#settings, objectID: '' };
    status.addRemark(this.#connection.remark);
    this.#away = new Away(outageOf(RED, this.#settings.service), reports);
    this.#window = new LastingWindow(clock, node);
    this.#intake = this.#makeIntake(reports);
    this.#webhook = this.#makeWebhook();
    this.#subscriptions = new Subscriptions(this.#intake, (objectTypes) => {
      this.#webhook.retarget(objectTypes);
      this.#showState();
    });
  }

  get objectTypes(): readonly string[] {
    return this.#subscriptions.objectTypes;
  }

  /** Receives what the dialog names. */
  async start(): Promise<void> {
    this.status.show({ fill: 'yellow', shape: 'ring', text: 'node-red:common.status.connecting' });
    this.#wanted.objectID = (await this.#fields.text('objectID', {})) ?? '';
    await this.#subscriptions.start(this.#fields, this.#settings.inputs === '1');
  }

  /** Does what a message says. Throws NodeFailure. */
  handle(message: NodeMessageInFlow): Promise<void> {
    return this.#subscriptions.handle(message);
  }

  /** @returns once its webhook has gone; the connection is used until nothing is under way any more. */
  close(): Promise<void> {
    this.#intake.close();
    this.#away.close();
    this.#window.close();
    this.status.close();
    const closed = this.#webhook.close();
    void Promise.allSettled([closed, this.#intake.settled()]).then(() =>
      this.#connection.deregister(this.node),
    );
    return closed;
  }

  #makeIntake(reports: Reports): Intake {
    const { acknowledge, service } = this.#settings;
    const now = (): number => this.#connection.clock.now();
    return new Intake(this.#connection, {
      nodeID: this.node.id,
      service,
      receiver: this.#receiverOptions(),
      acknowledge,
      isDone: (object) => acknowledge !== 'look' && isDone(object, this.#wanted, now()),
      send: (message, output) => this.node.send(outputs.map((each) => (each === output ? message : null))),
      onState: (told) => this.#stateChanged(told),
      onUnopened: (error) => this.#away.unanswered(error),
      onError: (error, object) => reports.failed(error, object),
    });
  }

  #receiverOptions(): ReceiverOptions {
    const { interval, window, redeliverAfter, maxAttempts, received } = this.#settings;
    return {
      interval,
      window,
      redeliverAfter,
      maxAttempts,
      includeReceived: received,
      settings: JSON.stringify({ ...this.#settings, name: '' }),
      accepts: (object) => isWanted(object, this.#wanted, this.#connection.clock.now()),
      onExhausted: (object, attempts, error) => this.#warnOfGivenUp(object, attempts, error),
    };
  }

  #makeWebhook(): Webhook {
    const { baseURL, trigger } = this.#settings;
    if (trigger !== 'webhook') return noWebhook;
    const parts = { connection: this.#connection, ring: () => this.#intake.ring() };
    return useWebhook(this.RED, this.node, baseURL, parts, (reason) => this.#webhookChanged(reason));
  }

  #webhookChanged(reason: string | undefined): void {
    if (this.#refused !== undefined && reason === undefined) this.node.log('The webhook works');
    this.#refused = reason;
    if (reason) this.node.warn(`The webhook does not work, so the service is only polled: ${reason}`);
    this.#showState();
  }

  #stateChanged(told: ReceiverState | undefined): void {
    const { states } = this.#intake;
    this.#away.states(states, told);
    this.#window.states(states);
    this.#showState();
  }

  #showState(): void {
    this.status.follow(() => {
      const of = { refused: this.#refused !== undefined, subscribed: this.#subscribed() };
      return statusOf(this.#intake.states.all(), of, this.#connection.clock.now());
    });
  }

  /** How many object types; some, while the node is being made. */
  #subscribed(): number {
    return this.#subscriptions?.objectTypes.length ?? 1;
  }

  #warnOfGivenUp({ objectType, objectID }: ObjectMetadata, attempts: number, error: Error | undefined): void {
    const why = error ? ` (${error.message})` : '';
    this.node.warn(
      `${objectType}/${objectID} is given up after ${attempts} attempts: it rests until it changes${why}`,
    );
  }
}
