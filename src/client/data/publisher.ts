import { createHash } from 'node:crypto';
import { stringifyExactJson } from '../../protocol/exact-json';
import type { ObjectMetadata, ObjectMetadataInput } from '../../protocol/metadata';
import type { Clock } from '../../system/clock';
import { Limiter } from '../../system/limiter';
import type { CallOptions } from '../connection/options';
import type { Requests } from '../connection/requests';
import { isSyncServiceError, SyncServiceError } from '../errors';
import type { ObjectReference } from '../objects/names';
import type { Paths } from '../objects/paths';
import { toPublish } from '../objects/rules';
import { digestOfAll, type PublishedObjects } from './published';
import type { TransferRate } from './rate';
import { publicKeyOf, type SigningKey, signatureOf } from './signing';
import { type DataSource, type ReplayableBody, replayable, tellProgress } from './source';
import { Turns } from './turns';
import { UnansweredPut } from './unanswered';
import { Uploader, type UploaderSeams } from './upload';
import type { UploadOptions } from './upload-options';

export interface PublishOptions extends UploadOptions {
  /** Signs the data as it is sent. */
  sign?: SigningKey | undefined;
}

/** `unchanged`: the service has the same still, and nothing was sent. */
export type PublishOutcome = 'published' | 'unchanged';

export interface PublisherSeams extends UploaderSeams {
  published: PublishedObjects;
}

/** Up to this many bytes metadata and data travel in one request. */
const singleRequestLimit = 256 * 1024;

/** What a service answers that finds another signature of data that it was sent. */
const signatureRefusal = /verif/i;

/** Stores objects: their metadata, their data, or both as one operation. */
export class Publisher {
  readonly #uploader: Uploader;
  readonly #requests: Requests;
  readonly #paths: Paths;
  readonly #clock: Clock;
  readonly #published: PublishedObjects;
  readonly #rate: TransferRate;
  readonly #signed = new Limiter(1);
  readonly #turns = new Turns();

  constructor(seams: PublisherSeams) {
    const { requests, paths, clock } = seams;
    this.#requests = requests;
    this.#paths = paths;
    this.#clock = clock;
    this.#published = seams.published;
    this.#rate = seams.rate;
    this.#uploader = new Uploader(seams);
  }

  async metadata(metadata: ObjectMetadataInput, options: CallOptions): Promise<void> {
    const meta = toPublish(metadata, this.#paths.kind, false, this.#clock.now());
    await this.#published.sending(this.#paths.object(metadata), async () =>
      this.#put(metadata, { meta }, await this.#begin(metadata, options), options),
    );
  }

  async data(object: ObjectReference, data: DataSource, options: UploadOptions): Promise<void> {
    const body = await replayable(data);
    await this.#rate.opened(body.size, options);
    const put = await this.#begin(object, options);
    const chosen = await this.#uploader.choose(object, body, 'data', options);
    await this.#published.sending(this.#paths.object(object), () =>
      this.#uploader.upload(object, chosen, put, options),
    );
  }

  async publish(metadata: ObjectMetadataInput, data: DataSource, options: PublishOptions): Promise<void> {
    const body = await replayable(data);
    await this.#published.sending(this.#paths.object(metadata), () =>
      this.#signedAndPublished(metadata, body, options),
    );
  }

  /** One after the other for each object: as which version it was published is asked behind it. */
  async publishIfChanged(
    metadata: ObjectMetadataInput,
    data: DataSource,
    options: PublishOptions,
  ): Promise<PublishOutcome> {
    const turn = this.#turns.take(
      this.#paths.object(metadata),
      () => this.#publishIfChanged(metadata, data, options),
      options.signal,
    );
    return turn.catch((error: unknown) => {
      throw asAborted(error, options);
    });
  }

  async #publishIfChanged(
    metadata: ObjectMetadataInput,
    data: DataSource,
    options: PublishOptions,
  ): Promise<PublishOutcome> {
    const body = await replayable(data);
    const about = toPublish(metadata, this.#paths.kind, true, this.#clock.now());
    const { signature, hashAlgorithm, publicKey, ...unsigned } = about;
    const signedWith = options.sign
      ? nameOfKey(options.sign)
      : signature
        ? `${hashAlgorithm} ${publicKey}`
        : '';
    const digest = await digestOfAll({ ...unsigned, signedWith }, body);
    if (await this.#published.isThere(metadata, digest, options)) return 'unchanged';
    return this.#published.sending(this.#paths.object(metadata), async (sending) => {
      const sent = { metadata: await this.#signedAndPublished(metadata, body, options), size: body.size };
      // It is published, whether that can be remembered or not.
      await this.#published.remember(metadata, digest, sent, sending, options).catch(() => undefined);
      return 'published' as const;
    });
  }

  /** @returns the metadata that was sent. */
  async #signedAndPublished(
    metadata: ObjectMetadataInput,
    body: ReplayableBody,
    options: PublishOptions,
  ): Promise<Partial<ObjectMetadata>> {
    // Metadata without its data, or the only place of what is signed, is not to wait for a day.
    await this.#rate.opened(body.size, options);
    await options.onBegin?.();
    const signed = options.sign ? { ...metadata, ...(await signatureOf(body, options.sign)) } : metadata;
    const meta = toPublish(signed, this.#paths.kind, true, this.#clock.now());
    const publish = (inHours?: () => Promise<void>): Promise<void> =>
      this.#publish(metadata, meta, body, { ...options, inHours });
    if (!meta.signature || this.#paths.kind === 'ESS') await publish();
    else await this.#alone(body.size, publish, options);
    return meta;
  }

  /**
   * A CSS on MongoDB has mixed up uploads that it verified at once, and refused them (edge-sync-service#156): one at a time. What
   * waits for its hours lets the others pass.
   */
  async #alone(
    size: number | undefined,
    publish: (inHours: () => Promise<void>) => Promise<void>,
    options: PublishOptions,
  ): Promise<void> {
    let leave = (): void => undefined;
    const inHours = async (): Promise<void> => {
      while (!this.#rate.isOpenFor(size)) {
        leave();
        await this.#rate.opened(size, options);
        leave = await this.#signed.enter(options.signal);
      }
    };
    try {
      leave = await this.#signed.enter(options.signal);
      await inHours();
      await publish(inHours).catch((error: unknown) => {
        if (!isSignatureRefused(error)) throw error;
        return publish(inHours);
      });
    } catch (error) {
      throw asAborted(error, options);
    } finally {
      leave();
    }
  }

  async #publish(
    object: ObjectMetadataInput,
    meta: Record<string, unknown>,
    body: ReplayableBody,
    options: PublishOptions,
  ): Promise<void> {
    const put = await this.#begin(object, options);
    if (body.bytes && body.bytes.length <= singleRequestLimit) {
      return this.#together(object, meta, body.bytes, put, options);
    }
    const chosen = await this.#uploader.choose(object, body, digestOf(meta, options), options);
    if (!chosen.reached) await inHalf('metadata', () => this.#put(object, { meta }, put, options));
    await inHalf('data', () => this.#uploader.upload(object, chosen, put.next(), options));
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
    return UnansweredPut.of(this.#requests, this.#paths, object, { lane: 'publish', signal });
  }

  async #put(
    object: ObjectReference,
    json: object,
    put: UnansweredPut,
    { signal }: CallOptions,
  ): Promise<void> {
    const path = this.#paths.object(object);
    const change = { method: 'PUT', path, json, lane: 'publish', repeatable: true, signal } as const;
    const { followsQuestion: goesOn, repeated: onRepeat } = put;
    await put.send(() => this.#requests.change({ ...change, goesOn, onRepeat }));
  }
}

/** Whoever has changed his mind while he waited for his turn hears of that. */
function asAborted(error: unknown, { signal }: CallOptions): unknown {
  if (isSyncServiceError(error) || !signal?.aborted) return error;
  return new SyncServiceError('SYNC_ABORTED', 'The upload was aborted', { cause: error });
}

/** Says in the error which half of a publish failed: after the metadata, the object is there without data. */
async function inHalf(half: 'metadata' | 'data', send: () => Promise<void>): Promise<void> {
  try {
    await send();
  } catch (error) {
    throw isSyncServiceError(error) ? error.in(half) : error;
  }
}

/** Each signature of the same data is another one: what is signed here is known by its key. */
function digestOf(meta: Record<string, unknown>, { sign }: PublishOptions): string {
  const { signature, ...rest } = meta;
  return createHash('sha256')
    .update(stringifyExactJson(sign ? rest : meta))
    .digest('base64');
}

function isSignatureRefused(error: unknown): boolean {
  if (isSyncServiceError(error, 'SYNC_SIGNATURE_INVALID')) return true;
  return isSyncServiceError(error) && error.statusCode === 500 && signatureRefusal.test(error.response ?? '');
}

/** Data that is signed with another key is to be published again; each signature with the same is another one. */
function nameOfKey(key: SigningKey): string {
  return `${key.hashAlgorithm ?? 'SHA256'} ${publicKeyOf(key)}`;
}
