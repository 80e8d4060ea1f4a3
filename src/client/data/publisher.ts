import { createHash } from 'node:crypto';
import { stringifyExactJson } from '../../protocol/exact-json';
import type { ObjectMetadata, ObjectMetadataInput } from '../../protocol/metadata';
import type { Clock } from '../../system/clock';
import type { CallOptions } from '../connection/options';
import type { Requests } from '../connection/requests';
import { isSyncServiceError, SyncServiceError } from '../errors';
import { nameOf, type ObjectReference } from '../objects/names';
import type { Objects } from '../objects/objects';
import type { Paths } from '../objects/paths';
import { toPublish } from '../objects/rules';
import { asAborted, OneSigned } from './one-signed';
import { digestOfAll, type PublishedObjects, type Sending } from './published';
import type { Aside, TransferRate } from './rate';
import { publicKeyOf, type SigningKey, signatureOf } from './signing';
import { type DataSource, type ReplayableBody, replayable, tellProgress } from './source';
import { type Turn, Turns } from './turns';
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

/** Stores objects: their metadata, their data, or both as one operation. */
export class Publisher {
  readonly #uploader: Uploader;
  readonly #requests: Requests;
  readonly #objects: Objects;
  readonly #paths: Paths;
  readonly #clock: Clock;
  readonly #published: PublishedObjects;
  readonly #rate: TransferRate;
  readonly #signed: OneSigned;
  readonly #turns = new Turns();

  constructor(seams: PublisherSeams) {
    const { requests, paths, clock } = seams;
    this.#requests = requests;
    this.#objects = seams.objects;
    this.#paths = paths;
    this.#clock = clock;
    this.#published = seams.published;
    this.#rate = seams.rate;
    this.#signed = new OneSigned(seams.rate);
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
    await this.#published.sending(this.#paths.object(object), async (sending) => {
      await this.#rate.opened(body.size, options);
      if (sending.isReplaced) throw overtaken(object);
      const put = await this.#begin(object, options);
      const chosen = await this.#uploader.choose(object, body, 'data', options);
      await this.#uploader.upload(object, chosen, put, options);
    });
  }

  /** @throws SyncServiceError SYNC_SUPERSEDED where the object was published anew, or deleted, while this one waited. */
  async publish(metadata: ObjectMetadataInput, data: DataSource, options: PublishOptions): Promise<void> {
    const body = await replayable(data);
    await this.#published.replacing(this.#paths.object(metadata), (sending) =>
      this.#signedAndPublished(metadata, body, sending, options),
    );
  }

  async delete(object: ObjectReference, options: CallOptions): Promise<void> {
    await this.#published.replacing(this.#paths.object(object), () => this.#objects.delete(object, options));
  }

  /**
   * One after the other for each object: as which version it was published is asked behind it.
   *
   * @throws SyncServiceError SYNC_SUPERSEDED where a later one was done while this one waited for its hours.
   */
  async publishIfChanged(
    metadata: ObjectMetadataInput,
    data: DataSource,
    options: PublishOptions,
  ): Promise<PublishOutcome> {
    const turn = this.#turns.take(
      this.#paths.object(metadata),
      (turn) => this.#publishIfChanged(metadata, data, options, turn),
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
    turn: Turn,
  ): Promise<PublishOutcome> {
    const { body, digest } = await this.#digested(metadata, data, options);
    if (await this.#published.isThere(metadata, digest, options)) return 'unchanged';
    if (turn.isOvertaken) throw overtaken(metadata);
    if (!this.#rate.isOpenFor(body.size)) {
      await turn.lend(() => this.#rate.opened(body.size, options));
      // The data, too, may be another by now.
      return this.#publishIfChanged(metadata, data, options, turn);
    }
    return this.#published.replacing(this.#paths.object(metadata), async (sending) => {
      const meta = await this.#signedAndPublished(metadata, body, sending, options);
      const sent = { metadata: meta, size: body.size };
      // It is published, whether that can be remembered or not.
      await this.#published.remember(metadata, digest, sent, sending, options).catch(() => undefined);
      return 'published' as const;
    });
  }

  /** What is to be published, and what it is known by: data that is signed with another key is other data. */
  async #digested(
    metadata: ObjectMetadataInput,
    data: DataSource,
    { sign }: PublishOptions,
  ): Promise<{ body: ReplayableBody; digest: string }> {
    const body = await replayable(data);
    const about = toPublish(metadata, this.#paths.kind, true, this.#clock.now());
    const { signature, hashAlgorithm, publicKey, ...unsigned } = about;
    const ownKey = signature ? `${hashAlgorithm} ${publicKey}` : '';
    const signedWith = sign ? nameOfKey(sign) : ownKey;
    return { body, digest: await digestOfAll({ ...unsigned, signedWith }, body) };
  }

  /** @returns the metadata that was sent. */
  async #signedAndPublished(
    metadata: ObjectMetadataInput,
    body: ReplayableBody,
    sending: Sending,
    options: PublishOptions,
  ): Promise<Partial<ObjectMetadata>> {
    // Metadata without its data, or the only place of what is signed, is not to wait for a day.
    await this.#rate.opened(body.size, options);
    await options.onBegin?.();
    const signed = options.sign ? { ...metadata, ...(await signatureOf(body, options.sign)) } : metadata;
    const meta = toPublish(signed, this.#paths.kind, true, this.#clock.now());
    const publish = async (aside?: Aside): Promise<void> => {
      if (sending.isReplaced) throw overtaken(metadata);
      await this.#publish(metadata, meta, body, { ...options, aside });
    };
    if (!meta.signature || this.#paths.kind === 'ESS') await publish();
    else await this.#signed.send(body.size, publish, options);
    return meta;
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

function overtaken(object: ObjectReference): SyncServiceError {
  const message = `${nameOf(object)} was published anew, or deleted, while this waited for its hours`;
  return new SyncServiceError('SYNC_SUPERSEDED', message);
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

/** Data that is signed with another key is to be published again; each signature with the same is another one. */
function nameOfKey(key: SigningKey): string {
  return `${key.hashAlgorithm ?? 'SHA256'} ${publicKeyOf(key)}`;
}
