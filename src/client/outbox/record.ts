import type { ObjectMetadataInput } from '../../protocol/metadata';
import type { Extent } from '../../storage/frame-file';
import { frameBytesOf } from '../../storage/frames';
import type { ObjectReference } from '../objects/names';
import type { Entry, OutboxAction, OutboxReason } from './entry';

/** Where the data of an entry is. */
export type KeptData =
  | { readonly in: 'entry'; readonly size: number }
  | { readonly in: 'blob'; readonly size: number; readonly hash: string }
  | { readonly in: 'file'; readonly size: number; readonly hash: string; readonly path: string };

/**
 * What became of an entry since its record was written. `begun`: an upload of its data has begun, and may have been cut.
 * `follows cut`: an earlier upload of other data of its object may have been cut. `cut`: the entry has ended; an upload
 * may have been cut, and no data has followed. The last two have the bytes of that upload.
 */
export interface Mark {
  readonly id: number;
  readonly state: 'ended' | 'refused' | 'waiting' | 'begun' | 'follows cut' | 'cut';
  readonly reason?: OutboxReason;
  readonly bytes?: number;
  /** Since when it waits, in ms since 1970. */
  readonly since?: number;
}

/** What is kept of an entry, apart from its data. */
export interface EntryRecord {
  readonly id: number;
  readonly action: OutboxAction;
  readonly object: ObjectReference;
  readonly metadata?: ObjectMetadataInput;
  readonly data?: KeptData;
  /** It is sent only if the service no longer has the same. */
  readonly onlyWhenChanged?: boolean;
  readonly since: number;
  /** What had become of it when the record was rewritten. */
  readonly marks?: readonly Mark[];
}

export interface Record {
  /** The first record of a segment; `nextID` is the lowest ID that the next entry may get. */
  readonly segment?: { readonly version: 1; readonly nextID: number };
  readonly entry?: EntryRecord;
  readonly mark?: Mark;
  /** The last record of all: everything before it is on the disk, not only in the system's cache. */
  readonly closed?: true;
}

const lengthBytes = 4;

/** The parts of a frame: the length of the record, the record as JSON, and the inline data. */
export function partsOf(record: Record, data: Uint8Array = Buffer.alloc(0)): Uint8Array[] {
  const head = Buffer.from(JSON.stringify(record));
  const length = Buffer.alloc(lengthBytes);
  length.writeUInt32LE(head.length);
  return [length, head, data];
}

/** Reads the body of a frame. @throws Error if another version has written it. */
export function recordIn(body: Buffer): { record: Record; data: Buffer } {
  const end = lengthBytes + body.readUInt32LE(0);
  const record = JSON.parse(body.toString('utf8', lengthBytes, end)) as Record;
  const isKnown = record.segment
    ? record.segment.version === 1
    : (record.entry ?? record.mark ?? record.closed);
  if (!isKnown) throw new Error('a record of another version');
  return { record, data: body.subarray(end) };
}

/** What is kept of an entry that has ended, only because an upload may have been cut. */
export function cutRecordOf(entry: Entry): Uint8Array[] {
  const { action, id, object, since } = entry;
  return partsOf({ entry: { id, action, object, since, marks: marksOf(entry) } });
}

/** How many bytes of an entry's record are still needed. */
export function usedBytesOf(entry: Entry, { start, end }: Extent): number {
  if (!entry.isCut) return end - start;
  return Math.min(end - start, frameBytesOf(lengthOf(cutRecordOf(entry))));
}

export function lengthOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}

/** What became of an entry, to be written with its record. */
export function marksOf(entry: Entry): Mark[] {
  const { cutBytes, followsCut, hasBegun, id, isCut, reason, since, state } = entry;
  if (isCut) return [{ id, state: 'cut', bytes: cutBytes }];
  return [
    {
      id,
      state: state === 'refused' ? 'refused' : 'waiting',
      since,
      ...(state === 'refused' && reason && { reason }),
    },
    ...(hasBegun ? [{ id, state: 'begun' } as const] : []),
    ...(followsCut > 0 ? [{ id, state: 'follows cut', bytes: followsCut } as const] : []),
  ];
}
