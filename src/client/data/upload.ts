import type { ObjectStatus } from '../../protocol/metadata';
import { type Clock, sleep } from '../../system/clock';
import { wasNotSent } from '../connection/failures';
import type { CallOptions } from '../connection/options';
import type { Requests } from '../connection/requests';
import { invalidArgument, isSyncServiceError, SyncServiceError } from '../errors';
import type { ObjectReference } from '../objects/names';
import type { Paths } from '../objects/paths';
import type { Presence } from '../objects/presence';
import { chunks, type Progress, type ReplayableBody, tellProgress, withProgress } from './source';
import type { UnansweredPut } from './unanswered';

export interface UploadOptions extends CallOptions {
  onProgress?: Progress | undefined;
  /**
   * Sends the data in chunks of so many bytes, each repeated by itself. Works on a CSS that stores in MongoDB alone;
   * elsewhere the data is sent whole after all.
   */
  chunkSize?: number | undefined;
}

/** How long the service may verify data that it has, in ms. */
const verificationLimit = 600_000;
/** How long a store that takes chunks may leave an object that it has whole not ready, in ms. */
const assemblyLimit = 15_000;
const longestPause = 5_000;
/** How many objects with a cut upload are remembered. */
const rememberedCuts = 10_000;

/** Uploads data so that it is whole at the service, whatever happened to an upload before. */
export class Uploader {
  readonly #cut = new Set<string>();

  constructor(
    private readonly requests: Requests,
    private readonly paths: Paths,
    private readonly presence: Presence,
    private readonly clock: Clock,
  ) {}

  /** @throws SyncServiceError SYNC_SIGNATURE_INVALID where the service finds so after a chunked upload. */
  async upload(
    object: ObjectReference,
    body: ReplayableBody,
    put: UnansweredPut,
    options: UploadOptions,
  ): Promise<void> {
    const { chunkSize } = options;
    if (chunkSize !== undefined && !(Number.isSafeInteger(chunkSize) && chunkSize > 0)) {
      throw invalidArgument('chunkSize must be a whole number of bytes above 0');
    }
    await this.whileWhole(object, put, async () => {
      // Zero bytes cannot be said in chunks, and the total must be known.
      const inChunks = chunkSize !== undefined && (body.size ?? 0) > chunkSize && this.paths.kind === 'CSS';
      if (inChunks && (await this.#inChunks(object, body, chunkSize, options))) return;
      await this.#whole(object, body, put, options);
    });
  }

  /**
   * Runs `send`, which stores data of the object; after an upload that was cut, runs it twice. The service (with its
   * store on files) does not empty the file that a cut upload has left, so that shorter data would get the rest of the
   * longer behind it; a second time the file is new.
   */
  async whileWhole(object: ObjectReference, put: UnansweredPut, send: () => Promise<void>): Promise<void> {
    const key = `${object.objectType}/${object.objectID}`;
    try {
      await send();
      if (this.#cut.has(key)) {
        put.arrived();
        await send();
      }
    } catch (error) {
      if (mayHaveBeenCut(error)) this.#remember(key);
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
      await put.send(() => this.#put(object, make, headers, { ...options, onRepeat: put.repeated }));
    } catch (error) {
      throw this.paths.kind === 'CSS' && mayBeThereInPart(error) ? error.partlySent() : error;
    }
  }

  /** @returns false where the store refuses chunks, or takes them and never puts them together. */
  async #inChunks(
    object: ObjectReference,
    body: ReplayableBody,
    chunkSize: number,
    options: UploadOptions,
  ): Promise<boolean> {
    const total = body.size ?? 0;
    let owner: string | undefined;
    for (let restarted = false; ; restarted = true) {
      const answered = await this.#sendChunks(object, body, chunkSize, total, owner, options);
      if (answered === 'refused') return false;
      // An old CSS keeps chunks in the process that took them: another owner has not seen the first ones.
      if (answered === 'complete' || restarted) break;
      owner = answered.owner;
    }
    return this.#assembled(object, options);
  }

  async #sendChunks(
    object: ObjectReference,
    body: ReplayableBody,
    chunkSize: number,
    total: number,
    firstOwner: string | undefined,
    options: UploadOptions,
  ): Promise<'complete' | 'refused' | { owner: string }> {
    let owner = firstOwner;
    let start = 0;
    for await (const chunk of chunks(body, chunkSize)) {
      const end = start + chunk.length;
      const range = {
        'content-range': `bytes ${start}-${end - 1}/${total}`,
        'content-length': String(chunk.length),
      };
      try {
        const headers = await this.#put(object, () => chunk, range, options);
        const answering = String(headers['mms-upload-owner'] ?? '');
        if (owner !== undefined && answering !== owner) return { owner: answering };
        owner = answering;
      } catch (error) {
        if (isRefusalOfChunks(error)) return 'refused';
        throw error;
      }
      start = end;
      tellProgress(options.onProgress, start, total);
    }
    if (start === total) return 'complete';
    throw new SyncServiceError(
      'SYNC_INCOMPLETE_DATA',
      `The data has ${start} bytes, not ${total}: nothing is published`,
    );
  }

  /** Waits until the service has put the chunks together and verified them. */
  async #assembled(object: ObjectReference, options: UploadOptions): Promise<boolean> {
    const began = this.clock.elapsed();
    for (let pause = 100; ; pause = Math.min(pause * 2, longestPause)) {
      const status = await this.requests.text(this.paths.object(object, 'status'), options);
      const waited = this.clock.elapsed() - began;
      if (status === ('ready' satisfies ObjectStatus)) return true;
      if (status === 'verificationFailed') {
        const name = `${object.objectType}/${object.objectID}`;
        throw new SyncServiceError(
          'SYNC_SIGNATURE_INVALID',
          `The service finds another signature of ${name}`,
        );
      }
      if (status === 'notReady' && waited > assemblyLimit) return false;
      if (waited > verificationLimit) {
        throw new SyncServiceError('SYNC_TIMEOUT', `The service did not verify the data in time (${status})`);
      }
      await sleep(this.clock, pause, options.signal).catch((cause) => {
        throw new SyncServiceError('SYNC_ABORTED', 'The upload was aborted', { cause });
      });
    }
  }

  #put(
    object: ObjectReference,
    body: ReplayableBody['make'],
    headers: Record<string, string>,
    { onRepeat, signal }: CallOptions & { onRepeat?: () => void },
  ): ReturnType<Requests['upload']> {
    const path = this.paths.object(object, 'data');
    const sent = { 'content-type': 'application/octet-stream', ...headers };
    return this.presence.about(object, 'other', { signal }, () =>
      this.requests.upload({ path, body, headers: sent, repeatable: true, onRepeat, signal }),
    );
  }
}

/** Bytes may have reached the service, and not all of them: not where it refused, or was not found at all. */
function mayHaveBeenCut(error: unknown): boolean {
  if (!isSyncServiceError(error)) return true;
  return error.statusCode === undefined ? !wasNotSent(error) : error.statusCode >= 500;
}

/** The connection broke, or what stands before the service gave up: not where the service itself answered. */
function mayBeThereInPart(error: unknown): error is SyncServiceError {
  if (!isSyncServiceError(error) || !mayHaveBeenCut(error)) return false;
  return error.statusCode === undefined || error.statusCode === 502 || error.statusCode === 504;
}

function isRefusalOfChunks(error: unknown): boolean {
  return isSyncServiceError(error) && error.statusCode === 500;
}
