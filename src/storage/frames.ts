import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { DiskFile } from './disk';
import { ReadAhead } from './read-ahead';

/*
 * A frame is read whole or not at all, and can be found again after damage:
 *
 *     marker   8   where a frame begins, and nowhere else in the file
 *     length   4   of the body
 *     mask     4   what the body was combined with, so that the marker does not occur in it
 *     checksum 4   of the body as it stands in the file
 *     checksum 4   of all of the above: only then is the length to be trusted
 *     body
 *
 * The mask is for bodies that hold a marker on purpose. What somebody else publishes stands in bodies of ours, and must
 * not be taken for frames when it is what a power cut left of one.
 */
const headerBytes = 24;

/** Its first byte occurs in it once, so that no end of a body and no other marker can be mistaken for part of it. */
const marker = Buffer.from('\u{f5}ESync\n\u{01}', 'latin1');

/** A stretch of a file: a frame, or what cannot be read between frames. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
  /** What the frame holds; it is valid until the next is read. */
  readonly body: Buffer | undefined;
  /** It looks like what an interrupted write leaves: after a frame, followed by none, and shorter than its header says. */
  readonly isTorn: boolean;
}

/** How long the frame of a body of so many bytes is. */
export function frameBytesOf(body: number): number {
  return headerBytes + body;
}

/** @param parts of the body. */
export function frameOf(parts: readonly Uint8Array[]): Buffer {
  const frame = Buffer.concat([Buffer.alloc(headerBytes), ...parts]);
  const body = frame.subarray(headerBytes);
  const mask = Buffer.alloc(4);
  while (body.includes(marker)) {
    combine(body, mask);
    // By chance, and not by count: whoever knows the next can provide for it.
    randomBytes(4).copy(mask);
    combine(body, mask);
  }
  marker.copy(frame);
  frame.writeUInt32LE(body.length, 8);
  mask.copy(frame, 12);
  frame.writeUInt32LE(crc32(body), 16);
  frame.writeUInt32LE(crc32(frame.subarray(0, 20)), 20);
  return frame;
}

/** All stretches of a file, in order. No two that cannot be read follow each other. */
export async function* readFrames(file: DiskFile): AsyncGenerator<Stretch> {
  const bytes = new ReadAhead(file, await file.size());
  for (let start = 0; start < bytes.size; ) {
    const body = await bodyAt(bytes, start);
    const end = body ? start + headerBytes + body.length : await nextFrame(bytes, start + 1);
    const isTorn = !body && start > 0 && end === bytes.size && !(await isWhole(bytes, start));
    yield { start, end, body, isTorn };
    start = end;
  }
}

/** What the frame holds that stands there; undefined where it is damaged. Whether a disk that fails does so for good, nobody knows. */
export async function readFrame(
  file: DiskFile,
  { start, end }: Pick<Stretch, 'start' | 'end'>,
): Promise<Buffer | undefined> {
  const frame = Buffer.alloc(end - start);
  await file.read(frame, start);
  const header = headerIn(frame);
  return header && bodyOf(header, frame.subarray(headerBytes));
}

interface Header {
  readonly length: number;
  readonly mask: Buffer;
  readonly checksum: number;
}

async function headerAt(bytes: ReadAhead, start: number): Promise<Header | undefined> {
  return headerIn(await bytes.at(start, headerBytes));
}

function headerIn(header: Buffer | undefined): Header | undefined {
  if (!header?.subarray(0, marker.length).equals(marker)) return undefined;
  if (crc32(header.subarray(0, 20)) !== header.readUInt32LE(20)) return undefined;
  return {
    length: header.readUInt32LE(8),
    mask: Buffer.from(header.subarray(12, 16)),
    checksum: header.readUInt32LE(16),
  };
}

async function bodyAt(bytes: ReadAhead, start: number): Promise<Buffer | undefined> {
  const header = await headerAt(bytes, start);
  const stored = header && (await bytes.at(start + headerBytes, header.length));
  return stored && bodyOf(header, stored);
}

function bodyOf(header: Header, stored: Buffer): Buffer | undefined {
  if (crc32(stored) !== header.checksum) return undefined;
  if (header.mask.readUInt32LE() === 0) return stored;
  const body = Buffer.from(stored);
  combine(body, header.mask);
  return body;
}

/** Whether the frame has its full length: then nobody can tell whether it is damaged or was not written to its end. */
async function isWhole(bytes: ReadAhead, start: number): Promise<boolean> {
  const header = await headerAt(bytes, start);
  return header !== undefined && start + headerBytes + header.length <= bytes.size;
}

/** Where the next frame begins that can be read, or the end of the file. */
async function nextFrame(bytes: ReadAhead, from: number): Promise<number> {
  for (let start = from; ; start += 1) {
    start = await bytes.indexOf(marker, start);
    if (start === bytes.size || (await bodyAt(bytes, start))) return start;
  }
}

function combine(bytes: Buffer, mask: Buffer): void {
  for (let at = 0; at < bytes.length; at += 1) bytes[at] = (bytes[at] ?? 0) ^ (mask[at % 4] ?? 0);
}
