import { dirname, resolve } from 'node:path';
import type { ObjectMetadata } from '../../protocol/metadata';
import { replaceFile } from '../../storage/atomic-file';
import { isStorageError } from '../../storage/errors';
import type { Journal } from '../../storage/journal';
import type { Machine } from '../../storage/machine';
import type { PartFile } from '../../storage/part-file';
import { PartFiles } from '../../storage/part-files';
import { giveBack } from '../../system/memory';
import { invalidArgument, isSyncServiceError, SyncServiceError } from '../errors';
import { Batches } from './batches';
import { checkedPieces, type DownloadOptions, type ObjectData, sizeOf, untilWhole } from './download';
import { FetchedFiles, isWorthKeeping, nameIn } from './fetched-files';

/** The usual mode of new files, less the umask of the process. */
const modeOfNew = 0o666;

/** What data is written to: a part file, or a temporary one that no later download resumes. */
type Target = Pick<PartFile, 'restart' | 'write'>;

/** Downloads to files, which resume from what is already there. */
export class FileDownloads {
  readonly #parts: PartFiles;
  readonly #fetched: FetchedFiles;

  /** @param service the address of the service, which tells its objects from those of others. */
  constructor(
    private readonly service: string,
    journal: Journal,
    private readonly machine: Machine,
  ) {
    this.#parts = new PartFiles(machine);
    this.#fetched = new FetchedFiles(service, journal, machine);
  }

  /** Whether the file has this data already. Throws as write. */
  has(data: ObjectData, options: DownloadOptions, path: string): Promise<boolean> {
    return asFailure(() => this.#fetched.has(data, options, resolve(path)));
  }

  /**
   * Writes the data to a file that appears under its name only when it is whole, checked and on the disk. If the
   * connection, the service or the process ends it early, the next one resumes from there as long as the data is the
   * same.
   *
   * @throws SyncServiceError SYNC_STORAGE where the disk refuses it.
   */
  async write(data: ObjectData, options: DownloadOptions, path: string): Promise<void> {
    const target = resolve(path);
    await asFailure(async () => {
      const { metadata } = data;
      const part = await this.#take(metadata, target);
      if (!part) return this.#atOnce(data, options, target);
      await inPart(part, data, options, target);
      if (this.#fetched.wants(metadata)) await this.#fetched.remember(metadata, target, part.checksum);
    });
  }

  async #take(metadata: ObjectMetadata, path: string): Promise<PartFile | undefined> {
    // Another user's leftovers may not be ours to remove; they do not disturb the download.
    await this.#parts.tidy(dirname(path)).catch(() => undefined);
    if (!isWorthKeeping(metadata)) return undefined;
    const version = `${metadata.dataID} ${sizeOf(metadata)}`;
    return this.#parts.take(path, { of: nameIn(this.service, metadata), version }, modeOfNew);
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

/** @throws SyncServiceError SYNC_INVALID_ARGUMENT for paths that Node.js would refuse later, with an error of its own. */
export function checkedPath(path: unknown): string {
  if (typeof path === 'string' && path !== '' && !path.includes('\0')) return path;
  throw invalidArgument('The path of the file must be text without a NUL character');
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
    // If the disk refuses this too, that is nothing new.
    await (saysNothingOfData(error) ? part.leave() : part.discard()).catch(() => undefined);
    throw error;
  }
}

/** Resumes from what is there; if that and the rest do not make up the data, begins once more from the start. */
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
    for await (const piece of pieces) {
      await batches.add(piece);
      giveBack(piece);
    }
    await batches.end();
  } finally {
    await batches.settle();
  }
}

/** @throws SyncServiceError SYNC_STORAGE where the disk refuses it. */
async function asFailure<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isStorageError(error)) throw error;
    throw new SyncServiceError('SYNC_STORAGE', error.message, { cause: error });
  }
}

/** Whether the connection, the service or the caller is the cause: then what has come before is still good. */
function saysNothingOfData(error: unknown): boolean {
  return isSyncServiceError(
    error,
    ...(['SYNC_ABORTED', 'SYNC_CLOSED', 'SYNC_UNREACHABLE', 'SYNC_TIMEOUT', 'SYNC_BUSY'] as const),
    ...(['SYNC_SERVER_ERROR', 'SYNC_UNAUTHORIZED', 'SYNC_TLS', 'SYNC_UNEXPECTED_RESPONSE'] as const),
  );
}
