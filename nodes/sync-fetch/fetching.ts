import type { NodeMessage } from 'node-red';
import { isSyncServiceError, type ObjectReference, type SyncServiceClient } from '../../src/client';
import { shortened } from '../../src/system/shortened';
import { NodeFailure, toNodeFailure } from '../common/failure';
import { parseJson, TooDeep } from '../common/json';
import type { Settings } from '../common/settings';
import type { TransferListeners } from '../common/transfers';
import type { TypedFields } from '../common/typed';
import type { table } from './fields';
import { trustedKeysOf } from './keys';
import type { SharedNames } from './shared-names';
import { targetFolder, targetPath } from './target';

type FetchSettings = Settings<typeof table.fields>;

/** What goes into the message. */
export type Fetched = Record<string, unknown>;

/** One fetch of the data of an object. */
export interface Fetch {
  readonly client: SyncServiceClient;
  readonly object: ObjectReference;
  readonly message: NodeMessage;
  readonly listeners: TransferListeners;
  readonly signal: AbortSignal;
}

/** Fetches data as the dialog of a node says: into the message, or to a file. */
export class Fetching {
  constructor(
    private readonly settings: FetchSettings,
    private readonly fields: TypedFields,
    private readonly names: SharedNames,
  ) {}

  /** A version that is no longer there is an outcome, not an error: the newer one comes by itself. */
  async outcomeOf(fetch: Fetch, release: (failure: Error) => void): Promise<Fetched> {
    const { objectType, objectID } = fetch.object;
    try {
      return { ...(await this.#fetch(fetch)), outcome: 'fetched' };
    } catch (thrown) {
      const error = asJsonFailure(thrown, `The data of ${objectType}/${objectID} is`);
      release(error instanceof Error ? error : toNodeFailure(error));
      if (isSyncServiceError(error, 'SYNC_SUPERSEDED')) return { outcome: 'superseded' };
      if (isSyncServiceError(error, 'SYNC_NOT_FOUND'))
        return { outcome: error.missing === 'data' ? 'nodata' : 'gone' };
      throw error;
    }
  }

  async #fetch(fetch: Fetch): Promise<Fetched> {
    const { client, object, listeners, message, signal } = fetch;
    const options = { signal, ...listeners, trustedKeys: await this.#trustedKeys(message) };
    if (this.settings.output !== 'file') {
      const decode = this.#decoder();
      const { limit: maxBytes } = this.settings;
      return { payload: decode(await client.fetchObjectData(object, { ...options, maxBytes })) };
    }
    return this.#toFile(fetch, async (filename) => {
      await client.fetchObjectDataToFile(object, filename, options);
      return { payload: filename, filename };
    });
  }

  /** Before the data is asked for, which would come in vain. */
  #decoder(): (data: Buffer) => unknown {
    const { encoding, output } = this.settings;
    if (output === 'json') return (data) => parseJson(data.toString('utf8'));
    if (output !== 'text') return (data) => data;
    const name = encoding || 'utf8';
    if (Buffer.isEncoding(name)) return (data) => data.toString(name);
    const label = this.fields.label('encoding');
    throw this.fields.invalid(
      'encoding',
      `${label} must be one of Node.js, as utf8 or latin1, not ${shortened(name)}`,
    );
  }

  async #trustedKeys(message: NodeMessage): Promise<string[] | undefined> {
    const { fields } = this;
    if (!fields.isSet('trustedKey')) return undefined;
    const keys = await fields.any('trustedKey', message);
    return fields.use('trustedKey', () => trustedKeysOf(keys, (path) => fields.locate(path)));
  }

  /** Under the name that is entered, or one that no other object has. */
  async #toFile({ message, object }: Fetch, fetch: (filename: string) => Promise<Fetched>): Promise<Fetched> {
    const { fields } = this;
    const name = await fields.text('filename', message);
    const chosen = await fields.required('folder', message);
    const folder = await fields.use('folder', () => targetFolder(fields.locate(chosen)));
    if (name === undefined) return this.names.use(folder, object, fetch);
    return fetch(await fields.use('filename', () => targetPath(folder, name)));
  }
}

function asJsonFailure(thrown: unknown, data: string): unknown {
  if (thrown instanceof TooDeep) return new NodeFailure('SYNC_NOT_JSON', `${data} ${thrown.message}`);
  if (!(thrown instanceof SyntaxError)) return thrown;
  return new NodeFailure('SYNC_NOT_JSON', `${data} not JSON: ${thrown.message}`);
}
