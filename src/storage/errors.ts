/** The codes of what goes wrong with the disk, each with what it stands for. */
export const storageErrorCodes = [
  /** No space is left, or none of the user's quota. What waits to be written is written once there is space again. */
  'STORAGE_FULL',
  /** Another process uses the folder. */
  'STORAGE_IN_USE',
  /** Another process took the folder over while this one gave no sign of life. Nothing of it is written any more. */
  'STORAGE_LOST',
  /** The user of the process may not do this there, or the file system is read-only. */
  'STORAGE_DENIED',
  /** What a newer version of the package, or of Node.js, has written. */
  'STORAGE_UNREADABLE',
  /** Anything else that the system says of its disk; `cause` is its own error. */
  'STORAGE_FAILED',
] as const;

export type StorageErrorCode = (typeof storageErrorCodes)[number];

export class StorageError extends Error {
  override readonly name = 'StorageError';

  constructor(
    readonly code: StorageErrorCode,
    message: string,
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
  }
}

/** What the system says of a disk, or of a user's part of it, that is used up. */
const fullDisk: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT']);
const denied = new Set(['EACCES', 'EPERM', 'EROFS']);

/** Whether `value` is a StorageError, and, where codes are given, of one of them. */
export function isStorageError(value: unknown, ...codes: StorageErrorCode[]): value is StorageError {
  return value instanceof StorageError && (codes.length === 0 || codes.includes(value.code));
}

/** The code of an error of the system. */
export function systemCode(thrown: unknown): string {
  return (thrown as NodeJS.ErrnoException | undefined)?.code ?? '';
}

/** What the system says of its disk, in a form to be shown. What is no error of the system stays as it is. */
export function storageError(thrown: unknown, path: string): unknown {
  const code = systemCode(thrown);
  if (fullDisk.has(code)) {
    return new StorageError('STORAGE_FULL', `The disk is full (${code}): ${path} cannot be written`, thrown);
  }
  if (denied.has(code)) {
    return new StorageError('STORAGE_DENIED', `${path} may not be written or read (${code})`, thrown);
  }
  if (!(thrown instanceof Error) || !('syscall' in thrown)) return thrown;
  return new StorageError('STORAGE_FAILED', `${path}: ${thrown.message}`, thrown);
}

/** Does `work` on the disk; what the system says of it becomes a StorageError that names `path`. */
export async function onDisk<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw storageError(error, path);
  }
}

/** That the disk is full, or has bytes that it does not give, must keep nobody from reading the others. */
export async function ifPossible<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    const code = systemCode(error);
    if (code !== 'EIO' && !fullDisk.has(code)) throw error;
    return undefined;
  }
}
