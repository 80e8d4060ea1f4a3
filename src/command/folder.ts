import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ObjectReference } from '../client';
import { isCaseless } from '../storage/caseless';
import { caselessFileNameOf, fileNameOf } from '../storage/file-name';
import { systemDisk } from '../storage/system-disk';
import { onDisk } from './on-disk';

/** Limited only by the umask: the user who works with the files need not be the one who receives them. */
const mode = 0o777;

/** Where objects are put: a folder for each type, a file for each object, under names that no two share. */
export class ReceivingFolder {
  private constructor(
    private readonly path: string,
    private readonly nameOf: (text: string) => string,
  ) {}

  /** Creates the folder if it is missing. @throws SyncServiceError SYNC_STORAGE if it cannot. */
  static async open(path: string): Promise<ReceivingFolder> {
    const isOnCaselessDisk = await onDisk(async () => {
      await systemDisk.makeFolder(path, mode);
      return isCaseless(path);
    });
    return new ReceivingFolder(path, isOnCaselessDisk ? caselessFileNameOf : fileNameOf);
  }

  /** The path of an object's file, in a folder that exists by then. */
  async pathOf({ objectType, objectID }: ObjectReference): Promise<string> {
    const folder = join(this.path, this.nameOf(objectType));
    await systemDisk.makeFolder(folder, mode);
    return join(folder, this.nameOf(objectID));
  }

  async remove(object: ObjectReference): Promise<void> {
    await rm(await this.pathOf(object), { force: true });
  }
}
