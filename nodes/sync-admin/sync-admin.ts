import '../common/node-version';
import type { Node, NodeAPI, NodeDef } from 'node-red';
import { construct, type Handler, handleInput } from '../common/input';
import { withResult } from '../common/results';
import { labelsOf } from '../common/settings';
import { partsOf } from '../sync-service/parts';
import { outboxOf } from '../sync-service/use';
import { actions } from './actions';
import { table } from './fields';
import texts from './locales/en-US/sync-admin.json';

const labels = labelsOf(texts['sync-admin']);

export default function (RED: NodeAPI): void {
  function SyncAdmin(this: Node, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    construct(RED, this, () => {
      const { settings, connection, fields, status } = partsOf(RED, this, config, table, labels);
      const run = actions[settings.action];
      const outbox = outboxOf(RED, settings.service);
      const handler: Handler = async (message) => {
        const client = await connection.client();
        status.show({ fill: 'blue', shape: 'dot', text: `sync-admin.action.${settings.action}` });
        const payload = await run({ client, outbox, fields, settings, message });
        status.show({ fill: 'green', shape: 'dot', text: 'node-red:common.status.ok' });
        return payload === undefined ? message : withResult(message, { payload });
      };
      handleInput(this, connection, handler, status);
    });
  }

  RED.nodes.registerType('sync-admin', SyncAdmin);
}
