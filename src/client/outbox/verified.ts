import { createHash } from 'node:crypto';
import { SyncServiceError } from '../errors';
import type { KeptData } from './record';

/** Identifies data as it was when it was kept, by its size and SHA-256. */
export type Fingerprint = Pick<Extract<KeptData, { hash: string }>, 'hash' | 'size'>;

/**
 * The pieces of data that was kept somewhere, the last one only if all are unchanged.
 *
 * @param name of what holds them.
 * @throws SyncServiceError SYNC_CHANGED_DATA.
 */
export async function* verified(
  pieces: AsyncIterable<Uint8Array>,
  { hash, size }: Fingerprint,
  name: string,
): AsyncGenerator<Uint8Array> {
  const digest = createHash('sha256');
  let read = 0;
  let last: Uint8Array | undefined;
  for await (const piece of pieces) {
    digest.update(piece);
    read += piece.length;
    last = piece;
    // The memory of the last piece would be reused if another were asked for.
    if (read >= size) break;
    yield piece;
  }
  if (read !== size || digest.digest('hex') !== hash) {
    throw changed(name, 'is not what it was when it was kept');
  }
  if (last) yield last;
}

/** How large data is, and its SHA-256. */
export async function fingerprintOf(pieces: AsyncIterable<Uint8Array>): Promise<Fingerprint> {
  const digest = createHash('sha256');
  let size = 0;
  for await (const piece of pieces) {
    digest.update(piece);
    size += piece.length;
  }
  return { hash: digest.digest('hex'), size };
}

/** The error for data that cannot be sent any more. */
export function changed(name: string, how: string, cause?: unknown): SyncServiceError {
  return new SyncServiceError('SYNC_CHANGED_DATA', `${name} ${how}`, { cause });
}
