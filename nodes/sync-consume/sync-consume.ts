import '../common/node-version';
import type { Node, NodeAPI, NodeDef } from 'node-red';
import { FieldReader } from '../common/fields';
import { construct, type Handler, handleInput } from '../common/input';
import { objectOf } from '../common/objects';
import { withResult } from '../common/results';
import { checkSaved } from '../common/saved-check';
import { labelsOf, settingsOf } from '../common/settings';
import { StatusLine } from '../common/status';
import { TypedFields } from '../common/typed';
import { useService } from '../sync-service/use';
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
      checkSaved(table, config, labels, this);
      const settings = settingsOf(table, config);
      const connection = useService(RED, this, settings.service);
      const fields = new TypedFields(new FieldReader(RED, this, connection.clock), table, labels, config);
      const status = new StatusLine(RED, this, connection.clock);
      status.addRemark(connection.remark);
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
