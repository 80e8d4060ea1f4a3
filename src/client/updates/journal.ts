import { FileJournal } from '../../storage/file-journal';
import type { Journal } from '../../storage/journal';

export type { Journal, KeptMap } from '../../storage/journal';

/** How many ms of notes a power cut may lose: attempts, never objects. */
const syncEvery = 1_000;

/**
 * Opens the journal of one client in a folder of its own, which is created if it is missing. Close it after the client.
 *
 * @throws StorageError (`code` STORAGE_IN_USE, STORAGE_DENIED, STORAGE_FULL, ...) if the folder cannot be used.
 */
export function openJournal(folder: string): Promise<Journal> {
  return FileJournal.open(folder, { syncEvery });
}
