import { join } from 'node:path';
import type { Disk, DiskFile } from './disk';

/** What could not be read of what was kept. */
export interface Damage {
  readonly bytes: number;
  /**
   * The file that has these bytes now. Undefined where the disk was too full for that, or does not give them: they are
   * where they were, until their file is written anew.
   */
  readonly keptIn: string | undefined;
}

const pieceBytes = 1_048_576;
/** The oldest go when there are more. */
const mostKept = 16;

/** Copies bytes that cannot be read into a file of their own, `damaged-…` beside the journal. @returns its path. */
export async function keepAside(
  disk: Disk,
  folder: string,
  file: DiskFile,
  { start, end }: { start: number; end: number },
): Promise<string> {
  const numbers = (await disk.list(folder)).flatMap((name) => {
    const number = /^damaged-(\d+)$/.exec(name)?.[1];
    return number === undefined ? [] : [Number(number)];
  });
  const next = 1 + Math.max(0, ...numbers);
  const path = join(folder, `damaged-${next}`);
  try {
    await copy(file, start, end, await disk.open(path, 'create'));
  } catch (error) {
    await disk.remove(path);
    throw error;
  }
  for (const number of numbers) {
    if (number <= next - mostKept) await disk.remove(join(folder, `damaged-${number}`));
  }
  await disk.syncFolder(folder);
  return path;
}

async function copy(from: DiskFile, start: number, end: number, to: DiskFile): Promise<void> {
  try {
    const piece = Buffer.alloc(Math.min(pieceBytes, end - start));
    for (let at = start; at < end; ) {
      const count = await from.read(piece.subarray(0, end - at), at);
      if (count === 0) break;
      await to.write(piece.subarray(0, count), at - start);
      at += count;
    }
    await to.sync();
  } finally {
    await to.close();
  }
}
