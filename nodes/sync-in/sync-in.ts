import '../common/node-version';
import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { ReceiverState } from '../../src/client';
import { invalidInput, toNodeFailure } from '../common/failure';
import { type Settings, settingsOf } from '../common/settings';
import { StatusLine } from '../common/status';
import { credentialsOf } from '../common/table';
import { wordsOf } from '../common/words';
import type { ServiceConnection } from '../sync-service/connection';
import { useService } from '../sync-service/use';
import { Doorbell } from './doorbell';
import { table } from './fields';
import { isDone, isWanted } from './filter';
import { answerHook, hookURL, instancePath, newHookPath } from './hooks';
import { Intake, type Output } from './intake';
import { LastingWindow } from './lasting-window';
import { Reports } from './reports';
import { statusOf } from './status';

type SyncInSettings = Settings<typeof table.fields>;

interface SyncInCredentials {
  /** The path of the webhook: kept, so that it is the same after a restart or a crash. */
  hookPath?: string;
}

type SyncInNode = Node<SyncInCredentials>;

const outputs: readonly Output[] = ['updated', 'deleted', 'givenUp'];

export default function (RED: NodeAPI): void {
  function SyncIn(this: SyncInNode, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    const status = new StatusLine(RED, this);
    const settings = settingsOf(table, config);
    const reports = new Reports(RED, this, status, () => wordsOf(settings.objectTypes));
    this.on('close', () => reports.close());
    let states: ReceiverState[] = [];
    let noWebhook: string | undefined;
    try {
      // Before the service is used: a node that fails here has no close handler to let go of it.
      const objectTypes = objectTypesOf(settings);
      const connection = useService(RED, this, settings.service);
      const { clock } = connection;
      status.addRemark(connection.remark);
      const showState = (): void =>
        status.follow(() => statusOf(states, noWebhook !== undefined, clock.now()));
      const window = new LastingWindow(clock, this);
      const intake = new Intake(connection, {
        nodeID: this.id,
        service: settings.service,
        objectTypes,
        receiver: {
          interval: settings.interval,
          window: settings.window,
          redeliverAfter: settings.redeliverAfter,
          maxAttempts: settings.maxAttempts,
          includeReceived: settings.received,
          settings: JSON.stringify({ ...settings, name: '' }),
          accepts: (object) => isWanted(object, settings, clock.now()),
          onExhausted: ({ objectType, objectID }, attempts, error) =>
            this.warn(
              `${objectType}/${objectID} is given up after ${attempts} attempts: it rests until it changes${error ? ` (${error.message})` : ''}`,
            ),
        },
        acknowledge: settings.acknowledge,
        isDone: (object) => settings.acknowledge !== 'look' && isDone(object, settings, clock.now()),
        send: (message, output) => this.send(outputs.map((each) => (each === output ? message : null))),
        onState: (current) => {
          states = current;
          reports.states(current);
          window.states(current);
          showState();
        },
        onUnopened: (error) => reports.unanswered(error),
        onError: (error, object) => reports.failed(error, object),
      });
      const webhook =
        settings.trigger === 'webhook' &&
        useWebhook(RED, this, settings, { connection, objectTypes, intake }, (refused) => {
          if (noWebhook !== undefined && refused === undefined) this.log('The webhook works');
          noWebhook = refused;
          if (refused) this.warn(`The webhook does not work, so the service is only polled: ${refused}`);
          showState();
        });
      this.on('close', (done: () => void) => {
        intake.close();
        window.close();
        status.close();
        const closed = (webhook ? webhook() : Promise.resolve()).catch((error: unknown) =>
          this.warn(toNodeFailure(error).message),
        );
        void closed.then(done);
        void Promise.all([closed, intake.settled()]).then(() => connection.deregister(this));
      });
      status.show({ fill: 'yellow', shape: 'ring', text: 'node-red:common.status.connecting' });
      void intake.start();
    } catch (error) {
      reports.failed(error);
    }
  }

  RED.nodes.registerType<SyncInNode, NodeDef, object, SyncInCredentials>('sync-in', SyncIn, {
    credentials: credentialsOf(table),
  });
}

/** @returns what ends it. */
function useWebhook(
  RED: NodeAPI,
  node: SyncInNode,
  { baseURL }: SyncInSettings,
  of: { connection: ServiceConnection; objectTypes: readonly string[]; intake: Intake },
  onChange: (refused: string | undefined) => void,
): () => Promise<void> {
  const refused = reasonAgainstWebhook(RED, baseURL);
  if (refused) {
    onChange(refused);
    return () => Promise.resolve();
  }
  const path = hookPathOf(RED, node);
  const { connection, objectTypes, intake } = of;
  const ring = (): void => intake.ring();
  const stopAnswering = answerHook(RED.httpNode, path, ring);
  const listener = { onChange, onRegistered: ring };
  const url = hookURL(baseURL, path);
  const doorbell = new Doorbell(() => connection.client(), objectTypes, url, listener, connection.clock);
  doorbell.start();
  return () => {
    stopAnswering();
    return doorbell.close();
  };
}

function reasonAgainstWebhook(RED: NodeAPI, baseURL: string): string | undefined {
  const settings = RED.settings as { httpNodeRoot?: string | false; httpNodeAuth?: unknown };
  if (!baseURL) return 'it has no base URL';
  if (!RED.httpNode || settings.httpNodeRoot === false) return 'Node-RED has no HTTP server for nodes';
  // The service calls without credentials.
  if (settings.httpNodeAuth) return 'Node-RED asks for a password (httpNodeAuth)';
  return undefined;
}

/** The editor makes the path when the node is added; a flow that came another way gets one now, kept by the next deploy. */
function hookPathOf(RED: NodeAPI, node: SyncInNode): string {
  const template = (node as SyncInNode & { _alias?: string })._alias;
  let hookPath = node.credentials?.hookPath;
  if (!hookPath) {
    hookPath = newHookPath();
    RED.nodes.addCredentials(template ?? node.id, { hookPath });
  }
  return template ? instancePath(hookPath, node.id) : hookPath;
}

function objectTypesOf({ objectTypes }: SyncInSettings): string[] {
  const types = wordsOf(objectTypes);
  if (types.length === 0) throw invalidInput('Enter an object type');
  return Array.from(new Set(types));
}
