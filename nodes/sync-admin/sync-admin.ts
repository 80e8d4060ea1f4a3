import type { Node, NodeAPI, NodeDef } from 'node-red';
import { invalidInput } from '../common/failure';
import { FieldReader } from '../common/fields';
import { construct, handleInput } from '../common/input';
import { useService } from '../common/service';
import { TypedFields } from '../common/typed';
import { type ActionName, actions } from './actions';

interface SyncAdminConfig extends NodeDef {
  service: string;
  action: ActionName;
}

const labels = {
  objectType: 'Object type',
  objectID: 'Object ID',
  destinationType: 'Node type',
  destinations: 'Destinations',
  userNames: 'Users',
  userType: 'Kind of user',
  role: 'Role',
  orgID: 'Organization',
  address: 'Address',
};

export default function (RED: NodeAPI): void {
  function SyncAdmin(this: Node, config: SyncAdminConfig): void {
    RED.nodes.createNode(this, config);
    construct(this, () => {
      const run = actions[config.action];
      if (!run) throw invalidInput('Choose an action');
      const connection = useService(RED, this, config.service);
      const fields = new TypedFields(new FieldReader(RED, this), config, labels);
      handleInput(this, connection, async (message, status) => {
        const client = await connection.client();
        status.show({ fill: 'blue', shape: 'dot', text: `sync-admin.action.${config.action}` });
        const payload = await run({ client, fields, message });
        status.show({ fill: 'green', shape: 'dot', text: 'node-red:common.status.ok' });
        return payload === undefined ? message : Object.assign(message, { payload });
      });
    });
  }

  RED.nodes.registerType('sync-admin', SyncAdmin);
}
