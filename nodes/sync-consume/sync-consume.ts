import '../common/node-version';
import type { Node, NodeAPI, NodeDef } from 'node-red';
import { construct, type Handler, handleInput } from '../common/input';
import { objectOf } from '../common/objects';
import { withResult } from '../common/results';
import { labelsOf } from '../common/settings';
import { partsOf } from '../sync-service/parts';
import { calledThere } from './called';
import { table } from './fields';
import texts from './locales/en-US/sync-consume.json';
import { marks } from './marks';
import { Waits } from './waits';

const labels = labelsOf(texts['sync-consume']);

export default function (RED: NodeAPI): void {
  function SyncConsume(this: Node, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    construct(RED, this, () => {
      const { settings, connection, fields, status } = partsOf(RED, this, config, table, labels);
      const waits = new Waits(
        (receiver) => calledThere(RED, receiver),
        (text) => status.show(text),
      );
      const handler: Handler = async (message) => {
        const object = await objectOf(fields, message);
        const { receiver } = (message.delivery ?? {}) as { receiver?: string };
        const client = await connection.client();
        const outcome = await waits.run((onWait) =>
          marks[settings.mark]({ client, object, receiver, settings, onWait }),
        );
        status.show({
          fill: 'green',
          shape: 'dot',
          text: `sync-consume.outcome.${outcome.replace(' ', '-')}`,
        });
        return withResult(message, { outcome });
      };
      handleInput(this, connection, handler, status);
    });
  }

  RED.nodes.registerType('sync-consume', SyncConsume);
}
