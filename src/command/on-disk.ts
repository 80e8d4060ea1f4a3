import { SyncServiceError } from '../client';

/** Does `work` on the disk; an error of the system becomes a SyncServiceError SYNC_STORAGE. */
export async function onDisk<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof SyncServiceError) throw error;
    const message = error instanceof Error ? error.message : String(error);
    throw new SyncServiceError('SYNC_STORAGE', message, { cause: error });
  }
}
