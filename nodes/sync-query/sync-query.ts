import type { Node, NodeAPI, NodeDef } from 'node-red';
import { invalidInput } from '../common/failure';
import { FieldReader } from '../common/fields';
import { construct, handleInput } from '../common/input';
import { useService } from '../common/service';
import { TypedFields } from '../common/typed';
import { type QueryName, type QueryOptions, queries } from './queries';

interface SyncQueryConfig extends NodeDef, QueryOptions {
  service: string;
  query: QueryName;
}

const labels = {
  objectType: 'Object type',
  objectID: 'Object ID',
  destinationType: 'Node type',
  destinationID: 'Node ID',
  policyService: 'Service',
  policyProperty: 'Property',
  since: 'Since',
  expiresBefore: 'Expires before',
};

export default function (RED: NodeAPI): void {
  function SyncQuery(this: Node, config: SyncQueryConfig): void {
    RED.nodes.createNode(this, config);
    construct(this, () => {
      const run = queries[config.query];
      if (!run) throw invalidInput('Choose a query');
      const connection = useService(RED, this, config.service);
      const fields = new TypedFields(new FieldReader(RED, this), config, labels);
      handleInput(this, connection, async (message, status) => {
        const client = await connection.client();
        status.show({ fill: 'blue', shape: 'dot', text: `sync-query.query.${config.query}` });
        const found = await run({ client, fields, options: config, message });
        const { payload } = found;
        const text = Array.isArray(payload) ? String(payload.length) : 'node-red:common.status.ok';
        status.show({ fill: 'green', shape: 'dot', text });
        return Object.assign(message, found);
      });
    });
  }

  RED.nodes.registerType('sync-query', SyncQuery);
}
