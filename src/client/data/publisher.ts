import type { ObjectMetadata, ObjectMetadataInput } from '../../protocol/metadata';
import type { Clock } from '../../system/clock';
import type { CallOptions } from '../connection/options';
import type { Requests } from '../connection/requests';
import { isSyncServiceError } from '../errors';
import type { ObjectReference } from '../objects/names';
import type { Objects } from '../objects/objects';
import type { Paths } from '../objects/paths';
import { toPublish } from '../objects/rules';
import { type Call, Calls } from './calls';
import { digestOf, digestOfAll } from './digests';
import { asAborted, OneSigned } from './one-signed';
import type { PublishedObjects } from './published';
import type { Aside, TransferRate } from './rate';
import { type SigningKey, signatureOf } from './signing';
import { type DataSource, type ReplayableBody, replayable, tellProgress } from './source';
import type { Turn } from './turn';
import { UnansweredPut } from './unanswered';
import { Uploader, type UploaderSeams } from './upload';
import type { UploadOptions } from './upload-options';

export interface PublishOptions extends UploadOptions {
  /** Signs the data as it is sent. */
  sign?: SigningKey | undefined;
}

/** `unchanged`: the service still has the same, and nothing was sent. */
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
  readonly #calls = new Calls();

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
    const put = (call: Call): Promise<void> =>
      call.send(async () => this.#put(metadata, { meta }, await this.#begin(metadata, options), options));
    // Without `metaOnly` it is another object with the same name, whose data is yet to come.
    if (metadata.metaOnly) await this.#calls.take(metadata, put);
    else await this.#calls.takeReplacing(metadata, put);
  }

  /** @throws SyncServiceError SYNC_SUPERSEDED if the object was published again, or deleted, while this waited. */
  async data(object: ObjectReference, data: DataSource, options: UploadOptions): Promise<void> {
    await this.#calls.takeReplacing(object, async (call) => {
      const body = await replayable(data);
      await this.#inHours(call, body.size, options, (aside) =>
        call.send(async () => {
          const put = await this.#begin(object, options);
          const chosen = await this.#uploader.choose(object, body, 'data', options);
          const held = { ...options, aside, beforeRequest: call.refuseReplaced };
          await this.#uploader.upload(object, chosen, put, held);
        }),
      );
    });
  }

  /** Throws as `data`. */
  async publish(metadata: ObjectMetadataInput, data: DataSource, options: PublishOptions): Promise<void> {
    await this.#calls.takeReplacing(metadata, async (call) => {
      const body = await replayable(data);
      // Waits here, before anything is sent: otherwise metadata could be without its data, or the only place of signed
      // uploads be taken, for hours.
      await this.#inHours(call, body.size, options, (aside) =>
        call.send(() => this.#signedAndPublished(metadata, body, call, { ...options, aside })),
      );
    });
  }

  async delete(object: ObjectReference, options: CallOptions): Promise<void> {
    await this.#calls.takeReplacing(object, (call) => call.send(() => this.#objects.delete(object, options)));
  }

  /**
   * One after the other for each object, since the service is asked afterwards as which version it was published. Throws
   * as `data`.
   */
  async publishIfChanged(
    metadata: ObjectMetadataInput,
    data: DataSource,
    options: PublishOptions,
  ): Promise<PublishOutcome> {
    return this.#calls.takeReplacing(metadata, (call) =>
      inTurn(call, options, (turn) => this.#publishIfChanged(metadata, data, options, call, turn)),
    );
  }

  async #publishIfChanged(
    metadata: ObjectMetadataInput,
    data: DataSource,
    options: PublishOptions,
    call: Call,
    turn: Turn,
  ): Promise<PublishOutcome> {
    const body = await replayable(data);
    const about = toPublish(metadata, this.#paths.kind, true, this.#clock.now());
    const digest = await digestOfAll(about, body, options.sign);
    if (await this.#published.isThere(metadata, digest, options)) return 'unchanged';
    if (!this.#rate.isOpenFor(body.size)) {
      await turn.lend(() => this.#rate.opened(body.size, options));
      // The data, too, may have changed by now.
      return this.#publishIfChanged(metadata, data, options, call, turn);
    }
    return call.send(async (sending) => {
      const meta = await this.#signedAndPublished(metadata, body, call, { ...options, aside: turn.lend });
      const sent = { metadata: meta, size: body.size };
      // It is published, whether that can be remembered or not.
      await this.#published.remember(metadata, digest, sent, sending, options).catch(() => undefined);
      return 'published' as const;
    });
  }

  /** Sends once a transfer of this size may run. Those of one object that have to wait go one after the other, in order. */
  async #inHours(
    call: Call,
    size: number | undefined,
    options: UploadOptions,
    send: (aside?: Aside) => Promise<unknown>,
  ): Promise<void> {
    if (this.#rate.isOpenFor(size)) await send();
    else
      await inTurn(call, options, async (turn) => {
        while (!this.#rate.isOpenFor(size)) await turn.lend(() => this.#rate.opened(size, options));
        await send(turn.lend);
      });
  }

  /** @returns the metadata that was sent. */
  async #signedAndPublished(
    metadata: ObjectMetadataInput,
    body: ReplayableBody,
    call: Call,
    options: PublishOptions,
  ): Promise<Partial<ObjectMetadata>> {
    await options.onBegin?.();
    const signed = options.sign ? { ...metadata, ...(await signatureOf(body, options.sign)) } : metadata;
    const meta = toPublish(signed, this.#paths.kind, true, this.#clock.now());
    const publish = (aside = options.aside): Promise<void> =>
      this.#publish(metadata, meta, body, { ...options, aside, beforeRequest: call.refuseReplaced });
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
    const chosen = await this.#uploader.choose(object, body, digestOf(meta, options.sign), options);
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
    { beforeRequest, signal }: UploadOptions,
  ): Promise<void> {
    const path = this.#paths.object(object);
    const change = { method: 'PUT', path, json, lane: 'publish', repeatable: true, signal } as const;
    const { followsQuestion: goesOn, repeated: onRepeat } = put;
    await put.send(async () => {
      beforeRequest?.();
      await this.#requests.change({ ...change, goesOn, onRepeat });
    });
  }
}

async function inTurn<T>(call: Call, options: UploadOptions, work: (turn: Turn) => Promise<T>): Promise<T> {
  try {
    return await call.inTurn(work, options.signal);
  } catch (error) {
    throw asAborted(error, options);
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
