import { crc32 } from 'node:zlib';
import type { ObjectMetadata, ObjectStatus } from '../../protocol/metadata';
import type { Clock } from '../../system/clock';
import type { EndSignal } from '../../system/ending';
import type { Random } from '../../system/random';
import type { Requests } from '../connection/requests';
import { isSyncServiceError, SyncServiceError } from '../errors';
import { nameOf, type ObjectReference } from '../objects/names';
import type { Objects } from '../objects/objects';
import type { Paths } from '../objects/paths';
import { attemptsWithoutProgress, Pauses } from './attempts';
import { chunks, type ReplayableBody, tellProgress } from './source';
import { beginsWithSent, isUnderWay, type ReachedUpload, type UploadMemory } from './upload-memory';
import type { UploadOptions } from './upload-options';

/**
 * How long the service may take to put the data together and verify it, as other objects may come first: in ms, and in ms
 * per byte.
 */
const assemblyLimit = 600_000;
const assemblyLimitPerByte = 0.003;
/** How long a store that does not say that it knows chunks may leave an object not ready once it has all of it, in ms. */
const doubtfulLimit = 15_000;
/** The pause in ms between two requests for its status. */
const [firstLook, longestLook] = [100, 5_000];

/** What is uploaded: the data, the size of its chunks, and a short form of what was sent of the object before. */
export interface InChunks {
  body: ReplayableBody;
  chunkSize: number;
  about: string;
}

/** What an upload in chunks needs. */
export interface ChunkSeams {
  requests: Requests;
  paths: Paths;
  objects: Objects;
  memory: UploadMemory;
  clock: Clock;
  random: Random;
  /** Aborted when the client is closed. */
  closing: EndSignal;
  /** @param chunk with the size of the whole data, by which the transfer counts as large or small. */
  put(
    object: ObjectReference,
    chunk: ReplayableBody,
    headers: Record<string, string>,
    options: UploadOptions,
  ): ReturnType<Requests['upload']>;
}

/**
 * Uploads data in chunks, to a CSS that stores in MongoDB. The CSS computes the number of each from the size of the
 * first: so all are of one size, and are sent one after the other, from the first on. `uploadChunkSize` in the metadata
 * says that it keeps them; from then on a broken connection, or a process that died, costs one chunk.
 */
export class ChunkedUploads {
  readonly #pauses: Pauses;

  constructor(private readonly seams: ChunkSeams) {
    this.#pauses = new Pauses(seams.clock, seams.random, seams.closing, 'upload');
  }

  /**
   * How far an earlier upload has come; undefined if it must begin anew: there was none, or the data or the object has
   * changed.
   */
  async reached(
    object: ObjectReference,
    { body, chunkSize, about }: InChunks,
    options: UploadOptions,
  ): Promise<ReachedUpload | undefined> {
    const { memory, objects } = this.seams;
    const reached = memory.get(object);
    if (reached?.about !== about || reached.chunkSize !== chunkSize || reached.size !== body.size) return;
    const metadata = await objects.metadata(object, options).catch((error: unknown) => {
      if (isSyncServiceError(error, 'SYNC_NOT_FOUND')) return undefined;
      throw error;
    });
    if (!metadata || !isUnderWay(reached, metadata) || !(await beginsWithSent(body, reached))) return;
    return reached;
  }

  /**
   * @param from how far an earlier upload has come.
   * @returns false where the store refuses chunks, or takes them and never puts them together.
   * @throws SyncServiceError SYNC_SIGNATURE_INVALID if the service finds so.
   */
  async upload(
    object: ObjectReference,
    upload: InChunks,
    from: ReachedUpload | undefined,
    options: UploadOptions,
  ): Promise<boolean> {
    let owner: string | undefined;
    for (let restarted = false; ; restarted = true) {
      const sent = await this.#send(object, upload, from, owner, options);
      if (sent === 'refused') return false;
      // An old CSS keeps chunks in the process that took them: another owner has not seen the first ones.
      if ('owner' in sent && !restarted) owner = sent.owner;
      else return this.#assembled(object, upload, 'reached' in sent ? sent.reached : undefined, options);
    }
  }

  async #send(
    object: ObjectReference,
    { body, chunkSize, about }: InChunks,
    from: ReachedUpload | undefined,
    firstOwner: string | undefined,
    options: UploadOptions,
  ): Promise<'refused' | { owner: string } | { reached: ReachedUpload | undefined }> {
    const { memory } = this.seams;
    const size = body.size ?? 0;
    let reached = from;
    let owner = firstOwner;
    let start = 0;
    for await (const chunk of chunks(body, chunkSize)) {
      const end = start + chunk.length;
      const isThere = end <= (from?.sent ?? 0);
      if (!isThere) {
        const answer = await this.#sendChunk(object, chunk, { start, size }, options);
        if (answer === 'refused') return 'refused';
        if (answer.metadata?.uploadChunkSize === chunkSize) {
          const { instanceID, dataID } = answer.metadata;
          reached = { about, instanceID, dataID, chunkSize, size, sent: 0, checksum: 0 };
        }
        if (!reached && owner !== undefined && answer.owner !== owner) return { owner: answer.owner };
        owner = answer.owner;
        if (reached) {
          reached = { ...reached, sent: end, checksum: crc32(chunk, reached.checksum) };
          await memory.set(object, reached);
        }
        tellProgress(options.onProgress, end, size);
      }
      start = end;
    }
    if (start === size) return { reached };
    throw new SyncServiceError(
      'SYNC_INCOMPLETE_DATA',
      `The data has ${start} bytes, not ${size}: nothing is published`,
    );
  }

  /** Sends one chunk, again if the connection breaks. @returns for the first also the metadata of the object after it. */
  async #sendChunk(
    object: ObjectReference,
    chunk: Buffer,
    { start, size }: { start: number; size: number },
    options: UploadOptions,
  ): Promise<'refused' | { owner: string; metadata?: ObjectMetadata }> {
    const headers = {
      'content-range': `bytes ${start}-${start + chunk.length - 1}/${size}`,
      'content-length': String(chunk.length),
    };
    for (let attempt = 1; ; attempt += 1) {
      try {
        const answer = await this.seams.put(object, { make: () => chunk, size }, headers, options);
        const owner = String(answer['mms-upload-owner'] ?? '');
        if (start > 0) return { owner };
        return { owner, metadata: await this.seams.objects.metadata(object, options) };
      } catch (error) {
        if (start === 0 && isSyncServiceError(error) && error.statusCode === 500) return 'refused';
        if (attempt >= attemptsWithoutProgress || !isPassing(error)) throw error;
        await this.#pauses.after(attempt, options.signal);
      }
    }
  }

  /** Waits until the service has put the chunks together and verified them. */
  async #assembled(
    object: ObjectReference,
    { body }: InChunks,
    reached: ReachedUpload | undefined,
    options: UploadOptions,
  ): Promise<boolean> {
    const { clock, memory } = this.seams;
    const limit = assemblyLimit + (body.size ?? 0) * assemblyLimitPerByte;
    const began = clock.elapsed();
    for (let pause = firstLook; ; pause = Math.min(pause * 2, longestLook)) {
      const status = await this.seams.objects.status(object, options);
      const waited = clock.elapsed() - began;
      if (status === ('ready' satisfies ObjectStatus) && (await this.#isNew(object, reached, options))) {
        memory.forget(object);
        return true;
      }
      if (status === 'verificationFailed') {
        memory.forget(object);
        const message = `The service finds another signature of ${nameOf(object)}`;
        throw new SyncServiceError('SYNC_SIGNATURE_INVALID', message);
      }
      if (status === 'notReady' && !reached && waited > doubtfulLimit) return false;
      if (waited > limit) {
        throw new SyncServiceError('SYNC_TIMEOUT', `The service did not verify the data in time (${status})`);
      }
      await this.#pauses.of(pause, options.signal);
    }
  }

  /**
   * Whether an object that is ready has the new data: until that is put together, the old data is what is ready. The
   * service takes the last chunk for the end even if others are missing, so the size is compared.
   */
  async #isNew(
    object: ObjectReference,
    reached: ReachedUpload | undefined,
    options: UploadOptions,
  ): Promise<boolean> {
    if (!reached) return true;
    const { dataID, objectSize } = await this.seams.objects.metadata(object, options);
    if (dataID === reached.dataID) return false;
    if (objectSize === reached.size) return true;
    this.seams.memory.forget(object);
    const message = `The service has put together ${objectSize} bytes of ${reached.size}: another upload of the object was under way`;
    throw new SyncServiceError('SYNC_INCOMPLETE_DATA', message);
  }
}

/** Whether the connection broke, or the service will be back in a while. */
function isPassing(error: unknown): boolean {
  if (isSyncServiceError(error, 'SYNC_UNREACHABLE', 'SYNC_TIMEOUT', 'SYNC_BUSY')) return true;
  return isSyncServiceError(error) && (error.statusCode === 502 || error.statusCode === 504);
}
