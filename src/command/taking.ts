import type { Acknowledgement, ObjectMetadata, SyncServiceClient } from '../client';
import type { ReceivingFolder } from './folder';
import { onDisk } from './on-disk';
import type { Output } from './output';
import { nameOf } from './reference';

export interface TakingRules {
  /** What the service is told. */
  mark: Acknowledgement;
  /** Nothing that another key has signed, or none. */
  trustedKeys: readonly string[] | undefined;
}

/** What is done with each object: its file comes, or goes, and only then the service is told so. */
export class Taking {
  constructor(
    private readonly client: SyncServiceClient,
    private readonly folder: ReceivingFolder,
    private readonly rules: TakingRules,
    private readonly output: Output,
    private readonly signal: AbortSignal,
  ) {}

  /** @throws SyncServiceError where the data cannot be had, written, or acknowledged. */
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

  /** @returns its file, where there is data. */
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
