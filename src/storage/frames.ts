import type { FileHandle } from 'node:fs/promises';
import { deserialize, serialize } from 'node:v8';
import { crc32 } from 'node:zlib';

/** The new value of a key in a map; undefined where the key is gone. */
export type Change = readonly [map: string, key: string, value: unknown];

const headerBytes = 8;

/** Changes that are kept together or not at all: their length and checksum go before them. */
export function frameOf(changes: readonly Change[]): Buffer {
  const body = serialize(changes);
  const header = Buffer.alloc(headerBytes);
  header.writeUInt32LE(body.length, 0);
  header.writeUInt32LE(crc32(body), 4);
  return Buffer.concat([header, body]);
}

/**
 * Reads frames from the beginning of a file, and hands over the changes of each. It stops at the first that is not
 * whole: that was being written when the process ended.
 */
export async function readFrames(
  file: FileHandle,
  apply: (changes: readonly Change[]) => void,
): Promise<void> {
  const { size } = await file.stat();
  const header = Buffer.alloc(headerBytes);
  let at = 0;
  while (at + headerBytes <= size) {
    await file.read(header, 0, headerBytes, at);
    const length = header.readUInt32LE(0);
    if (at + headerBytes + length > size) break;
    const body = Buffer.alloc(length);
    await file.read(body, 0, length, at + headerBytes);
    if (length === 0 || crc32(body) !== header.readUInt32LE(4)) break;
    apply(deserialize(body) as Change[]);
    at += headerBytes + length;
  }
}
