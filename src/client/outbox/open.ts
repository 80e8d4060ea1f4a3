import { join } from 'node:path';
import type { Damage } from '../../storage/damage';
import { ifPossible, onDisk } from '../../storage/errors';
import { FolderLock } from '../../storage/lock';
import type { Machine } from '../../storage/machine';
import { Blobs } from './blobs';
import type { Entry } from './entry';
import { OutboxLog } from './log';
import { Numbers } from './numbers';
import type { OutboxLimits } from './options';
import { FoundLog } from './read-log';
import { Room } from './room';
import { Segment } from './segment';
import { Segments, type SegmentsOptions } from './segments';

/** A folder in use. */
export interface OpenedFolder {
  log: OutboxLog;
  blobs: Blobs;
  room: Room;
  numbers: Numbers;
  /** The entries that were there, in order. */
  entries: Entry[];
  damage: readonly Damage[];
  /** To be called once the log is closed. */
  release(): Promise<void>;
}

/**
 * Opens the folder of an outbox, which is made if it is not there.
 *
 * @throws StorageError STORAGE_IN_USE where another process uses it.
 */
export async function openFolder(
  folder: string,
  limits: Required<OutboxLimits>,
  machine: Machine,
): Promise<OpenedFolder> {
  await onDisk(folder, () => machine.disk.makeFolder(folder));
  const lock = await FolderLock.take(folder, machine);
  try {
    return await onDisk(folder, () => open(folder, lock, limits, machine));
  } catch (error) {
    await lock.release();
    throw error;
  }
}

async function open(
  folder: string,
  lock: FolderLock,
  limits: Required<OutboxLimits>,
  machine: Machine,
): Promise<OpenedFolder> {
  const found = await FoundLog.read(folder, machine);
  try {
    const { damage, entries } = found;
    const needed = entries.flatMap(({ blob, isCut }) => (isCut ? [] : (blob ?? [])));
    const blobs = await Blobs.open(join(folder, 'data'), machine, needed);
    const room = new Room(limits, () => blobs.size);
    const numbers = new Numbers(found.nextID);
    const options: SegmentsOptions = {
      folder,
      machine,
      lock,
      segmentBytes: room.segmentBytes,
      room: () => room.ofLog,
      nextID: () => numbers.next,
    };
    const segments = await renewed(found, options);
    const log = new OutboxLog(segments, options);
    return { log, blobs, room, numbers, entries, damage, release: () => lock.release() };
  } catch (error) {
    await found.close();
    throw error;
  }
}

/** The segments that were there, with a new one for new entries. */
async function renewed(found: FoundLog, options: SegmentsOptions): Promise<Segments> {
  const { folder, lock, machine } = options;
  const next = await Segment.create(folder, found.nextNumber, found.nextID, machine);
  const segments = new Segments(options, new Set(found.segments), next);
  try {
    // A previous holder of the lock that went silent may still write to the files that it has open.
    if (lock.wasSilent) await segments.moveAll();
    else if (found.isToBeRewritten) await ifPossible(() => segments.moveAll());
    else await ifPossible(() => segments.removePast());
    return segments;
  } catch (error) {
    await segments.close();
    throw error;
  }
}
