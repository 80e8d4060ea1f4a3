import { isStorageError, onDisk } from '../../storage/errors';
import { SyncServiceError } from '../errors';

/**
 * Runs work that needs the disk.
 *
 * @param path of what it is about.
 * @throws SyncServiceError SYNC_STORAGE where the disk refuses it.
 */
export async function onStorage<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await onDisk(path, work);
  } catch (error) {
    if (!isStorageError(error)) throw error;
    throw new SyncServiceError('SYNC_STORAGE', error.message, { cause: error });
  }
}
