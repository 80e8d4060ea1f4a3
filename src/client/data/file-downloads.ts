import { dirname, resolve } from 'node:path';
import type { ObjectMetadata } from '../../protocol/metadata';
import { replaceFile } from '../../storage/atomic-file';
import { isStorageError } from '../../storage/errors';
import type { Machine } from '../../storage/machine';
import type { PartFile } from '../../storage/part-file';
import { PartFiles } from '../../storage/part-files';
import { isSyncServiceError, SyncServiceError } from '../errors';
import { Batches } from './batches';
import { checkedPieces, type DownloadOptions, type ObjectData, sizeOf, untilWhole } from './download';

/** As any program makes files: less what the process never grants. */
const modeOfNew = 0o666;
/** What is smaller, in bytes, is fetched anew. */
const worthKeeping = 2 * 1_048_576;

/** What data is written to: a part file, or one that is of no use to anybody else. */
type Target = Pick<PartFile, 'restart' | 'write'>;

/** Downloads to files, which go on from what is there of them already. */
export class FileDownloads {
  readonly #parts: PartFiles;

  /** @param service told apart from others by this. */
  constructor(
    private readonly service: string,
    private readonly machine: Machine,
  ) {
    this.#parts = new PartFiles(machine);
  }

  /**
   * Writes the data to a file that appears under its name only when it is whole, checked and on the disk. Where the
   * line, the service or the process ends it before, the next one goes on from there as long as the data is the same.
   *
   * @throws SyncServiceError SYNC_STORAGE where the disk refuses it.
   */
  async write(data: ObjectData, options: DownloadOptions, path: string): Promise<void> {
    const target = resolve(path);
    try {
      const part = await this.#take(data.metadata, target);
      if (part) await inPart(part, data, options, target);
      else await this.#atOnce(data, options, target);
    } catch (error) {
      if (!isStorageError(error)) throw error;
      throw new SyncServiceError('SYNC_STORAGE', error.message, { cause: error });
    }
  }

  async #take(metadata: ObjectMetadata, path: string): Promise<PartFile | undefined> {
    // Another user's file may be in the way; it is in nobody else's.
    await this.#parts.tidy(dirname(path)).catch(() => undefined);
    const size = sizeOf(metadata);
    if (size === undefined || size < worthKeeping || !metadata.dataID) return undefined;
    const { destinationOrgID, objectType, objectID, dataID } = metadata;
    const of = JSON.stringify([this.service, destinationOrgID, objectType, objectID]);
    return this.#parts.take(path, { of, version: `${dataID} ${size}` }, modeOfNew);
  }

  async #atOnce(data: ObjectData, options: DownloadOptions, path: string): Promise<void> {
    await replaceFile(path, { ...this.machine, mode: modeOfNew }, (file) =>
      untilWhole(async () => {
        await file.restart();
        await write(file, checkedPieces(data, options), data.metadata);
      }),
    );
  }
}

async function inPart(
  part: PartFile,
  data: ObjectData,
  options: DownloadOptions,
  path: string,
): Promise<void> {
  try {
    await goOn(part, data, options);
    await part.commit(path);
  } catch (error) {
    // A disk that refuses this too says nothing new by it.
    await (saysNothingOfData(error) ? part.leave() : part.discard()).catch(() => undefined);
    throw error;
  }
}

/** From what is there; where that, with the rest, does not make the data, once more from the beginning. */
async function goOn(part: PartFile, data: ObjectData, options: DownloadOptions): Promise<void> {
  let kept = 0;
  async function* counted(): AsyncGenerator<Buffer> {
    for await (const piece of part.kept()) {
      kept += piece.length;
      yield piece;
    }
  }
  try {
    await write(part, checkedPieces(data, options, counted()), data.metadata);
  } catch (error) {
    const isDamaged = isSyncServiceError(error, 'SYNC_SIGNATURE_INVALID') && kept > 0;
    if (!isDamaged && !isSyncServiceError(error, 'SYNC_INCOMPLETE_DATA')) throw error;
    await untilWhole(async () => {
      await part.restart();
      await write(part, checkedPieces(data, options), data.metadata);
    });
  }
}

async function write(target: Target, pieces: AsyncIterable<Buffer>, metadata: ObjectMetadata): Promise<void> {
  const batches = new Batches((batch) => target.write(batch), sizeOf(metadata));
  try {
    for await (const piece of pieces) await batches.add(piece);
    await batches.end();
  } finally {
    await batches.settle();
  }
}

/** What the line, the service or who waited for it has caused: what has come before is as good as it was. */
function saysNothingOfData(error: unknown): boolean {
  return isSyncServiceError(
    error,
    ...(['SYNC_ABORTED', 'SYNC_CLOSED', 'SYNC_UNREACHABLE', 'SYNC_TIMEOUT', 'SYNC_BUSY'] as const),
    ...(['SYNC_SERVER_ERROR', 'SYNC_UNAUTHORIZED', 'SYNC_TLS', 'SYNC_UNEXPECTED_RESPONSE'] as const),
  );
}
