import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, readdir, rename, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Disk, DiskEntry, DiskFile, Opening } from './disk';

const flags: Record<Opening, number> = {
  read: constants.O_RDONLY,
  change: constants.O_RDWR,
  create: constants.O_RDWR | constants.O_CREAT | constants.O_EXCL,
  keep: constants.O_RDWR | constants.O_CREAT,
  replace: constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC,
};

/** The errors where the platform or the file system cannot sync a folder, or the user may not read it. */
const cannotSync = new Set([
  'EACCES',
  'EBADF',
  'EINVAL',
  'EISDIR',
  'ENOSYS',
  'ENOTSUP',
  'EOPNOTSUPP',
  'EPERM',
]);

/**
 * How many bytes are given to the system at a time. Linux takes them into pages of that size where the file system can
 * (ext4, XFS). Pages of 256 KiB and more come from memory that a virtual machine may have given back to its host: filling a
 * mebibyte cost up to eight times as much there. Elsewhere, smaller pieces cost hardly more.
 */
const largestWrite = 131_072;

/** The disk of the machine. */
export const systemDisk: Disk = {
  open: async (path, how, mode = 0o600) => new SystemFile(await open(path, flags[how], mode)),
  makeFolder,
  syncFolder,
  rename,
  remove: (path) => rm(path, { force: true }),
  removeFolder: rmdir,
  list: readdir,
  stat: entryOf,
};

class SystemFile implements DiskFile {
  constructor(private readonly handle: FileHandle) {}

  async read(into: Buffer, position: number): Promise<number> {
    let filled = 0;
    while (filled < into.length) {
      const { bytesRead } = await this.handle.read(into, filled, into.length - filled, position + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return filled;
  }

  async write(bytes: Uint8Array, position: number): Promise<void> {
    for (let at = 0; at < bytes.length; ) {
      const length = Math.min(largestWrite, bytes.length - at);
      const { bytesWritten } = await this.handle.write(bytes, at, length, position + at);
      at += bytesWritten;
    }
  }

  async size(): Promise<number> {
    return (await this.handle.stat()).size;
  }

  truncate(size: number): Promise<void> {
    return this.handle.truncate(size);
  }

  setMode(mode: number): Promise<void> {
    return this.handle.chmod(mode);
  }

  sync(): Promise<void> {
    return this.handle.sync();
  }

  datasync(): Promise<void> {
    return this.handle.datasync();
  }

  close(): Promise<void> {
    return this.handle.close();
  }
}

/**
 * Not by Node.js' own `recursive`, which says of a read-only file system that the folder is not there, and never ends in /proc:
 * there a folder that is made in one that is there is refused with ENOENT.
 */
async function makeFolder(path: string, mode = 0o700): Promise<void> {
  if ((await entryOf(path))?.isFolder) return;
  const above = dirname(resolve(path));
  await makeFolder(above, mode);
  try {
    await mkdir(path, { mode });
  } catch (error) {
    // Somebody else may have made it meanwhile.
    if (!(await entryOf(path))?.isFolder) throw error;
  }
  await syncFolder(above);
}

async function syncFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, constants.O_RDONLY);
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch (error) {
    if (!cannotSync.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

async function entryOf(path: string): Promise<DiskEntry | undefined> {
  try {
    const entry = await stat(path);
    return {
      isFolder: entry.isDirectory(),
      size: entry.size,
      mode: entry.mode & 0o7777,
      modified: entry.mtimeMs,
    };
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
