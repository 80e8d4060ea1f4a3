import '../common/node-version';
import type { NodeAPI, NodeDef } from 'node-red';
import { toNodeFailure } from '../common/failure';
import { FieldReader } from '../common/fields';
import { refuseMessages } from '../common/input';
import { Reply } from '../common/reply';
import { checkSaved } from '../common/saved-check';
import { labelsOf, settingsOf } from '../common/settings';
import { StatusLine } from '../common/status';
import { credentialsOf } from '../common/table';
import { TypedFields } from '../common/typed';
import { fillSettings, variablesOf } from '../common/variables';
import { outageOf, useService } from '../sync-service/use';
import { Away } from './away';
import { table } from './fields';
import { isDone, isWanted, type Wanted } from './filter';
import { Intake, type Output } from './intake';
import { LastingWindow } from './lasting-window';
import texts from './locales/en-US/sync-in.json';
import { Reports } from './reports';
import { statusOf } from './status';
import { Subscriptions } from './subscriptions';
import { noWebhook, type SyncInCredentials, type SyncInNode, useWebhook } from './webhook';

const outputs: readonly Output[] = ['updated', 'deleted', 'givenUp'];
const labels = labelsOf(texts['sync-in']);

export default function (RED: NodeAPI): void {
  function SyncIn(this: SyncInNode, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    const status = new StatusLine(RED, this);
    const reports = new Reports(RED, this, status, () => subscriptions?.objectTypes ?? []);
    this.on('close', () => reports.close());
    let subscriptions: Subscriptions | undefined;
    let refused: string | undefined;
    try {
      checkSaved(table, config, labels, this);
      // Before the service is used: a node that fails here has no close handler to let go of it.
      const settings = fillSettings(table, settingsOf(table, config), variablesOf(RED, this), labels);
      const connection = useService(RED, this, settings.service);
      const { clock } = connection;
      const fields = new TypedFields(new FieldReader(RED, this, clock), table, labels, config);
      const wanted: Wanted = { ...settings, objectID: '' };
      status.addRemark(connection.remark);
      const showState = (): void =>
        status.follow(() => {
          const of = { refused: refused !== undefined, subscribed: subscriptions?.objectTypes.length ?? 1 };
          return statusOf(intake.states.all(), of, clock.now());
        });
      const away = new Away(outageOf(RED, settings.service), reports);
      const window = new LastingWindow(clock, this);
      const intake = new Intake(connection, {
        nodeID: this.id,
        service: settings.service,
        receiver: {
          interval: settings.interval,
          window: settings.window,
          redeliverAfter: settings.redeliverAfter,
          maxAttempts: settings.maxAttempts,
          includeReceived: settings.received,
          settings: JSON.stringify({ ...settings, name: '' }),
          accepts: (object) => isWanted(object, wanted, clock.now()),
          onExhausted: ({ objectType, objectID }, attempts, error) =>
            this.warn(
              `${objectType}/${objectID} is given up after ${attempts} attempts: it rests until it changes${error ? ` (${error.message})` : ''}`,
            ),
        },
        acknowledge: settings.acknowledge,
        isDone: (object) => settings.acknowledge !== 'look' && isDone(object, wanted, clock.now()),
        send: (message, output) => this.send(outputs.map((each) => (each === output ? message : null))),
        onState: (told) => {
          away.states(intake.states, told);
          window.states(intake.states);
          showState();
        },
        onUnopened: (error) => away.unanswered(error),
        onError: (error, object) => reports.failed(error, object),
      });
      const onWebhook = (reason: string | undefined): void => {
        if (refused !== undefined && reason === undefined) this.log('The webhook works');
        refused = reason;
        if (reason) this.warn(`The webhook does not work, so the service is only polled: ${reason}`);
        showState();
      };
      const webhook =
        settings.trigger === 'webhook'
          ? useWebhook(RED, this, settings.baseURL, { connection, ring: () => intake.ring() }, onWebhook)
          : noWebhook;
      const all = new Subscriptions(intake, (objectTypes) => {
        webhook.retarget(objectTypes);
        showState();
      });
      subscriptions = all;
      this.on('input', (message, send, done) => {
        const reply = new Reply(this, message, send, done);
        all.handle(message).then(
          () => reply.finish(),
          (error: unknown) => {
            const failure = toNodeFailure(error);
            status.showFault(failure);
            reply.fail(failure);
          },
        );
      });
      this.on('close', (done: () => void) => {
        intake.close();
        away.close();
        window.close();
        status.close();
        const closed = webhook.close().catch((error: unknown) => this.warn(toNodeFailure(error).message));
        void closed.then(done);
        void Promise.all([closed, intake.settled()]).then(() => connection.deregister(this));
      });
      status.show({ fill: 'yellow', shape: 'ring', text: 'node-red:common.status.connecting' });
      const start = async (): Promise<void> => {
        wanted.objectID = (await fields.text('objectID', {})) ?? '';
        await all.start(fields, settings.inputs === '1');
      };
      start().catch((error: unknown) => reports.failed(error));
    } catch (error) {
      reports.failed(error);
      refuseMessages(this, toNodeFailure(error));
    }
  }

  RED.nodes.registerType<SyncInNode, NodeDef, object, SyncInCredentials>('sync-in', SyncIn, {
    credentials: credentialsOf(table),
  });
}
