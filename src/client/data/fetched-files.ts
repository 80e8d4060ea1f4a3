import { crc32 } from 'node:zlib';
import type { ObjectMetadata } from '../../protocol/metadata';
import { SignatureCheck } from '../../protocol/signature';
import { isStorageError, onDisk } from '../../storage/errors';
import type { Journal, KeptMap } from '../../storage/journal';
import type { Machine } from '../../storage/machine';
import { isSyncServiceError } from '../errors';
import { checkedPieces, type DownloadOptions, type ObjectData, sizeOf } from './download';

/** For how many objects it is remembered what their data was; the oldest are forgotten. */
const mostObjects = 1_000;
/** Data that is smaller, in bytes, is fetched again. */
const worthKeeping = 2 * 1_048_576;
const readAtOnce = 1_048_576;

/** What was fetched into a file. */
interface FetchedData {
  dataID: string;
  size: number;
  /** CRC-32 of all of it. */
  checksum: number;
  /** When its file was last changed, in whole ms since 1970. */
  modified: number;
}

/**
 * What was fetched into files: data that is still in its file is not fetched again. For that all of the file is read: it
 * has the data of a version if it fits the signature; without one, if it has the time and the checksum of what was
 * fetched as that version before. That detects what somebody has changed or a disk has damaged, and costs a download next
 * to nothing; against forged files the data must be signed.
 */
export class FetchedFiles {
  readonly #fetched: KeptMap<FetchedData>;

  /** @param service the address of the service, which tells its objects from those of others. */
  constructor(
    private readonly service: string,
    journal: Journal,
    private readonly machine: Machine,
  ) {
    this.#fetched = journal.map<FetchedData>('fetched');
  }

  /** Whether it is worth remembering what the data is: signed data proves that itself. */
  wants(metadata: ObjectMetadata): boolean {
    return isWorthKeeping(metadata) && SignatureCheck.of(metadata) === undefined;
  }

  /** The file has the data. @param checksum CRC-32 of it. */
  async remember(metadata: ObjectMetadata, path: string, checksum: number): Promise<void> {
    const size = sizeOf(metadata);
    const found = await onDisk(path, () => this.machine.disk.stat(path));
    if (size === undefined || !found) return;
    const key = nameIn(this.service, metadata);
    this.#fetched.delete(key);
    const [oldest] = this.#fetched.keys();
    if (this.#fetched.size >= mostObjects && oldest !== undefined) this.#fetched.delete(oldest);
    this.#fetched.set(key, { dataID: metadata.dataID, size, checksum, modified: Math.round(found.modified) });
  }

  /**
   * Whether the file has this data, and the service still has that version.
   *
   * @throws SyncServiceError as a download would: SYNC_SUPERSEDED, SYNC_UNTRUSTED_KEY, SYNC_TOO_LARGE, ...
   */
  async has(data: ObjectData, options: DownloadOptions, path: string): Promise<boolean> {
    const { metadata } = data;
    const size = sizeOf(metadata);
    const expected = this.#known(metadata);
    if (!isWorthKeeping(metadata) || (this.wants(metadata) && expected === undefined)) return false;
    const { disk } = this.machine;
    const found = await onDisk(path, () => disk.stat(path));
    if (!found || found.isFolder || found.size !== size) return false;
    if (expected !== undefined && expected.modified !== Math.round(found.modified)) return false;
    let checksum = 0;
    const here = { ...data, pieces: nothing };
    const summed = (piece: Buffer): void => {
      checksum = crc32(piece, checksum);
    };
    try {
      for await (const _ of checkedPieces(here, options, this.#pieces(path, summed)));
    } catch (error) {
      if (isOfTheFile(error)) return false;
      throw error;
    }
    return expected === undefined || checksum === expected.checksum;
  }

  /** Undefined where this version was not fetched before. */
  #known(metadata: ObjectMetadata): FetchedData | undefined {
    const fetched = this.#fetched.get(nameIn(this.service, metadata));
    // A server that is no sync service may give no dataID: that must not equal the missing one of data that was never
    // fetched.
    if (!fetched || !this.wants(metadata)) return undefined;
    const isSame = fetched.dataID === metadata.dataID && fetched.size === sizeOf(metadata);
    return isSame ? fetched : undefined;
  }

  /** All of the file, each piece in the memory of the one before. After the last it is synced to the disk, whoever wrote it. */
  async *#pieces(path: string, onPiece: (piece: Buffer) => void): AsyncGenerator<Buffer> {
    const file = await onDisk(path, () => this.machine.disk.open(path, 'change'));
    const buffer = Buffer.allocUnsafeSlow(readAtOnce);
    try {
      for (let at = 0; ; ) {
        const count = await onDisk(path, () => file.read(buffer, at));
        if (count === 0) break;
        at += count;
        const piece = buffer.subarray(0, count);
        onPiece(piece);
        yield piece;
      }
      await onDisk(path, () => file.sync());
    } finally {
      await file.close();
    }
  }
}

/** What names an object among all that may be fetched to one path. */
export function nameIn(service: string, metadata: ObjectMetadata): string {
  const { destinationOrgID, objectID, objectType } = metadata;
  return JSON.stringify([service, destinationOrgID, objectType, objectID]);
}

/** Whether the data is large, and known by its version. */
export function isWorthKeeping(metadata: ObjectMetadata): boolean {
  return (sizeOf(metadata) ?? 0) >= worthKeeping && metadata.dataID !== '';
}

async function* nothing(): AsyncGenerator<Buffer> {}

/** Whether the file holds something else, or cannot be read. */
function isOfTheFile(error: unknown): boolean {
  return isStorageError(error) || isSyncServiceError(error, 'SYNC_SIGNATURE_INVALID', 'SYNC_INCOMPLETE_DATA');
}
