import { wasNotSent } from '../connection/failures';
import type { Requests } from '../connection/requests';
import { isSyncServiceError, type SyncServiceError } from '../errors';
import { checkNumbers } from '../numbers';
import { nameOf, type ObjectReference } from '../objects/names';
import type { Paths } from '../objects/paths';
import type { Presence } from '../objects/presence';
import { ChunkedUploads, type ChunkSeams, type InChunks } from './chunked-upload';
import type { TransferRate } from './rate';
import { type ReplayableBody, withProgress } from './source';
import type { UnansweredPut } from './unanswered';
import type { ReachedUpload } from './upload-memory';
import type { UploadOptions } from './upload-options';

const defaultChunkSize = 16 * 1_048_576;
/** How many objects with a cut upload are remembered. */
const rememberedCuts = 10_000;

/** An upload for which whole or chunks is chosen. */
export interface ChosenUpload {
  body: ReplayableBody;
  chunks?: InChunks;
  /** How far an earlier upload has come. */
  reached?: ReachedUpload | undefined;
}

export interface UploaderSeams extends Omit<ChunkSeams, 'closing' | 'put'> {
  presence: Presence;
  rate: TransferRate;
  /** Whether chunks are chosen where the call does not say. */
  inChunks: boolean;
}

/** Uploads data so that it is whole at the service, whatever happened to an upload before. */
export class Uploader {
  readonly #cut = new Set<string>();
  readonly #chunked: ChunkedUploads;
  readonly #requests: Requests;
  readonly #paths: Paths;
  readonly #presence: Presence;
  readonly #rate: TransferRate;
  readonly #inChunks: boolean;

  constructor(seams: UploaderSeams) {
    const { requests, paths, presence, rate, inChunks } = seams;
    this.#requests = requests;
    this.#paths = paths;
    this.#presence = presence;
    this.#rate = rate;
    this.#inChunks = inChunks;
    this.#chunked = new ChunkedUploads({ ...seams, closing: rate.closing, put: this.#put.bind(this) });
  }

  /**
   * Chooses whole or chunks, and looks how far earlier chunks have come: if there are any, the metadata need not be sent
   * again.
   *
   * @param about a short form of what is sent of the object before its data.
   */
  async choose(
    object: ObjectReference,
    body: ReplayableBody,
    about: string,
    options: UploadOptions,
  ): Promise<ChosenUpload> {
    const { chunkSize, inChunks = chunkSize !== undefined || this.#inChunks } = options;
    checkNumbers('wholeBytes', { chunkSize });
    const size = chunkSize ?? defaultChunkSize;
    // Zero bytes cannot be expressed in chunks, and the total must be known.
    if (!inChunks || (body.size ?? 0) <= size || this.#paths.kind !== 'CSS') return { body };
    const chunks = { body, chunkSize: size, about };
    return { body, chunks, reached: await this.#chunked.reached(object, chunks, options) };
  }

  /** @throws SyncServiceError SYNC_SIGNATURE_INVALID if the service finds so after a chunked upload. */
  async upload(
    object: ObjectReference,
    { body, chunks, reached }: ChosenUpload,
    put: UnansweredPut,
    options: UploadOptions,
  ): Promise<void> {
    if (chunks && (await this.#chunked.upload(object, chunks, reached, options))) return;
    await this.whileWhole(object, put, () => this.#whole(object, body, put, options));
  }

  /**
   * Runs `send`, which stores data of the object; after an upload that was cut, runs it twice. The service (with its
   * store on files) does not truncate the file that a cut upload has left, so that shorter data would keep the tail of
   * the longer; the second time the file is new.
   */
  async whileWhole(object: ObjectReference, put: UnansweredPut, send: () => Promise<void>): Promise<void> {
    const key = nameOf(object);
    try {
      await send();
      if (this.#cut.has(key)) {
        put.arrived();
        await send();
      }
    } catch (error) {
      // The last try may not have reached the service although an earlier one did.
      if (put.isDoubtful || mayHaveBeenCut(error)) this.#remember(key);
      throw error;
    }
    this.#cut.delete(key);
  }

  #remember(key: string): void {
    const [oldest] = this.#cut;
    if (this.#cut.size >= rememberedCuts && oldest !== undefined) this.#cut.delete(oldest);
    this.#cut.add(key);
  }

  async #whole(
    object: ObjectReference,
    body: ReplayableBody,
    put: UnansweredPut,
    options: UploadOptions,
  ): Promise<void> {
    const { make, size } = withProgress(body, options.onProgress);
    const headers: Record<string, string> = size === undefined ? {} : { 'content-length': String(size) };
    try {
      const repeated = { ...options, onRepeat: put.repeated };
      await put.send(() => this.#put(object, { make, size }, headers, repeated));
    } catch (error) {
      throw this.#paths.kind === 'CSS' && mayBeThereInPart(error) ? error.partlySent() : error;
    }
  }

  #put(
    object: ObjectReference,
    { make, size }: ReplayableBody,
    headers: Record<string, string>,
    { aside, beforeRequest, onRepeat, onWait, signal }: UploadOptions & { onRepeat?: () => void },
  ): ReturnType<Requests['upload']> {
    const path = this.#paths.object(object, 'data');
    const sent = { 'content-type': 'application/octet-stream', ...headers };
    return this.#presence.about(object, 'other', { signal }, () =>
      this.#rate.upload(size, { signal, onWait, aside }, async (paced) => {
        beforeRequest?.();
        return this.#requests.upload({
          path,
          body: () => paced(make()),
          headers: sent,
          repeatable: true,
          onRepeat,
          signal,
        });
      }),
    );
  }
}

/** Whether some bytes may have reached the service, but not all: not if it refused, could not be reached, or was not asked. */
function mayHaveBeenCut(error: unknown): boolean {
  if (!isSyncServiceError(error)) return true;
  if (error.code === 'SYNC_SUPERSEDED') return false;
  return error.statusCode === undefined ? !wasNotSent(error) : error.statusCode >= 500;
}

/** Whether the connection broke, or a proxy in front of the service gave up: not if the service itself answered. */
function mayBeThereInPart(error: unknown): error is SyncServiceError {
  if (!isSyncServiceError(error) || !mayHaveBeenCut(error)) return false;
  return error.statusCode === undefined || error.statusCode === 502 || error.statusCode === 504;
}
