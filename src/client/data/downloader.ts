import type { ObjectMetadata } from '../../protocol/metadata';
import type { Disk } from '../../storage/disk';
import { type Clock, sleep } from '../../system/clock';
import type { Random } from '../../system/random';
import type { ByteRange, Requests } from '../connection/requests';
import { SyncServiceError } from '../errors';
import type { CurrentVersion } from '../objects/current-version';
import type { ObjectReference } from '../objects/names';
import type { Objects } from '../objects/objects';
import type { Paths } from '../objects/paths';
import type { Presence } from '../objects/presence';
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

const firstPause = 250;
/** A message holds the data whole: larger objects belong into a file. */
const defaultMaxBytes = 64 * 1024 * 1024;

/** Fetches data by its object, checked, and resumed after a cut. */
export class Downloader {
  constructor(
    private readonly requests: Requests,
    private readonly paths: Paths,
    private readonly presence: Presence,
    private readonly objects: Objects,
    private readonly seams: { clock: Clock; random: Random; disk: Disk },
  ) {}

  async toBuffer(object: ObjectReference | ObjectMetadata, options: DownloadOptions): Promise<Buffer> {
    return toBuffer(await this.#data(object, options), options, options.maxBytes ?? defaultMaxBytes);
  }

  async toFile(object: ObjectReference, path: string, options: DownloadOptions): Promise<void> {
    await toFile(await this.#data(object, options), options, path, this.seams);
  }

  async *pieces(object: ObjectReference, options: DownloadOptions): AsyncGenerator<Buffer> {
    yield* checkedPieces(await this.#data(object, options), options);
  }

  async #data(object: ObjectReference | ObjectMetadata, { signal }: DownloadOptions): Promise<ObjectData> {
    const path = this.paths.object(object, 'data');
    const current = (): Promise<CurrentVersion> => this.objects.version(object, { signal });
    const metadata = 'dataID' in object ? object : await this.objects.metadata(object, { signal });
    const size = sizeOf(metadata);
    const { clock, random } = this.seams;
    const bytes = (
      asked: { range: ByteRange } | { expected: number | undefined },
    ): Promise<AsyncIterable<Buffer>> =>
      this.presence.about(object, 'data', { signal }, () => this.requests.bytes(path, { signal, ...asked }));
    return {
      metadata,
      current,
      pieces: () =>
        resumed({
          size,
          whole: () => bytes({ expected: size }),
          range: (range) => bytes({ range }),
          checkVersion: async () => refuseOtherVersion(metadata, await current()),
          pause: (attempt) => pause(clock, firstPause * 2 ** attempt * (0.5 + random.next() / 2), signal),
        }),
    };
  }
}

async function pause(clock: Clock, duration: number, signal: AbortSignal | undefined): Promise<void> {
  await sleep(clock, duration, signal).catch((cause) => {
    throw new SyncServiceError('SYNC_ABORTED', 'The download was aborted', { cause });
  });
}
