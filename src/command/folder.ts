import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObjectReference } from '../client';
import { isCaseless } from '../storage/caseless';
import { caselessFileNameOf, fileNameOf } from '../storage/file-name';

/** Where objects are put: a folder for each type, a file for each object, under names that no two share. */
export class ReceivingFolder {
  private constructor(
    private readonly path: string,
    private readonly nameOf: (text: string) => string,
  ) {}

  /** Makes the folder where it is not there. */
  static async open(path: string): Promise<ReceivingFolder> {
    await mkdir(path, { recursive: true });
    return new ReceivingFolder(path, (await isCaseless(path)) ? caselessFileNameOf : fileNameOf);
  }

  /** Of its file, in a folder that is there. */
  async pathOf({ objectType, objectID }: ObjectReference): Promise<string> {
    const folder = join(this.path, this.nameOf(objectType));
    await mkdir(folder, { recursive: true });
    return join(folder, this.nameOf(objectID));
  }

  async remove(object: ObjectReference): Promise<void> {
    await rm(await this.pathOf(object), { force: true });
  }
}
