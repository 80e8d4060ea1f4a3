import type { Node, NodeAPI, NodeDef, NodeMessageInFlow } from 'node-red';
import { isSyncServiceError, type ObjectMetadata, type ObjectReference } from '../../src/client';
import { NodeFailure } from '../common/failure';
import { FieldReader } from '../common/fields';
import { construct, handleInput } from '../common/input';
import { Limiter } from '../common/limiter';
import { type ObjectField, objectOf } from '../common/objects';
import { useService } from '../common/service';
import { targetPath } from './target';

interface SyncFetchConfig extends NodeDef, ObjectField {
  service: string;
  output: 'buffer' | 'text' | 'json' | 'file';
  encoding: BufferEncoding;
  folder: string;
  filename: string;
  filenameType: string;
  /** MiB that a message may carry. */
  limit: string | number;
}

const concurrentFetches = 4;
const bytesPerMiB = 1_048_576;

export default function (RED: NodeAPI): void {
  function SyncFetch(this: Node, config: SyncFetchConfig): void {
    RED.nodes.createNode(this, config);
    construct(this, () => {
      const connection = useService(RED, this, config.service);
      const fields = new FieldReader(RED, this);
      const fetches = new Limiter(concurrentFetches);
      const closing = new AbortController();
      this.on('close', () => closing.abort());

      const fetch = async (
        object: ObjectReference,
        message: NodeMessageInFlow,
      ): Promise<Record<string, unknown>> => {
        const client = await connection.client();
        const options = { signal: closing.signal, onProgress: () => connection.receivers.renew(object) };
        if (config.output === 'file') {
          const field = {
            label: 'File name',
            value: config.filename ?? '',
            type: config.filenameType || 'str',
          };
          const filename = await targetPath(
            config.folder,
            await fields.text(field, message),
            object.objectID,
          );
          await client.fetchObjectDataToFile(object, filename, options);
          return { payload: filename, filename };
        }
        const maxBytes = (Number(config.limit) || 16) * bytesPerMiB;
        const data = await client.fetchObjectData(object, { ...options, maxBytes });
        return { payload: decode(data, config) };
      };

      handleInput(this, connection, async (message, status) => {
        const object = await objectOf(fields, config, message);
        status.show({ fill: 'blue', shape: 'dot', text: object.objectID });
        const result = hasNoData(object)
          ? { outcome: 'nodata' }
          : await fetches.run(() => outcomeOf(object, () => fetch(object, message)));
        status.show({ fill: 'green', shape: 'dot', text: String(result.outcome) });
        if (result.outcome !== 'fetched') delete message.payload;
        return Object.assign(message, result);
      });
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
): Promise<Record<string, unknown>> {
  try {
    return { ...(await fetch()), outcome: 'fetched' };
  } catch (error) {
    if (isSyncServiceError(error, 'SYNC_SUPERSEDED')) return { outcome: 'superseded' };
    if (isSyncServiceError(error, 'SYNC_NOT_FOUND')) return { outcome: 'gone' };
    if (error instanceof SyntaxError) {
      throw new NodeFailure(
        'SYNC_NOT_JSON',
        `The data of ${objectType}/${objectID} is not JSON: ${error.message}`,
      );
    }
    throw error;
  }
}

function decode(data: Buffer, { output, encoding }: SyncFetchConfig): unknown {
  if (output === 'text') return data.toString(encoding || 'utf8');
  if (output === 'json') return JSON.parse(data.toString('utf8'));
  return data;
}
