import { setTimeout as wait } from 'node:timers/promises';
import type { ObjectMetadata } from '../../protocol/metadata';
import type { Exchange } from '../connection/exchange';
import type { CallOptions } from '../connection/options';
import type { Paths } from '../connection/paths';
import { SyncServiceError } from '../errors';
import type { ObjectReference } from '../objects/names';
import {
  checkedPieces,
  type DownloadOptions,
  type ObjectData,
  refuseOtherVersion,
  sizeOf,
  toBuffer,
  toFile,
} from './download';
import { resumed } from './resume';

/** No further byte for so long, in ms, is a cut. */
const stallLimit = 60_000;
const firstPause = 250;
/** A message holds the data whole: larger objects belong into a file. */
const defaultMaxBytes = 64 * 1024 * 1024;

interface MetadataSource {
  getObjectMetadata(object: ObjectReference, options: CallOptions): Promise<ObjectMetadata>;
}

/** Fetches data by its object, checked, and resumed after a cut. */
export class Downloader {
  constructor(
    private readonly exchange: Exchange,
    private readonly paths: Paths,
    private readonly metadata: MetadataSource,
  ) {}

  async toBuffer(
    object: ObjectReference | ObjectMetadata,
    options: DownloadOptions & { maxBytes?: number },
  ): Promise<Buffer> {
    return toBuffer(await this.#data(object, options), options, options.maxBytes ?? defaultMaxBytes);
  }

  async toFile(object: ObjectReference, path: string, options: DownloadOptions): Promise<void> {
    await toFile(await this.#data(object, options), options, path);
  }

  async *pieces(object: ObjectReference, options: DownloadOptions): AsyncGenerator<Buffer> {
    yield* checkedPieces(await this.#data(object, options), options);
  }

  async #data(object: ObjectReference | ObjectMetadata, { signal }: DownloadOptions): Promise<ObjectData> {
    const path = this.paths.object(object, 'data');
    const current = (): Promise<ObjectMetadata> => this.metadata.getObjectMetadata(object, { signal });
    const metadata = 'dataID' in object ? object : await current();
    const options = { timeout: stallLimit, signal };
    return {
      metadata,
      current,
      pieces: () =>
        resumed({
          size: sizeOf(metadata),
          whole: () => this.exchange.bytes(path, options),
          range: (range) => this.exchange.bytes(path, { ...options, range }),
          checkVersion: async () => refuseOtherVersion(metadata, await current()),
          pause: (attempt) => pause(firstPause * 2 ** attempt * (0.5 + Math.random() / 2), signal),
        }),
    };
  }
}

async function pause(duration: number, signal: AbortSignal | undefined): Promise<void> {
  await wait(duration, undefined, signal ? { signal } : {}).catch((cause) => {
    throw new SyncServiceError('SYNC_ABORTED', 'The download was aborted', { cause });
  });
}
