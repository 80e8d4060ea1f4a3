import type { ObjectMetadataInput } from '../../protocol/metadata';
import type { Clock } from '../../system/clock';
import type { CallOptions } from '../connection/options';
import type { Requests } from '../connection/requests';
import { isSyncServiceError } from '../errors';
import type { ObjectReference } from '../objects/names';
import type { Paths } from '../objects/paths';
import type { Presence } from '../objects/presence';
import { toPublish } from '../objects/rules';
import { type SigningKey, signatureOf } from './signing';
import { type DataSource, type ReplayableBody, replayable } from './source';
import { Uploader, type UploadOptions } from './upload';

export interface PublishOptions extends UploadOptions {
  sign?: SigningKey | undefined;
}

/** Up to this many bytes metadata and data travel in one request. */
const singleRequestLimit = 256 * 1024;

/** Stores objects: their metadata, their data, or both as one operation. */
export class Publisher {
  readonly #uploader: Uploader;

  constructor(
    private readonly requests: Requests,
    private readonly paths: Paths,
    presence: Presence,
    private readonly clock: Clock,
  ) {
    this.#uploader = new Uploader(requests, paths, presence, clock);
  }

  async metadata(metadata: ObjectMetadataInput, options: CallOptions): Promise<void> {
    await this.#put(
      metadata,
      { meta: toPublish(metadata, this.paths.kind, false, this.clock.now()) },
      options,
    );
  }

  async data(object: ObjectReference, data: DataSource, options: UploadOptions): Promise<void> {
    await this.#uploader.upload(object, await replayable(data), options);
  }

  async publish(metadata: ObjectMetadataInput, data: DataSource, options: PublishOptions): Promise<void> {
    const body = await replayable(data);
    const signed = options.sign ? { ...metadata, ...(await signatureOf(body, options.sign)) } : metadata;
    const meta = toPublish(signed, this.paths.kind, true, this.clock.now());
    if (body.bytes && body.bytes.length <= singleRequestLimit) {
      await this.#together(metadata, meta, body.bytes, options);
    } else {
      await this.#apart(metadata, meta, body, options);
    }
  }

  async #together(
    object: ObjectReference,
    meta: object,
    bytes: Buffer,
    options: PublishOptions,
  ): Promise<void> {
    const content = { meta, data: bytes.toString('base64') };
    await this.#uploader.whileWhole(object, () => this.#put(object, content, options));
    options.onProgress?.(bytes.length, bytes.length);
  }

  async #apart(
    object: ObjectReference,
    meta: object,
    body: ReplayableBody,
    options: PublishOptions,
  ): Promise<void> {
    await inHalf('metadata', () => this.#put(object, { meta }, options));
    await inHalf('data', () => this.#uploader.upload(object, body, options));
  }

  async #put(object: ObjectReference, json: object, { signal }: CallOptions): Promise<void> {
    const path = this.paths.object(object);
    await this.requests.change({ method: 'PUT', path, json, lane: 'publish', repeatable: true, signal });
  }
}

/** Says in the error which half of a publish failed: after the metadata, the object is there without data. */
async function inHalf(half: 'metadata' | 'data', send: () => Promise<void>): Promise<void> {
  try {
    await send();
  } catch (error) {
    throw isSyncServiceError(error) ? error.in(half) : error;
  }
}
