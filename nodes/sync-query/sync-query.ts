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
import { table } from './fields';
import texts from './locales/en-US/sync-query.json';
import { queries } from './queries';

const labels = labelsOf(texts['sync-query']);

export default function (RED: NodeAPI): void {
  function SyncQuery(this: Node, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    construct(RED, this, () => {
      checkSaved(table, config, labels, this);
      const settings = settingsOf(table, config);
      const run = queries[settings.query];
      if (!run) throw invalidInput('Choose a query');
      const connection = useService(RED, this, settings.service);
      const outbox = outboxOf(RED, settings.service);
      const fields = new TypedFields(new FieldReader(RED, this, connection.clock), table, labels, config);
      const status = new StatusLine(RED, this, connection.clock);
      status.addRemark(connection.remark);
      const handler: Handler = async (message) => {
        const client = await connection.client();
        status.show({ fill: 'blue', shape: 'dot', text: `sync-query.query.${settings.query}` });
        const found = await run({ client, outbox, fields, settings, message });
        const { payload } = found;
        const text = Array.isArray(payload) ? String(payload.length) : 'node-red:common.status.ok';
        status.show({ fill: 'green', shape: 'dot', text });
        return withResult(message, found);
      };
      handleInput(this, connection, handler, status);
    });
  }

  RED.nodes.registerType('sync-query', SyncQuery);
}
