import '../common/node-version';
import type { Node, NodeAPI, NodeDef } from 'node-red';
import { invalidInput } from '../common/failure';
import { FieldReader } from '../common/fields';
import { construct, type Handler, handleInput } from '../common/input';
import { withResult } from '../common/results';
import { checkSaved } from '../common/saved-check';
import { labelsOf, settingsOf } from '../common/settings';
import { StatusLine } from '../common/status';
import { TypedFields } from '../common/typed';
import { outboxOf, useService } from '../sync-service/use';
import { actions } from './actions';
import { table } from './fields';
import texts from './locales/en-US/sync-admin.json';

const labels = labelsOf(texts['sync-admin']);

export default function (RED: NodeAPI): void {
  function SyncAdmin(this: Node, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    construct(RED, this, () => {
      checkSaved(table, config, labels, this);
      const settings = settingsOf(table, config);
      const run = actions[settings.action];
      if (!run) throw invalidInput('Choose an action');
      const connection = useService(RED, this, settings.service);
      const outbox = outboxOf(RED, settings.service);
      const fields = new TypedFields(new FieldReader(RED, this, connection.clock), table, labels, config);
      const status = new StatusLine(RED, this, connection.clock);
      status.addRemark(connection.remark);
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
