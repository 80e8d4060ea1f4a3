import '../common/node-version';
import type { Node, NodeAPI, NodeDef } from 'node-red';
import { invalidInput, LoggedFailure, NodeFailure } from '../common/failure';
import { FieldReader } from '../common/fields';
import { construct, type Handler, handleInput } from '../common/input';
import { labelsOf, settingsOf } from '../common/settings';
import { StatusLine } from '../common/status';
import { Stopping } from '../common/stopping';
import { credentialsOf } from '../common/table';
import { Transfers } from '../common/transfers';
import { TypedFields } from '../common/typed';
import { useService } from '../sync-service/use';
import { actions } from './actions';
import { arrived } from './arrival';
import { table } from './fields';
import texts from './locales/en-US/sync-out.json';
import { SendQueue } from './queue';
import type { SyncOutCredentials } from './signing';

const labels = labelsOf(texts['sync-out']);
/** How many of the objects that were not sent the log names. */
const named = 10;

export default function (RED: NodeAPI): void {
  function SyncOut(this: Node<SyncOutCredentials>, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    construct(this, () => {
      const settings = settingsOf(table, config);
      const prepare = actions[settings.action];
      if (!prepare) throw invalidInput('Choose an action');
      const connection = useService(RED, this, settings.service);
      const { clock } = connection;
      const fields = new TypedFields(new FieldReader(RED, this, clock), table, labels, config);
      const status = new StatusLine(this, clock);
      const transfers = new Transfers((text) => status.show({ fill: 'blue', shape: 'dot', text }), clock);
      const queue = new SendQueue();
      dropAtClose(this, queue, new Stopping(RED, this));

      const handler: Handler = async (message, _status, closing) => {
        const credentials = this.credentials ?? {};
        const freshID = (): string => RED.util.generateId();
        const { client, object, sent, outcome } = await queue.run(
          `message ${message._msgid}`,
          async () => {
            const client = await connection.client();
            const now = clock.now();
            const request = { kind: client.kind, fields, settings, credentials, message, now, freshID };
            return { client, ...(await prepare(request)) };
          },
          async ({ client, object, outcome, send }) => {
            status.show({ fill: 'blue', shape: 'dot', text: object.objectID });
            await transfers.run((onProgress) => send(client, onProgress));
            const sent = outcome === 'deleted' ? undefined : await client.getObjectMetadata(object);
            return { client, object, outcome, sent };
          },
        );
        const { waitFor: goal, timeout: patience } = settings;
        if (sent && goal !== 'published') {
          return arrived(message, { client, object: sent, goal, patience, signal: closing }, status);
        }
        status.show({ fill: 'green', shape: 'dot', text: `sync-out.outcome.${outcome}` });
        return Object.assign(message, { object: sent ?? object, outcome });
      };
      handleInput(this, connection, handler, status);
    });
  }

  RED.nodes.registerType<Node<SyncOutCredentials>, NodeDef, object, SyncOutCredentials>('sync-out', SyncOut, {
    credentials: credentialsOf(table),
  });
}

/** What still waits when a node is closed is not dropped in silence: a Catch node is told, or else the log, in one line. */
function dropAtClose(node: Node, queue: SendQueue, stopping: Stopping): void {
  node.on('close', () => {
    const caught = stopping.hasCatch();
    stopping.release();
    const names = queue.drop((name) => {
      const message = `${name} was not sent: the flow was deployed`;
      return caught ? new NodeFailure('SYNC_ABORTED', message) : new LoggedFailure('SYNC_ABORTED', message);
    });
    if (caught || names.length === 0) return;
    const [what, were] = names.length === 1 ? ['object', 'was'] : ['objects', 'were'];
    const listed = names.slice(0, named).join(', ') + (names.length > named ? ', ...' : '');
    node.warn(`${names.length} ${what} ${were} not sent, since the flow was stopped: ${listed}`);
  });
}
