import { parseExactJson, stringifyExactJson } from '../protocol/exact-json';
import type {
  Destination,
  DestinationStatus,
  ObjectMetadata,
  ObjectMetadataInput,
  ObjectStatus,
} from '../protocol/metadata';
import type { ConnectionOptions } from './connection/options';
import { type Answer, type Call, Transport } from './connection/transport';
import { type DownloadOptions, type ObjectData, toBuffer, toFile } from './data/download';
import { type DataSource, type ReplayableBody, replayable } from './data/source';
import { SyncServiceError } from './errors';
import { type Acknowledgement, type AcknowledgeOutcome, acknowledgeSafely } from './updates/acknowledge';
import { Feeds } from './updates/feeds';
import type { ReceiverOptions, UpdateReceiver } from './updates/receiver';
import { checkName, checkReference, type ObjectReference, toPublish } from './validation';

export interface ClientOptions extends ConnectionOptions {
  /** Accept names that no ESS can fetch, for objects that stay on a CSS. */
  allowCloudOnlyNames?: boolean;
}

export interface CallOptions {
  signal?: AbortSignal;
}

export interface ServiceHealth {
  general: { nodeType: 'CSS' | 'ESS'; healthStatus: string; upTime: number };
  dbHealth: Record<string, unknown>;
}

/** Up to this many bytes metadata and data travel in one request. */
const singleRequestLimit = 256 * 1024;
/** The service verifies a signature before it answers an upload. */
const transferTimeout = 600_000;
const downloadTimeout = 60_000;
/** A message holds the data whole: larger objects belong into a file. */
const defaultMaxBytes = 64 * 1024 * 1024;

/**
 * A client of one sync service: of a CSS when an organization is given, of an ESS otherwise. All methods reject with
 * a SyncServiceError; those that take `signal` can be aborted.
 */
export class SyncServiceClient {
  readonly kind: 'CSS' | 'ESS';
  readonly address: string;
  readonly organization: string | undefined;
  readonly #transport: Transport;
  readonly #feeds: Feeds;
  readonly #cloudOnlyNames: boolean;

  /** @throws SyncServiceError SYNC_INVALID_ARGUMENT when the address or a file of certificates cannot be used. */
  constructor(options: ClientOptions) {
    this.address = options.address;
    this.organization = options.organization;
    this.kind = options.organization === undefined ? 'ESS' : 'CSS';
    this.#cloudOnlyNames = options.allowCloudOnlyNames ?? false;
    this.#transport = new Transport(options);
    this.#feeds = new Feeds(this);
  }

  /** What the service says of itself: its kind, how long it runs, the state of its store. */
  async getHealth(options: CallOptions = {}): Promise<ServiceHealth> {
    return (await this.#json(this.#read('/api/v1/health', options), [200])) as ServiceHealth;
  }

  /**
   * Compares the kind of the service with what this client was made for: the paths of the one answer 404 on the other,
   * which would look like "nothing new" for ever.
   *
   * @throws SyncServiceError SYNC_WRONG_SERVICE_KIND.
   */
  async checkServiceKind(options: CallOptions = {}): Promise<void> {
    const { nodeType } = (await this.getHealth(options)).general;
    if (nodeType === this.kind) return;
    const advice = nodeType === 'ESS' ? 'leave the organization out' : 'set the organization';
    throw new SyncServiceError(
      'SYNC_WRONG_SERVICE_KIND',
      `The service is ${nodeType === 'ESS' ? 'an' : 'a'} ${nodeType}: ${advice}`,
    );
  }

  /**
   * Stores metadata. On an existing object this drops its data until new data comes, unless `metaOnly` is set.
   *
   * @throws SyncServiceError SYNC_REJECTED with the service's reason in `response`.
   */
  async updateObject(metadata: ObjectMetadataInput, options: CallOptions = {}): Promise<void> {
    await this.#put(metadata, { meta: toPublish(metadata) }, options);
  }

  /** Uploads the data of an object whose metadata is there. The data is sent whole at each attempt. */
  async updateObjectData(
    object: ObjectReference,
    data: DataSource,
    options: CallOptions = {},
  ): Promise<void> {
    await this.#upload(object, await replayable(data), options);
  }

  /** Stores metadata and data as one operation: in one request when small, otherwise one after the other. */
  async publish(metadata: ObjectMetadataInput, data: DataSource, options: CallOptions = {}): Promise<void> {
    const body = await replayable(data);
    if (body.bytes && body.bytes.length <= singleRequestLimit) {
      await this.#put(metadata, { meta: toPublish(metadata), data: body.bytes.toString('base64') }, options);
      return;
    }
    await this.updateObject(metadata, options);
    await this.#upload(metadata, body, options);
  }

  /** @throws SyncServiceError SYNC_NOT_FOUND when there is no such object. */
  async getObjectMetadata(object: ObjectReference, options: CallOptions = {}): Promise<ObjectMetadata> {
    return (await this.#json(this.#read(this.#objectPath(object), options), [200])) as ObjectMetadata;
  }

  /** @throws SyncServiceError SYNC_NOT_FOUND when there is no such object. */
  async getObjectStatus(object: ObjectReference, options: CallOptions = {}): Promise<ObjectStatus> {
    return this.#text(this.#read(this.#objectPath(object, 'status'), options), [200]);
  }

  /** Where the object goes, and how far it has come at each; empty when nowhere (yet), and always on an ESS. */
  async getObjectDestinations(
    object: ObjectReference,
    options: CallOptions = {},
  ): Promise<DestinationStatus[]> {
    const call = this.#read(this.#objectPath(object, 'destinations'), options);
    return ((await this.#json(call, [200, 404])) ?? []) as DestinationStatus[];
  }

  /** The edge nodes that have registered with the organization. Only on a CSS. */
  async getDestinations(options: CallOptions = {}): Promise<Destination[]> {
    const call = this.#read(`/api/v1/destinations/${encodeURIComponent(this.organization ?? '')}`, options);
    return ((await this.#json(call, [200, 404])) ?? []) as Destination[];
  }

  /**
   * The updates of a type that were not acknowledged yet, deletions included; empty when there are none.
   *
   * @param options.received also those that were marked received.
   */
  async listUpdates(
    objectType: string,
    options: CallOptions & { received?: boolean } = {},
  ): Promise<ObjectMetadata[]> {
    checkName('objectType', objectType, this.#cloudOnlyNames);
    const path = `${this.#objectsPath()}/${encodeURIComponent(objectType)}`;
    const call = this.#read(options.received ? `${path}?received=true` : path, options);
    return ((await this.#json(call, [200, 404])) ?? []) as ObjectMetadata[];
  }

  /**
   * Fetches the data of an object, whole and of the version that was asked for, or fails.
   *
   * @param object metadata as it was received; of a mere reference the current version is fetched.
   * @throws SyncServiceError SYNC_NOT_FOUND (no such object, or no data), SYNC_SUPERSEDED, SYNC_TOO_LARGE,
   *   SYNC_INCOMPLETE_DATA, SYNC_SIGNATURE_INVALID, SYNC_UNTRUSTED_KEY.
   */
  async fetchObjectData(
    object: ObjectReference | ObjectMetadata,
    options: DownloadOptions & { maxBytes?: number } = {},
  ): Promise<Buffer> {
    return toBuffer(await this.#data(object, options), options, options.maxBytes ?? defaultMaxBytes);
  }

  /** Fetches the data into a file, which appears under its name only when it is whole and checked. Throws as fetchObjectData. */
  async fetchObjectDataToFile(
    object: ObjectReference | ObjectMetadata,
    path: string,
    options: DownloadOptions = {},
  ): Promise<void> {
    await toFile(await this.#data(object, options), options, path);
  }

  /** Marks an object consumed, whatever its version. Never repeated: each call counts for one consumer. See acknowledge. */
  async markObjectConsumed(object: ObjectReference, options: CallOptions = {}): Promise<void> {
    await this.#mark(object, 'consumed', options);
  }

  /** Marks an object received: later polls leave it out. */
  async markObjectReceived(object: ObjectReference, options: CallOptions = {}): Promise<void> {
    await this.#mark(object, 'received', options);
  }

  /** Acknowledges the deletion of an object. */
  async markObjectDeleted(object: ObjectReference, options: CallOptions = {}): Promise<void> {
    await this.#mark(object, 'deleted', options);
  }

  /**
   * Acknowledges a version of an object, if it is still the current one; a deletion is acknowledged as such.
   *
   * The service's acknowledgements carry no version: an update within the milliseconds between the check and the
   * acknowledgement is acknowledged with it.
   *
   * @returns what happened: the acknowledgement, `superseded` by a newer version, or `gone`.
   */
  async acknowledge(
    object: ObjectReference & Partial<ObjectMetadata>,
    how: Acknowledgement = 'consumed',
    options: CallOptions & { checkVersion?: boolean } = {},
  ): Promise<AcknowledgeOutcome> {
    return acknowledgeSafely(this, object, how, options);
  }

  /** Makes an inactive object active: it is delivered from now on. */
  async activateObject(object: ObjectReference, options: CallOptions = {}): Promise<void> {
    await this.#mark(object, 'activate', options);
  }

  /** Deletes an object everywhere it was sent. */
  async deleteObject(object: ObjectReference, options: CallOptions = {}): Promise<void> {
    const path = this.#objectPath(object);
    await this.#drop(
      { lane: 'query', method: 'DELETE', path, repeatable: false, signal: options.signal },
      [204],
    );
  }

  /**
   * The updates of a type, one after the other, as the window allows. Receivers of one type on one client share one
   * poll; the service's acknowledgement goes out once all that were handed the object have asked for it.
   */
  pollForUpdates(objectType: string, options: ReceiverOptions = {}): UpdateReceiver {
    checkName('objectType', objectType, this.#cloudOnlyNames);
    return this.#feeds.receiver(objectType, options);
  }

  /** Ends receivers and requests, and closes every connection. */
  async close(): Promise<void> {
    this.#feeds.close();
    await this.#transport.close();
  }

  async #upload(object: ObjectReference, body: ReplayableBody, options: CallOptions): Promise<void> {
    await this.#drop(
      {
        lane: 'transfer',
        method: 'PUT',
        path: this.#objectPath(object, 'data'),
        body: body.make,
        headers: {
          'content-type': 'application/octet-stream',
          ...(body.size !== undefined && { 'content-length': String(body.size) }),
        },
        repeatable: true,
        timeout: transferTimeout,
        signal: options.signal,
      },
      [204],
    );
  }

  async #data(object: ObjectReference | ObjectMetadata, options: DownloadOptions): Promise<ObjectData> {
    const metadata = 'dataID' in object ? object : await this.getObjectMetadata(object, options);
    const call: Call = {
      ...this.#read(this.#objectPath(object, 'data'), options),
      lane: 'transfer',
      timeout: downloadTimeout,
    };
    return {
      metadata,
      pieces: this.#pieces(call),
      current: () => this.getObjectMetadata(object, options),
    };
  }

  async *#pieces(call: Call): AsyncGenerator<Buffer> {
    const { body } = await this.#transport.send(call, [200]);
    try {
      for await (const piece of body) yield piece;
    } catch (error) {
      throw this.#transport.bodyFailure(error, call);
    }
  }

  async #put(metadata: ObjectMetadataInput, body: object, options: CallOptions): Promise<void> {
    const text = stringifyExactJson(body);
    await this.#drop(
      {
        lane: 'query',
        method: 'PUT',
        path: this.#objectPath(metadata),
        body: () => text,
        headers: { 'content-type': 'application/json' },
        repeatable: true,
        signal: options.signal,
      },
      [204],
    );
  }

  async #mark(
    object: ObjectReference,
    mark: 'consumed' | 'received' | 'deleted' | 'activate',
    { signal }: CallOptions,
  ): Promise<void> {
    const path = this.#objectPath(object, mark);
    await this.#drop({ lane: 'acknowledgement', method: 'PUT', path, repeatable: false, signal }, [204]);
  }

  #read(path: string, { signal }: CallOptions): Call {
    return { lane: 'query', method: 'GET', path, repeatable: true, signal };
  }

  #objectsPath(): string {
    const organization = this.organization === undefined ? '' : `/${encodeURIComponent(this.organization)}`;
    return `/api/v1/objects${organization}`;
  }

  #objectPath(object: ObjectReference, operation?: string): string {
    checkReference(object, this.#cloudOnlyNames);
    const name = `${encodeURIComponent(object.objectType)}/${encodeURIComponent(object.objectID)}`;
    return `${this.#objectsPath()}/${name}${operation ? `/${operation}` : ''}`;
  }

  /** The JSON of the answer; undefined for a 404 that was expected. */
  async #json(call: Call, expected: readonly number[]): Promise<unknown> {
    const answer = await this.#transport.send(call, expected);
    const text = await this.#textOf(answer, call);
    if (answer.status === 404) return undefined;
    try {
      return parseExactJson(text);
    } catch (cause) {
      const url = this.#transport.url(call.path);
      const details = {
        statusCode: answer.status,
        method: call.method,
        url,
        response: text.slice(0, 4_096),
        cause,
      };
      throw new SyncServiceError(
        'SYNC_UNEXPECTED_RESPONSE',
        `${call.method} ${url} was not answered with JSON`,
        details,
      );
    }
  }

  async #text(call: Call, expected: readonly number[]): Promise<string> {
    return this.#textOf(await this.#transport.send(call, expected), call);
  }

  async #drop(call: Call, expected: readonly number[]): Promise<void> {
    await this.#text(call, expected);
  }

  async #textOf(answer: Answer, call: Call): Promise<string> {
    return answer.body.text().catch((error: unknown) => {
      throw this.#transport.bodyFailure(error, call);
    });
  }
}
