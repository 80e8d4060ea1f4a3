import '../common/node-version';
import type { Node, NodeAPI, NodeDef, NodeMessageInFlow } from 'node-red';
import { LoggedFailure, NodeFailure } from '../common/failure';
import { isHeard } from '../common/hearing';
import { construct, handleInput } from '../common/input';
import { labelsOf } from '../common/settings';
import { Stopping } from '../common/stopping';
import { credentialsOf } from '../common/table';
import { Transfers } from '../common/transfers';
import { partsOf } from '../sync-service/parts';
import { outboxOf } from '../sync-service/use';
import { actions } from './actions';
import { table } from './fields';
import { keeping } from './keeping';
import texts from './locales/en-US/sync-out.json';
import { keptAtOnce, SendQueue } from './queue';
import { Reach } from './reach';
import { type OutParts, type Read, sending } from './sending';
import type { SyncOutCredentials } from './signing';
import { UsedOutbox } from './used-outbox';

const labels = labelsOf(texts['sync-out']);
/** How many of the objects that were not sent the log names. */
const named = 10;

export default function (RED: NodeAPI): void {
  function SyncOut(this: Node<SyncOutCredentials>, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    construct(RED, this, () => {
      const { settings, connection, fields, status } = partsOf(RED, this, config, table, labels);
      const { clock } = connection;
      const prepare = actions[settings.action];
      const keeps = settings.whenAway === 'keep';
      const queue = new SendQueue(keeps ? keptAtOnce : undefined);
      const read = async (message: NodeMessageInFlow): Promise<Read> => {
        const client = await connection.client();
        const freshID = (): string => RED.util.generateId();
        const [credentials, now] = [this.credentials ?? {}, clock.now()];
        const request = { kind: client.kind, fields, settings, credentials, message, now, freshID };
        return { client, ...(await prepare(request)) };
      };
      const reach = new Reach(settings, clock);
      const parts: OutParts = { queue, settings, status, reach, isHeard: () => isHeard(RED, this), read };
      if (keeps) {
        const outbox = new UsedOutbox(this, outboxOf(RED, settings.service), status, reach, clock);
        handleInput(this, outbox.before(connection), keeping(parts, outbox, clock), status);
        return;
      }
      const transfers = new Transfers((text) => status.show({ fill: 'blue', shape: 'dot', text }), clock);
      dropAtClose(this, queue, new Stopping(RED, this));
      handleInput(this, connection, sending(parts, transfers), status);
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
