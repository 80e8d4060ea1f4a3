import type { ObjectMetadata } from '../../protocol/metadata';
import type { Journal } from '../../storage/journal';
import type { Machine } from '../../storage/machine';
import type { ByteRange, Requests } from '../connection/requests';
import { checkNumbers } from '../numbers';
import type { CurrentVersion } from '../objects/current-version';
import type { ObjectReference } from '../objects/names';
import type { Objects } from '../objects/objects';
import type { Paths } from '../objects/paths';
import type { Presence } from '../objects/presence';
import { Pauses } from './attempts';
import {
  checkedPieces,
  type DownloadOptions,
  type ObjectData,
  refuseOtherVersion,
  sizeOf,
  toBuffer,
} from './download';
import { FileDownloads } from './file-downloads';
import type { TransferRate } from './rate';
import { resumed } from './resume';
import { WaitsAndPauses } from './waits';

/** A message holds the data as a whole: larger objects belong in a file. */
const defaultMaxBytes = 64 * 1024 * 1024;

export interface DownloaderParts {
  requests: Requests;
  paths: Paths;
  presence: Presence;
  objects: Objects;
  rate: TransferRate;
  /** The address of the service: part files are told apart by it. */
  service: string;
  journal: Journal;
  machine: Machine;
}

/** Fetches data by its object, checked, and resumed after a cut. */
export class Downloader {
  readonly #requests: Requests;
  readonly #paths: Paths;
  readonly #presence: Presence;
  readonly #objects: Objects;
  readonly #rate: TransferRate;
  readonly #files: FileDownloads;
  readonly #pauses: Pauses;

  constructor({ service, journal, machine, ...parts }: DownloaderParts) {
    this.#requests = parts.requests;
    this.#paths = parts.paths;
    this.#presence = parts.presence;
    this.#objects = parts.objects;
    this.#rate = parts.rate;
    this.#pauses = new Pauses(machine.clock, machine.random, parts.rate.closing, 'download');
    this.#files = new FileDownloads(service, journal, machine);
  }

  async toBuffer(object: ObjectReference | ObjectMetadata, options: DownloadOptions): Promise<Buffer> {
    return toBuffer(await this.#begin(object, options), options, options.maxBytes ?? defaultMaxBytes);
  }

  async toFile(object: ObjectReference, path: string, options: DownloadOptions): Promise<void> {
    const data = await this.#data(object, options);
    if (await this.#files.has(data, options, path)) return;
    await this.#inHours(data, options);
    await this.#files.write(data, options, path);
  }

  async *pieces(object: ObjectReference, options: DownloadOptions): AsyncGenerator<Buffer> {
    yield* checkedPieces(await this.#begin(object, options), options);
  }

  async #begin(object: ObjectReference | ObjectMetadata, options: DownloadOptions): Promise<ObjectData> {
    const data = await this.#data(object, options);
    await this.#inHours(data, options);
    return data;
  }

  /** Waits for the hours of the day in which it may be fetched. That may have taken long, so the version is checked again. */
  async #inHours({ metadata, current }: ObjectData, options: DownloadOptions): Promise<void> {
    if (await this.#rate.opened(sizeOf(metadata), options)) refuseOtherVersion(metadata, await current());
  }

  async #data(
    object: ObjectReference | ObjectMetadata,
    { signal, onWait: told, maxBytes }: DownloadOptions,
  ): Promise<ObjectData> {
    checkNumbers('limit', { maxBytes });
    const path = this.#paths.object(object, 'data');
    const waits = new WaitsAndPauses(told);
    const { onPause, onWait } = waits;
    const current = (): Promise<CurrentVersion> => this.#objects.version(object, { signal, onPause });
    const metadata = 'dataID' in object ? object : await this.#objects.metadata(object, { signal, onPause });
    const size = sizeOf(metadata);
    const bytes = (asked: { range: ByteRange } | { expected: number | undefined }): AsyncIterable<Buffer> => {
      const open = (): Promise<AsyncIterable<Buffer>> =>
        this.#presence.about(object, 'data', { signal }, () =>
          this.#requests.bytes(path, { signal, onPause, ...asked }),
        );
      return this.#rate.download(open, size, { signal, onWait });
    };
    return {
      metadata,
      current,
      closing: this.#rate.closing,
      pieces: (start) =>
        resumed({
          size,
          start,
          whole: () => bytes({ expected: size }),
          range: (range) => bytes({ range }),
          opened: () => this.#rate.opened(size, { signal, onWait }),
          checkVersion: async () => refuseOtherVersion(metadata, await current()),
          pause: (attempts) => waits.pause(this.#pauses.after(attempts, signal)),
        }),
    };
  }
}
