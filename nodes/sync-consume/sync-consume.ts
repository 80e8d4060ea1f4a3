import type { Node, NodeAPI, NodeDef } from 'node-red';
import { FieldReader } from '../common/fields';
import { construct, handleInput } from '../common/input';
import { objectOf } from '../common/objects';
import { labelsOf, settingsOf } from '../common/settings';
import { TypedFields } from '../common/typed';
import { useService } from '../sync-service/use';
import { table } from './fields';
import texts from './locales/en-US/sync-consume.json';

const labels = labelsOf(texts['sync-consume']);

export default function (RED: NodeAPI): void {
  function SyncConsume(this: Node, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    construct(this, () => {
      const { service, mark, checkVersion } = settingsOf(table, config);
      const connection = useService(RED, this, service);
      const fields = new TypedFields(new FieldReader(RED, this), table, labels, config);
      handleInput(this, connection, async (message, status) => {
        const object = await objectOf(fields, message);
        const { receiver } = (message.delivery ?? {}) as { receiver?: string };
        const client = await connection.client();
        const outcome = await client.acknowledge(object, mark, { receiver, checkVersion });
        status.show({ fill: 'green', shape: 'dot', text: outcome });
        return Object.assign(message, { outcome });
      });
    });
  }

  RED.nodes.registerType('sync-consume', SyncConsume);
}
