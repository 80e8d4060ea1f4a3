import type { Node, NodeAPI, NodeDef, NodeStatus } from 'node-red';
import type { AcknowledgementWait } from '../../src/client';
import { FieldReader } from '../common/fields';
import { construct, handleInput } from '../common/input';
import { objectOf } from '../common/objects';
import { labelsOf, settingsOf } from '../common/settings';
import { shortText } from '../common/status';
import { TypedFields } from '../common/typed';
import { useService } from '../sync-service/use';
import { table } from './fields';
import texts from './locales/en-US/sync-consume.json';
import { marks } from './marks';

const labels = labelsOf(texts['sync-consume']);

export default function (RED: NodeAPI): void {
  function SyncConsume(this: Node, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    construct(this, () => {
      const settings = settingsOf(table, config);
      const connection = useService(RED, this, settings.service);
      const fields = new TypedFields(new FieldReader(RED, this, connection.clock), table, labels, config);
      handleInput(this, connection, async (message, status) => {
        const object = await objectOf(fields, message);
        const { receiver } = (message.delivery ?? {}) as { receiver?: string };
        const client = await connection.client();
        const onWait = (wait: AcknowledgementWait): void =>
          status.show(waitStatus(RED, wait, client.waitedFor()));
        const outcome = await marks[settings.mark]({ client, object, receiver, settings, onWait });
        status.show({
          fill: 'green',
          shape: 'dot',
          text: `sync-consume.outcome.${outcome.replace(' ', '-')}`,
        });
        return Object.assign(message, { outcome });
      });
    });
  }

  RED.nodes.registerType('sync-consume', SyncConsume);
}

/** Which node is waited for, and for how many objects; or why the service does not answer. */
function waitStatus(RED: NodeAPI, wait: AcknowledgementWait, waits: Map<string, number>): NodeStatus {
  if ('error' in wait) return { fill: 'red', shape: 'ring', text: shortText(wait.error) };
  const [first = ''] = wait.receivers;
  const node = RED.nodes.getNode(first) as { name?: string } | null;
  const text = RED._('sync-consume.status.waits', {
    node: node?.name || first,
    count: waits.get(first) ?? 1,
  });
  return { fill: 'yellow', shape: 'dot', text };
}
