import type { Node, NodeAPI, NodeDef, NodeMessageInFlow } from 'node-red';
import type { DataSource, ObjectMetadataInput, ObjectReference } from '../../src/client';
import { invalidInput } from '../common/failure';
import { describe, FieldReader } from '../common/fields';
import { construct, handleInput } from '../common/input';
import { useService } from '../common/service';

interface SyncOutConfig extends NodeDef {
  service: string;
  action: 'publish' | 'metadata' | 'delete';
  objectType: string;
  objectTypeType: string;
  objectID: string;
  objectIDType: string;
  data: string;
  dataType: string;
  source: 'value' | 'file';
  destination: '' | 'all' | 'type' | 'node';
  destinationType: string;
  destinationID: string;
  waitFor: 'published' | 'delivered' | 'consumed';
  /** Seconds. */
  timeout: string | number;
}

export default function (RED: NodeAPI): void {
  function SyncOut(this: Node, config: SyncOutConfig): void {
    RED.nodes.createNode(this, config);
    construct(this, () => {
      const connection = useService(RED, this, config.service);
      const fields = new FieldReader(RED, this);

      const reference = async (message: NodeMessageInFlow): Promise<ObjectReference> => {
        const type = { label: 'Object type', value: config.objectType, type: config.objectTypeType || 'str' };
        const id = { label: 'Object ID', value: config.objectID, type: config.objectIDType || 'str' };
        const objectType = await fields.text(type, message);
        if (!objectType) throw invalidInput('The object has no objectType');
        const objectID =
          config.objectIDType === 'unique' ? RED.util.generateId() : await fields.text(id, message);
        if (!objectID) throw invalidInput('The object has no objectID');
        return { objectType, objectID };
      };

      handleInput(this, connection, async (message, status, closing) => {
        const client = await connection.client();
        const object = await reference(message);
        status.show({ fill: 'blue', shape: 'dot', text: object.objectID });
        if (config.action === 'delete') {
          await client.deleteObject(object);
          status.show({ fill: 'green', shape: 'dot', text: 'deleted' });
          return Object.assign(message, { object, outcome: 'deleted' });
        }
        const metadata = { ...object, ...destinationOf(config, client.kind) };
        if (config.action === 'metadata') await client.updateObject({ ...metadata, noData: true });
        else {
          const field = { label: 'Data', value: config.data || 'payload', type: config.dataType || 'msg' };
          await client.publish(metadata, asData(await fields.any(field, message), config.source));
        }
        const published = await client.getObjectMetadata(object);
        if (!config.waitFor || config.waitFor === 'published') {
          status.show({ fill: 'green', shape: 'dot', text: 'published' });
          return Object.assign(message, { object: published, outcome: 'published' });
        }
        const patience = (Number(config.timeout) || 60) * 1_000;
        const delivery = await connection.deliveries.wait(
          published,
          config.waitFor,
          patience,
          (destinations) => {
            const far = destinations.filter((each) => each.status === config.waitFor).length;
            status.show({
              fill: 'blue',
              shape: 'ring',
              text: `${config.waitFor} ${far}/${destinations.length}`,
            });
          },
          closing,
        );
        const good = delivery.outcome === config.waitFor;
        status.show({ fill: good ? 'green' : 'yellow', shape: 'dot', text: delivery.outcome });
        return Object.assign(message, { object: published, ...delivery });
      });
    });
  }

  RED.nodes.registerType('sync-out', SyncOut);
}

/** On an ESS everything goes to the cloud; on a CSS the user has chosen, since *all edges* can be many. */
function destinationOf(config: SyncOutConfig, kind: 'CSS' | 'ESS'): Partial<ObjectMetadataInput> {
  if (kind === 'ESS' || config.destination === 'all') return {};
  if (!config.destination) throw invalidInput('Choose a destination');
  if (!config.destinationType) throw invalidInput('Enter the type of the destination');
  if (config.destination === 'type') return { destinationType: config.destinationType };
  if (!config.destinationID) throw invalidInput('Enter the ID of the destination');
  return { destinationType: config.destinationType, destinationID: config.destinationID };
}

function asData(value: unknown, source: SyncOutConfig['source']): DataSource {
  if (source === 'file') {
    if (typeof value !== 'string' || !value)
      throw invalidInput(`The file must be a path, not ${describe(value)}`);
    return { file: value };
  }
  if (value === undefined || value === null)
    throw invalidInput(`There is no data to send: it is ${describe(value)}`);
  if (typeof value === 'string' || value instanceof Uint8Array) return value;
  return JSON.stringify(value);
}
