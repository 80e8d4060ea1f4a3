import { crc32 } from 'node:zlib';
import type { ObjectMetadata } from '../../protocol/metadata';
import type { Journal, KeptMap } from '../../storage/journal';
import { nameOf, type ObjectReference } from '../objects/names';
import { piecesOf, type ReplayableBody } from './source';

/** How far an upload in chunks has come. */
export interface ReachedUpload {
  /** What was said of the object before its data, in short. */
  about: string;
  /** Of the object while its data is uploaded, and of the data that it had before. */
  instanceID: string;
  dataID: string;
  chunkSize: number;
  /** Of the whole data, in bytes. */
  size: number;
  /** So many bytes of it are at the service, and this is their checksum. */
  sent: number;
  checksum: number;
}

/** Uploads that nobody goes on with are forgotten, the oldest first. */
const mostUploads = 1_000;

/** How far uploads in chunks have come, also after a restart where the journal is on the disk. */
export class UploadMemory {
  readonly #reached: KeptMap<ReachedUpload>;

  constructor(private readonly journal: Journal) {
    this.#reached = journal.map<ReachedUpload>('uploads');
  }

  get(object: ObjectReference): ReachedUpload | undefined {
    return this.#reached.get(nameOf(object));
  }

  /** Resolves when a kill forgets it no more; that the journal cannot be written is told by who receives. */
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

/** Whether what was sent is what a body begins with. */
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
 * Whether the service has the object still as it was when the upload began, and a beginning of these chunks; or all of them,
 * and it has put them together since.
 */
export function isUnderWay(
  { chunkSize, dataID, instanceID, sent, size }: ReachedUpload,
  metadata: ObjectMetadata,
): boolean {
  if (metadata.uploadChunkSize !== chunkSize || metadata.objectSize !== size || metadata.deleted)
    return false;
  return metadata.instanceID === instanceID || (sent === size && metadata.dataID !== dataID);
}
