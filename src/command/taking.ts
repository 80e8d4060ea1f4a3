import type { Acknowledgement, ObjectMetadata, SyncServiceClient } from '../client';
import type { ReceivingFolder } from './folder';
import { onDisk } from './on-disk';
import type { Output } from './output';
import { nameOf } from './reference';

export interface TakingRules {
  /** How objects are marked. */
  mark: Acknowledgement;
  /** If given, only data that one of these keys has signed is accepted. */
  trustedKeys: readonly string[] | undefined;
}

/** Takes each object: its file is written, or removed, and only then is the service told. */
export class Taking {
  constructor(
    private readonly client: SyncServiceClient,
    private readonly folder: ReceivingFolder,
    private readonly rules: TakingRules,
    private readonly output: Output,
    private readonly signal: AbortSignal,
  ) {}

  /** @throws SyncServiceError if the data cannot be fetched, written, or acknowledged. */
  async take(object: ObjectMetadata): Promise<void> {
    const file = await onDisk(() => this.#place(object));
    const outcome = await this.client.acknowledge(object, this.rules.mark, { signal: this.signal });
    const { objectType, objectID, version, instanceID } = object;
    const record = {
      objectType,
      objectID,
      version,
      instanceID,
      outcome,
      ...(file !== undefined && { file }),
    };
    this.output.result(record, `${nameOf(object)} ${outcome}${file === undefined ? '' : `: ${file}`}`);
  }

  /** @returns its file, if there is data. */
  async #place(object: ObjectMetadata): Promise<string | undefined> {
    if (object.deleted) {
      await this.folder.remove(object);
      return undefined;
    }
    if (object.noData || (object.link && !object.objectSize)) return undefined;
    const file = await this.folder.pathOf(object);
    const { trustedKeys } = this.rules;
    const onProgress = this.output.progress(nameOf(object));
    await this.client.fetchObjectDataToFile(object, file, { signal: this.signal, trustedKeys, onProgress });
    return file;
  }
}
