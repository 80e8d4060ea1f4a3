import '../common/node-version';
import type { Node, NodeAPI, NodeDef } from 'node-red';
import type { ObjectMetadata } from '../../src/client';
import { construct, type Handler, handleInput } from '../common/input';
import { objectOf } from '../common/objects';
import { withResult } from '../common/results';
import { labelsOf } from '../common/settings';
import { Transfers } from '../common/transfers';
import { partsOf } from '../sync-service/parts';
import { Fetches } from './fetches';
import { Fetching } from './fetching';
import { table } from './fields';
import texts from './locales/en-US/sync-fetch.json';
import { SharedNames } from './shared-names';

const labels = labelsOf(texts['sync-fetch']);

export default function (RED: NodeAPI): void {
  function SyncFetch(this: Node, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    construct(RED, this, () => {
      const { settings, connection, fields, status } = partsOf(RED, this, config, table, labels);
      const { clock } = connection;
      const transfers = new Transfers((text) => status.show({ fill: 'blue', shape: 'dot', text }), clock);
      const fetches = new Fetches(
        settings.concurrency,
        transfers,
        (object) => connection.renew(object),
        clock,
      );
      const names = new SharedNames(RED, this);
      const nothing = { payload: undefined, ...(settings.output === 'file' && { filename: undefined }) };
      const fetching = new Fetching(settings, fields, names);

      const handler: Handler = async (message, signal) => {
        const object = await objectOf(fields, message);
        const { receiver } = (message.delivery ?? {}) as { receiver?: string };
        const client = await connection.client();
        // Before the flow hears of it, so that its word is the last.
        const release = (failure: Error): void => void client.releaseObject(object, failure, { receiver });
        status.show({ fill: 'blue', shape: 'dot', text: object.objectID });
        const result = hasNoData(object)
          ? { outcome: 'nodata' }
          : await fetches.run(object, (listeners) =>
              fetching.outcomeOf({ client, object, message, listeners, signal }, release),
            );
        status.show({ fill: 'green', shape: 'dot', text: `sync-fetch.outcome.${result.outcome}` });
        return withResult(message, { ...nothing, ...result });
      };
      const deregister = (user: object): void => {
        names.release();
        connection.deregister(user);
      };
      handleInput(this, { deregister }, handler, status);
    });
  }

  RED.nodes.registerType('sync-fetch', SyncFetch);
}

function hasNoData(object: Partial<ObjectMetadata>): boolean {
  return Boolean(object.deleted || object.noData || (object.link && !object.objectSize));
}
