import '../common/node-version';
import type { Node, NodeAPI, NodeDef, NodeMessageInFlow } from 'node-red';
import {
  isSyncServiceError,
  type ObjectMetadata,
  type ObjectReference,
  type SyncServiceClient,
} from '../../src/client';
import { NodeFailure, toNodeFailure } from '../common/failure';
import { FieldReader } from '../common/fields';
import { construct, type Handler, handleInput } from '../common/input';
import { parseJson, TooDeep } from '../common/json';
import { objectOf } from '../common/objects';
import { withResult } from '../common/results';
import { checkSaved } from '../common/saved-check';
import { labelsOf, type Settings, settingsOf } from '../common/settings';
import { StatusLine } from '../common/status';
import { type TransferListeners, Transfers } from '../common/transfers';
import { TypedFields } from '../common/typed';
import { useService } from '../sync-service/use';
import { Fetches } from './fetches';
import { table } from './fields';
import { trustedKeysOf } from './keys';
import texts from './locales/en-US/sync-fetch.json';
import { SharedNames } from './shared-names';
import { targetFolder, targetPath } from './target';

const labels = labelsOf(texts['sync-fetch']);

export default function (RED: NodeAPI): void {
  function SyncFetch(this: Node, config: NodeDef): void {
    RED.nodes.createNode(this, config);
    construct(RED, this, () => {
      checkSaved(table, config, labels, this);
      const settings = settingsOf(table, config);
      const connection = useService(RED, this, settings.service);
      const fields = new TypedFields(new FieldReader(RED, this, connection.clock), table, labels, config);
      const { clock } = connection;
      const status = new StatusLine(RED, this, clock);
      status.addRemark(connection.remark);
      const transfers = new Transfers((text) => status.show({ fill: 'blue', shape: 'dot', text }), clock);
      const fetches = new Fetches(
        settings.concurrency,
        transfers,
        (object) => connection.renew(object),
        clock,
      );

      const names = new SharedNames(RED, this);

      const fetch = async (
        client: SyncServiceClient,
        object: ObjectReference,
        message: NodeMessageInFlow,
        listeners: TransferListeners,
        signal: AbortSignal,
      ): Promise<Record<string, unknown>> => {
        const trustedKeys = fields.isSet('trustedKey')
          ? await fields.use('trustedKey', async () =>
              trustedKeysOf(await fields.any('trustedKey', message), (path) => fields.locate(path)),
            )
          : undefined;
        const options = { signal, ...listeners, trustedKeys };
        if (settings.output === 'file') {
          const name = await fields.text('filename', message);
          const chosen = await fields.required('folder', message);
          const folder = await fields.use('folder', () => targetFolder(fields.locate(chosen)));
          const toFile = async (filename: string): Promise<Record<string, unknown>> => {
            await client.fetchObjectDataToFile(object, filename, options);
            return { payload: filename, filename };
          };
          return name === undefined
            ? names.use(folder, object, toFile)
            : toFile(await fields.use('filename', () => targetPath(folder, name)));
        }
        const data = await client.fetchObjectData(object, { ...options, maxBytes: settings.limit });
        return { payload: decode(data, settings) };
      };

      const handler: Handler = async (message, closing) => {
        const object = await objectOf(fields, message);
        const { receiver } = (message.delivery ?? {}) as { receiver?: string };
        const client = await connection.client();
        // Before the flow hears of it, so that its word is the last.
        const release = (failure: Error): void => void client.releaseObject(object, failure, { receiver });
        status.show({ fill: 'blue', shape: 'dot', text: object.objectID });
        const result = hasNoData(object)
          ? { outcome: 'nodata' }
          : await fetches.run(object, (listeners) =>
              outcomeOf(object, () => fetch(client, object, message, listeners, closing), release),
            );
        status.show({ fill: 'green', shape: 'dot', text: `sync-fetch.outcome.${result.outcome}` });
        return withResult(message, result, result.outcome === 'fetched' ? undefined : 'payload');
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

/** A version that is no longer there is an outcome, not an error: the newer one comes by itself. */
async function outcomeOf(
  { objectType, objectID }: ObjectReference,
  fetch: () => Promise<Record<string, unknown>>,
  release: (failure: Error) => void,
): Promise<Record<string, unknown>> {
  try {
    return { ...(await fetch()), outcome: 'fetched' };
  } catch (thrown) {
    const error = asJsonFailure(thrown, `The data of ${objectType}/${objectID} is`);
    release(error instanceof Error ? error : toNodeFailure(error));
    if (isSyncServiceError(error, 'SYNC_SUPERSEDED')) return { outcome: 'superseded' };
    if (isSyncServiceError(error, 'SYNC_NOT_FOUND'))
      return { outcome: error.missing === 'data' ? 'nodata' : 'gone' };
    throw error;
  }
}

function asJsonFailure(thrown: unknown, data: string): unknown {
  if (thrown instanceof TooDeep) return new NodeFailure('SYNC_NOT_JSON', `${data} ${thrown.message}`);
  if (!(thrown instanceof SyntaxError)) return thrown;
  return new NodeFailure('SYNC_NOT_JSON', `${data} not JSON: ${thrown.message}`);
}

function decode(data: Buffer, { output, encoding }: Settings<typeof table.fields>): unknown {
  if (output === 'text') return data.toString((encoding || 'utf8') as BufferEncoding);
  if (output === 'json') return parseJson(data.toString('utf8'));
  return data;
}
