import { crc32 } from 'node:zlib';
import type { ObjectMetadata } from '../../protocol/metadata';
import type { Journal, KeptMap } from '../../storage/journal';
import { nameOf, type ObjectReference } from '../objects/names';
import { piecesOf, type ReplayableBody } from './source';

/** How far an upload in chunks has come. */
export interface ReachedUpload {
  /** A short form of what was sent of the object before its data. */
  about: string;
  /** `instanceID` is that of the object while its data is uploaded, `dataID` that of the data that it had before. */
  instanceID: string;
  dataID: string;
  chunkSize: number;
  /** The size of the whole data, in bytes. */
  size: number;
  /** How many bytes of it are at the service, and their checksum. */
  sent: number;
  checksum: number;
}

/** How many uploads are remembered: those that are never resumed are forgotten, the oldest first. */
const mostUploads = 1_000;

/** How far uploads in chunks have come, even after a restart if the journal is on the disk. */
export class UploadMemory {
  readonly #reached: KeptMap<ReachedUpload>;

  constructor(private readonly journal: Journal) {
    this.#reached = journal.map<ReachedUpload>('uploads');
  }

  get(object: ObjectReference): ReachedUpload | undefined {
    return this.#reached.get(nameOf(object));
  }

  /** Resolves when it would survive a kill. If the journal cannot be written, the receiving side says so. */
  async set(object: ObjectReference, reached: ReachedUpload): Promise<void> {
    const key = nameOf(object);
    const [oldest] = this.#reached.keys();
    if (this.#reached.size >= mostUploads && !this.#reached.has(key) && oldest !== undefined) {
      this.#reached.delete(oldest);
    }
    this.#reached.set(key, reached);
    await this.journal.written().catch(() => undefined);
  }

  forget(object: ObjectReference): void {
    this.#reached.delete(nameOf(object));
  }
}

/** Whether a body begins with what was sent. */
export async function beginsWithSent(
  body: ReplayableBody,
  { sent, checksum }: ReachedUpload,
): Promise<boolean> {
  let read = 0;
  let found = 0;
  for await (const piece of piecesOf(body)) {
    const part = piece.subarray(0, sent - read);
    found = crc32(part, found);
    read += part.length;
    if (read === sent) return found === checksum;
  }
  return false;
}

/**
 * Whether the service still has the object as it was when the upload began, and the first of these chunks; or has all of
 * them, and has put them together since.
 */
export function isUnderWay(
  { chunkSize, dataID, instanceID, sent, size }: ReachedUpload,
  metadata: ObjectMetadata,
): boolean {
  if (metadata.uploadChunkSize !== chunkSize || metadata.objectSize !== size || metadata.deleted)
    return false;
  return metadata.instanceID === instanceID || (sent === size && metadata.dataID !== dataID);
}
