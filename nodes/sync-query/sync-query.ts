import '../common/node-version';
import type { Node, NodeAPI, NodeDef } from 'node-red';
import { construct, type Handler, handleInput } from '../common/input';
import { withResult } from '../common/results';
import { labelsOf } from '../common/settings';
import { partsOf } from '../sync-service/parts';
import { outboxOf } from '../sync-service/use';
import { table } from './fields';
import texts from './locales/en-US/sync-query.json';
import { queries } from './queries';

const labels = labelsOf(texts['sync-query']);

export default function (RED: NodeAPI): void {
  function SyncQuery(this: Node, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    construct(RED, this, () => {
      const { settings, connection, fields, status } = partsOf(RED, this, config, table, labels);
      const run = queries[settings.query];
      const outbox = outboxOf(RED, settings.service);
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
