import type { ObjectMetadata } from '../../protocol/metadata';
import { SignatureCheck } from '../../protocol/signature';
import type { EndSignal } from '../../system/ending';
import { giveBack } from '../../system/memory';
import { isSyncServiceError, SyncServiceError } from '../errors';
import { nameOf } from '../objects/names';
import { isLarge } from './rate';
import { trustedKeySet } from './signing';
import { type Progress, tellProgress } from './source';
import { type OnWait, tellWait } from './waits';

export interface DownloadOptions {
  signal?: AbortSignal | undefined;
  onProgress?: Progress | undefined;
  onWait?: OnWait | undefined;
  /** Larger data is refused: SYNC_TOO_LARGE. 64 MiB unless given for what is fetched into memory. */
  maxBytes?: number | undefined;
  /** Public keys, as PEM or as base64 of their DER: data signed with another key, or not at all, is refused. */
  trustedKeys?: readonly string[] | undefined;
  /**
   * False saves the request that checks, after data that no signature proves, whether it is still that version: a newer
   * one of the same size is then taken for it. What is resumed after a cut, and data of unknown size, is checked all the
   * same.
   */
  checkVersion?: boolean | undefined;
}

/** The data of one object; `current` is asked at the end whether it was still that version. */
export interface ObjectData {
  metadata: ObjectMetadata;
  /** The bytes from `start` on; each call fetches them again. */
  pieces: (start: number) => AsyncIterable<Buffer>;
  current: () => Promise<Pick<ObjectMetadata, 'dataID'>>;
  /** Aborted once the client is closed: reading from the disk ends with it, as requests do. */
  closing: EndSignal;
}

/** The limit in bytes, unless given, for data of unknown size, which must not fill a disk. */
const largestUnknown = 16 * 1_073_741_824;
/** How often data that comes incomplete is fetched, in all. */
const attempts = 3;

/**
 * Passes the data on, and fails unless it was whole, fitted its signature, and was of the version that was asked for. The
 * service sends no Content-Length and may append an error text to the data, so bytes are counted; and it gives whatever
 * version is there, so dataID is compared afterwards.
 *
 * @param kept the beginning of the data where it is here already: it is checked with the rest, and not passed on.
 * @throws SyncServiceError SYNC_INCOMPLETE_DATA, SYNC_SIGNATURE_INVALID, SYNC_UNTRUSTED_KEY, SYNC_SUPERSEDED.
 */
export async function* checkedPieces(
  data: ObjectData,
  options: DownloadOptions,
  kept: AsyncIterable<Buffer> | readonly Buffer[] = [],
): AsyncGenerator<Buffer> {
  const { metadata } = data;
  refuseUntrustedKey(metadata, options.trustedKeys);
  const signature = SignatureCheck.of(metadata);
  const size = sizeOf(metadata);
  const { maxBytes = largestUnknown } = options;
  if (options.maxBytes !== undefined && (size ?? 0) > maxBytes)
    throw tooLarge(metadata, `${size} bytes`, maxBytes);
  let received = 0;
  for await (const piece of checking(kept, data.closing, options)) {
    received += piece.length;
    signature?.update(piece);
  }
  for await (const piece of data.pieces(received)) {
    received += piece.length;
    if (size !== undefined && received > size) break;
    if (size === undefined && received > maxBytes) throw tooLarge(metadata, 'more bytes', maxBytes);
    signature?.update(piece);
    yield piece;
    tellProgress(options.onProgress, received, size);
  }
  const isWhole = received === (size ?? received);
  // Bytes that fit the signature of a version are those of that version.
  if (isWhole && (signature ? signature.fits() : size !== undefined && options.checkVersion === false))
    return;
  refuseOtherVersion(metadata, await data.current());
  if (size !== undefined && received !== size) {
    const count = received > size ? 'more' : String(received);
    const message = `The data of ${nameOf(metadata)} should have ${size} bytes, but ${count} came`;
    throw new SyncServiceError('SYNC_INCOMPLETE_DATA', message);
  }
  if (signature) {
    throw new SyncServiceError(
      'SYNC_SIGNATURE_INVALID',
      `The data of ${nameOf(metadata)} does not fit its signature`,
    );
  }
}

/** Passes on what is on the disk already, and reports that as a wait: a slow disk may take longer than a caller expects. */
async function* checking(
  kept: AsyncIterable<Buffer> | readonly Buffer[],
  closing: EndSignal,
  { onWait, signal }: DownloadOptions,
): AsyncGenerator<Buffer> {
  let hasBegun = false;
  try {
    for await (const piece of kept) {
      if (!hasBegun) tellWait(onWait, 'check');
      hasBegun = true;
      yield piece;
      if (closing.aborted) throw closing.reason;
      if (signal?.aborted)
        throw new SyncServiceError('SYNC_ABORTED', 'The download was aborted', { cause: signal.reason });
    }
  } finally {
    if (hasBegun) tellWait(onWait, undefined);
  }
}

/**
 * How many bytes the data has; undefined where the service does not say: with a metadata-only update it forgets the size
 * of the data that stays. Such data is checked only by its version, and by its signature if there is one.
 */
export function sizeOf({ metaOnly, objectSize }: ObjectMetadata): number | undefined {
  return metaOnly && objectSize === 0 ? undefined : objectSize;
}

/** @throws SyncServiceError SYNC_SUPERSEDED when the data has changed. */
export function refuseOtherVersion(asked: ObjectMetadata, current: Pick<ObjectMetadata, 'dataID'>): void {
  if (current.dataID === asked.dataID) return;
  throw new SyncServiceError('SYNC_SUPERSEDED', `The data of ${nameOf(asked)} changed while it was fetched`);
}

function refuseUntrustedKey(metadata: ObjectMetadata, trusted: readonly string[] | undefined): void {
  if (trusted === undefined) return;
  const keys = trustedKeySet(trusted);
  const signed = SignatureCheck.of(metadata) !== undefined;
  if (signed && keys.has(metadata.publicKey)) return;
  const reason = signed ? 'is signed with a key that is not trusted' : 'is not signed';
  throw new SyncServiceError('SYNC_UNTRUSTED_KEY', `The data of ${nameOf(metadata)} ${reason}`);
}

/** @param maxBytes refuses larger objects: SYNC_TOO_LARGE, before anything is fetched where the size is known. */
export async function toBuffer(
  data: ObjectData,
  options: DownloadOptions,
  maxBytes: number,
): Promise<Buffer> {
  const size = sizeOf(data.metadata);
  return untilWhole(async () => {
    const checked = checkedPieces(data, { ...options, maxBytes });
    return size !== undefined && isLarge(size) ? inPlace(checked, size) : joined(checked);
  });
}

async function joined(pieces: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = [];
  for await (const piece of pieces) all.push(piece);
  return Buffer.concat(all);
}

/** Each piece goes to its place as it comes, so that large data is in memory only once. */
async function inPlace(pieces: AsyncIterable<Buffer>, size: number): Promise<Buffer> {
  // Made only with the first piece: by then the size is known to be within the limit, and to be more than a claim of the
  // service.
  let all: Buffer | undefined;
  let filled = 0;
  for await (const piece of pieces) {
    all ??= Buffer.allocUnsafeSlow(size);
    all.set(piece, filled);
    filled += piece.length;
    giveBack(piece);
  }
  return all ?? Buffer.alloc(0);
}

function tooLarge(metadata: ObjectMetadata, size: string, maxBytes: number): SyncServiceError {
  const message = `${nameOf(metadata)} has ${size}, more than the limit of ${maxBytes}`;
  return new SyncServiceError('SYNC_TOO_LARGE', message);
}

/**
 * Fetches again if data is too short or too long: an interrupted service, or a cut upload, leaves it like that for a
 * moment.
 */
export async function untilWhole<T>(fetch: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await fetch();
    } catch (error) {
      if (attempt >= attempts || !isSyncServiceError(error, 'SYNC_INCOMPLETE_DATA')) throw error;
    }
  }
}
