import type { Node, NodeAPI, NodeDef, NodeMessage, NodeMessageInFlow } from 'node-red';
import {
  DeliveryFailure,
  type DeliveryGoal,
  type DestinationStatus,
  isSyncServiceError,
  type ObjectMetadata,
  type SyncServiceClient,
} from '../../src/client';
import { Limiter } from '../../src/system/limiter';
import { invalidInput, NodeFailure, toNodeFailure } from '../common/failure';
import { FieldReader } from '../common/fields';
import { construct, type Handler, handleInput } from '../common/input';
import { Queue } from '../common/queue';
import { labelsOf, settingsOf } from '../common/settings';
import { StatusLine } from '../common/status';
import { credentialsOf } from '../common/table';
import { Transfers } from '../common/transfers';
import { TypedFields } from '../common/typed';
import { useService } from '../sync-service/use';
import { actions } from './actions';
import { table } from './fields';
import texts from './locales/en-US/sync-out.json';
import type { SyncOutCredentials } from './signing';

/** How many objects are sent at once; the others wait for their turn. */
const concurrentSends = 4;

const labels = labelsOf(texts['sync-out']);

export default function (RED: NodeAPI): void {
  function SyncOut(this: Node<SyncOutCredentials>, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    construct(this, () => {
      const settings = settingsOf(table, config);
      const prepare = actions[settings.action];
      if (!prepare) throw invalidInput('Choose an action');
      const connection = useService(RED, this, settings.service);
      const fields = new TypedFields(new FieldReader(RED, this, connection.clock), table, labels, config);
      const { clock } = connection;
      const status = new StatusLine(this, clock);
      const transfers = new Transfers((text) => status.show({ fill: 'blue', shape: 'dot', text }), clock);
      // Read one after the other, so that messages about one object are sent in the order in which they came.
      const reading = new Limiter(1);
      const queue = new Queue(concurrentSends);

      /** Waits for the object to arrive. A destination that fails is told to Catch nodes as `msg.destinations`, too. */
      const arrived = async (
        client: SyncServiceClient,
        object: ObjectMetadata,
        goal: DeliveryGoal,
        message: NodeMessageInFlow,
        closing: AbortSignal,
      ): Promise<NodeMessage> => {
        const onProgress = (destinations: DestinationStatus[]): void => {
          const far = destinations.filter(
            (each) => each.status === goal || each.status === 'consumed',
          ).length;
          status.show({ fill: 'blue', shape: 'ring', text: `${goal} ${far}/${destinations.length}` });
        };
        const onFailure = (error: unknown): void =>
          status.show({ fill: 'yellow', shape: 'ring', text: toNodeFailure(error).code });
        try {
          const options = { patience: settings.timeout, onProgress, onFailure, signal: closing };
          const delivery = await client.waitForDelivery(object, goal, options);
          const fill = delivery.outcome === goal ? 'green' : 'yellow';
          status.show({ fill, shape: 'dot', text: `sync-out.outcome.${delivery.outcome}` });
          return Object.assign(message, { object, ...delivery });
        } catch (error) {
          if (error instanceof DeliveryFailure) {
            Object.assign(message, { object, destinations: error.destinations });
          }
          throw isSyncServiceError(error, 'SYNC_ABORTED', 'SYNC_CLOSED') ? deployed(object) : error;
        }
      };

      const handler: Handler = async (message, _status, closing) => {
        const client = await connection.client();
        const credentials = this.credentials ?? {};
        const freshID = (): string => RED.util.generateId();
        const { kind } = client;
        const job = await reading.run(() =>
          prepare({ kind, fields, settings, credentials, message, now: clock.now(), freshID }),
        );
        const { object, outcome } = job;
        status.show({ fill: 'blue', shape: 'dot', text: object.objectID });
        const sent = await queue.run(`${object.objectType}/${object.objectID}`, async () => {
          await transfers.run((onProgress) => job.send(client, onProgress));
          return outcome === 'deleted' ? undefined : client.getObjectMetadata(object);
        });
        const goal = settings.waitFor;
        if (sent && goal !== 'published') return arrived(client, sent, goal, message, closing);
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

function deployed({ objectType, objectID }: ObjectMetadata): NodeFailure {
  const message = `${objectType}/${objectID} is published, but nobody waits for its delivery any more: the flow was deployed`;
  return new NodeFailure('SYNC_ABORTED', message);
}
