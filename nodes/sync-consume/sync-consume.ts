import type { Node, NodeAPI, NodeDef } from 'node-red';
import { FieldReader } from '../common/fields';
import { construct, handleInput } from '../common/input';
import { type ObjectField, objectOf } from '../common/objects';
import { useService } from '../common/service';

interface SyncConsumeConfig extends NodeDef, ObjectField {
  service: string;
  mark: 'consumed' | 'received';
  checkVersion: boolean;
}

export default function (RED: NodeAPI): void {
  function SyncConsume(this: Node, config: SyncConsumeConfig): void {
    RED.nodes.createNode(this, config);
    construct(this, () => {
      const connection = useService(RED, this, config.service);
      const fields = new FieldReader(RED, this);
      handleInput(this, connection, async (message, status) => {
        const object = await objectOf(fields, config, message);
        const { receiver } = (message.delivery ?? {}) as { receiver?: string };
        const client = await connection.client();
        const outcome = await client.acknowledge(object, config.mark || 'consumed', {
          receiver,
          checkVersion: config.checkVersion ?? true,
        });
        status.show({ fill: 'green', shape: 'dot', text: outcome });
        return Object.assign(message, { outcome });
      });
    });
  }

  RED.nodes.registerType('sync-consume', SyncConsume);
}
