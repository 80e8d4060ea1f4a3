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
import { FieldReader, positive } from '../common/fields';
import { construct, type Handler, handleInput } from '../common/input';
import { useService } from '../common/service';
import { StatusLine } from '../common/status';
import { Transfers } from '../common/transfers';
import { Turns } from '../common/turns';
import { TypedFields } from '../common/typed';
import { type ActionName, actions, type OutOptions } from './actions';
import type { SyncOutCredentials } from './signing';

interface SyncOutConfig extends NodeDef, OutOptions {
  service: string;
  action: ActionName;
  data: string;
  dataType: string;
  waitFor: 'published' | DeliveryGoal;
  /** Seconds. */
  timeout: string | number;
}

/** How many objects are sent at once; the others wait for their turn. */
const concurrentSends = 4;

const labels = {
  objectType: 'Object type',
  objectID: 'Object ID',
  noData: 'No data',
  metaOnly: 'Keep data',
  data: 'Data',
  destinationType: 'Node type',
  destinationID: 'Node ID',
  destinationsList: 'Edges',
  destinationPolicy: 'Policy',
  version: 'Version',
  description: 'Description',
  expiration: 'Expires',
  inactive: 'Inactive',
  activationTime: 'Active from',
  consumers: 'Consumers',
  autodelete: 'Autodelete',
  link: 'Link',
  signingKey: 'Sign with',
};

export default function (RED: NodeAPI): void {
  function SyncOut(this: Node<SyncOutCredentials>, config: SyncOutConfig): void {
    RED.nodes.createNode(this, config);
    construct(this, () => {
      const prepare = actions[config.action || 'publish'];
      if (!prepare) throw invalidInput('Choose an action');
      const connection = useService(RED, this, config.service);
      const values = { ...config, data: config.data || 'payload', dataType: config.dataType || 'msg' };
      const fields = new TypedFields(new FieldReader(RED, this), values, labels);
      const status = new StatusLine(this);
      const transfers = new Transfers((text) => status.show({ fill: 'blue', shape: 'dot', text }));
      // Read one after the other, so that messages about one object are sent in the order in which they came.
      const reading = new Limiter(1);
      const turns = new Turns(concurrentSends);

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
        const patience = positive(config.timeout, 60) * 1_000;
        try {
          const options = { patience, onProgress, onFailure, signal: closing };
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
          prepare({ kind, fields, options: config, credentials, message, freshID }),
        );
        const { object, outcome } = job;
        status.show({ fill: 'blue', shape: 'dot', text: object.objectID });
        const sent = await turns.run(`${object.objectType}/${object.objectID}`, async () => {
          await transfers.run((onProgress) => job.send(client, onProgress));
          return outcome === 'deleted' ? undefined : client.getObjectMetadata(object);
        });
        const goal = config.waitFor || 'published';
        if (sent && goal !== 'published') return arrived(client, sent, goal, message, closing);
        status.show({ fill: 'green', shape: 'dot', text: `sync-out.outcome.${outcome}` });
        return Object.assign(message, { object: sent ?? object, outcome });
      };
      handleInput(this, connection, handler, status);
    });
  }

  RED.nodes.registerType<Node<SyncOutCredentials>, SyncOutConfig, object, SyncOutCredentials>(
    'sync-out',
    SyncOut,
    { credentials: { privateKey: { type: 'password' }, passphrase: { type: 'password' } } },
  );
}

function deployed({ objectType, objectID }: ObjectMetadata): NodeFailure {
  const message = `${objectType}/${objectID} is published, but nobody waits for its delivery any more: the flow was deployed`;
  return new NodeFailure('SYNC_ABORTED', message);
}
