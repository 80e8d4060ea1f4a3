import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ObjectMetadata } from '../../protocol/metadata';
import { SignatureCheck } from '../../protocol/signature';
import { isSyncServiceError, SyncServiceError } from '../errors';
import { trustedKeySet } from './signing';

export interface DownloadOptions {
  signal?: AbortSignal | undefined;
  /** Called with the bytes received so far and the bytes to come in all. */
  onProgress?: ((received: number, total: number) => void) | undefined;
  /** Public keys, as PEM or as base64 of their DER: data signed with another key, or not at all, is refused. */
  trustedKeys?: readonly string[] | undefined;
}

/** The data of one object; `current` is asked at the end whether it was still that version. */
export interface ObjectData {
  metadata: ObjectMetadata;
  /** The bytes from the first on, anew at each call. */
  pieces: () => AsyncIterable<Buffer>;
  current: () => Promise<ObjectMetadata>;
}

/** How often data that came damaged is fetched again. */
const attempts = 3;

/**
 * Passes the data on and ends well only if it was whole, fitted its signature, and was of the version that was asked
 * for. The service sends no Content-Length and may put an error text behind the data, so bytes are counted; and it
 * gives whatever version is there, so dataID is compared afterwards.
 *
 * @throws SyncServiceError SYNC_INCOMPLETE_DATA, SYNC_SIGNATURE_INVALID, SYNC_UNTRUSTED_KEY, SYNC_SUPERSEDED.
 */
export async function* checkedPieces(data: ObjectData, options: DownloadOptions): AsyncGenerator<Buffer> {
  const { metadata } = data;
  refuseUntrustedKey(metadata, options.trustedKeys);
  const signature = SignatureCheck.of(metadata);
  let received = 0;
  for await (const piece of data.pieces()) {
    received += piece.length;
    if (received > metadata.objectSize) break;
    signature?.update(piece);
    yield piece;
    options.onProgress?.(received, metadata.objectSize);
  }
  refuseOtherVersion(metadata, await data.current());
  if (received !== metadata.objectSize) {
    const count = received > metadata.objectSize ? 'more' : String(received);
    const message = `The data of ${nameOf(metadata)} should have ${metadata.objectSize} bytes, but ${count} came`;
    throw new SyncServiceError('SYNC_INCOMPLETE_DATA', message);
  }
  if (signature && !signature.fits()) {
    throw new SyncServiceError(
      'SYNC_SIGNATURE_INVALID',
      `The data of ${nameOf(metadata)} does not fit its signature`,
    );
  }
}

/** @throws SyncServiceError SYNC_SUPERSEDED when the data is not what it was. */
export function refuseOtherVersion(asked: ObjectMetadata, current: ObjectMetadata): void {
  if (current.dataID === asked.dataID) return;
  throw new SyncServiceError('SYNC_SUPERSEDED', `The data of ${nameOf(asked)} changed while it was fetched`);
}

function refuseUntrustedKey(metadata: ObjectMetadata, trusted: readonly string[] | undefined): void {
  if (!trusted) return;
  const keys = trustedKeySet(trusted);
  const signed = SignatureCheck.of(metadata) !== undefined;
  if (signed && keys.has(metadata.publicKey)) return;
  const reason = signed ? 'is signed with a key that is not trusted' : 'is not signed';
  throw new SyncServiceError('SYNC_UNTRUSTED_KEY', `The data of ${nameOf(metadata)} ${reason}`);
}

function nameOf({ objectType, objectID }: ObjectMetadata): string {
  return `${objectType}/${objectID}`;
}

/** @param maxBytes refuses larger objects before anything is fetched: SYNC_TOO_LARGE. */
export async function toBuffer(
  data: ObjectData,
  options: DownloadOptions,
  maxBytes: number,
): Promise<Buffer> {
  const { objectSize } = data.metadata;
  if (objectSize > maxBytes) {
    const message = `${nameOf(data.metadata)} has ${objectSize} bytes, more than the limit of ${maxBytes}`;
    throw new SyncServiceError('SYNC_TOO_LARGE', message);
  }
  return untilWhole(async () => {
    const pieces: Buffer[] = [];
    for await (const piece of checkedPieces(data, options)) pieces.push(piece);
    return Buffer.concat(pieces);
  });
}

/** Writes the data to a file that appears under its name only when it is whole, checked and on the disk. */
export async function toFile(data: ObjectData, options: DownloadOptions, path: string): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path).slice(0, 100)}.${randomUUID()}.part`);
  try {
    await untilWhole(() => write(temporary, data, options));
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function write(path: string, data: ObjectData, options: DownloadOptions): Promise<void> {
  const file = await open(path, 'w');
  try {
    for await (const piece of checkedPieces(data, options)) await file.writeFile(piece);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Data that is too short or too long is what an interrupted service, or a cut upload, leaves for a moment. */
async function untilWhole<T>(fetch: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await fetch();
    } catch (error) {
      if (attempt >= attempts || !isSyncServiceError(error, 'SYNC_INCOMPLETE_DATA')) throw error;
    }
  }
}
