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
import { type DataSource, replayable, tellProgress } from './source';
import { UnansweredPut } from './unanswered';
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
    const meta = toPublish(metadata, this.paths.kind, false, this.clock.now());
    await this.#put(metadata, { meta }, await this.#begin(metadata, options), options);
  }

  async data(object: ObjectReference, data: DataSource, options: UploadOptions): Promise<void> {
    const body = await replayable(data);
    await this.#uploader.upload(object, body, await this.#begin(object, options), options);
  }

  async publish(metadata: ObjectMetadataInput, data: DataSource, options: PublishOptions): Promise<void> {
    const body = await replayable(data);
    const signed = options.sign ? { ...metadata, ...(await signatureOf(body, options.sign)) } : metadata;
    const meta = toPublish(signed, this.paths.kind, true, this.clock.now());
    const put = await this.#begin(metadata, options);
    if (body.bytes && body.bytes.length <= singleRequestLimit) {
      await this.#together(metadata, meta, body.bytes, put, options);
    } else {
      await inHalf('metadata', () => this.#put(metadata, { meta }, put, options));
      await inHalf('data', () => this.#uploader.upload(metadata, body, put.next(), options));
    }
  }

  async #together(
    object: ObjectReference,
    meta: object,
    bytes: Buffer,
    put: UnansweredPut,
    options: PublishOptions,
  ): Promise<void> {
    const content = { meta, data: bytes.toString('base64') };
    await this.#uploader.whileWhole(object, put, () => this.#put(object, content, put, options));
    tellProgress(options.onProgress, bytes.length, bytes.length);
  }

  #begin(
    object: ObjectReference & { autodelete?: boolean },
    { signal }: CallOptions,
  ): Promise<UnansweredPut> {
    return UnansweredPut.of(this.requests, this.paths, object, { lane: 'publish', signal });
  }

  async #put(
    object: ObjectReference,
    json: object,
    put: UnansweredPut,
    { signal }: CallOptions,
  ): Promise<void> {
    const path = this.paths.object(object);
    const change = { method: 'PUT', path, json, lane: 'publish', repeatable: true, signal } as const;
    await put.send(() => this.requests.change({ ...change, onRepeat: put.repeated }));
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
