import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ObjectMetadata } from '../../protocol/metadata';
import { SignatureCheck } from '../../protocol/signature';
import { SyncServiceError } from '../errors';

export interface DownloadOptions {
  signal?: AbortSignal;
  /** Called with the bytes received so far and the bytes to come in all. */
  onProgress?: (received: number, total: number) => void;
  /** Public keys (base64 of DER, as in `publicKey`): data signed with another key, or not at all, is refused. */
  trustedKeys?: readonly string[];
}

/** The data of one object, piece by piece; `current` is asked at the end whether it was still that version. */
export interface ObjectData {
  metadata: ObjectMetadata;
  pieces: AsyncIterable<Buffer>;
  current: () => Promise<ObjectMetadata>;
}

/**
 * Passes the data on and ends well only if it was whole, fitted its signature, and was of the version that was asked
 * for. The service sends no Content-Length and may put an error text behind the data, so bytes are counted; and it
 * gives whatever version is there, so dataID is compared afterwards.
 *
 * @throws SyncServiceError SYNC_INCOMPLETE_DATA, SYNC_SIGNATURE_INVALID, SYNC_UNTRUSTED_KEY, SYNC_SUPERSEDED.
 */
export async function* checkedPieces(data: ObjectData, options: DownloadOptions): AsyncGenerator<Buffer> {
  const { metadata } = data;
  const name = `${metadata.objectType}/${metadata.objectID}`;
  refuseUntrustedKey(metadata, name, options.trustedKeys);
  const signature = SignatureCheck.of(metadata);
  let received = 0;
  for await (const piece of data.pieces) {
    received += piece.length;
    if (received > metadata.objectSize) break;
    signature?.update(piece);
    yield piece;
    options.onProgress?.(received, metadata.objectSize);
  }
  const current = await data.current();
  if (current.dataID !== metadata.dataID) {
    throw new SyncServiceError('SYNC_SUPERSEDED', `The data of ${name} changed while it was fetched`);
  }
  if (received !== metadata.objectSize) {
    const count = received > metadata.objectSize ? 'more' : String(received);
    const message = `The data of ${name} should have ${metadata.objectSize} bytes, but ${count} came`;
    throw new SyncServiceError('SYNC_INCOMPLETE_DATA', message);
  }
  if (signature && !signature.fits()) {
    throw new SyncServiceError('SYNC_SIGNATURE_INVALID', `The data of ${name} does not fit its signature`);
  }
}

function refuseUntrustedKey(
  metadata: ObjectMetadata,
  name: string,
  trusted: readonly string[] | undefined,
): void {
  if (!trusted) return;
  const signed = metadata.hashAlgorithm !== '' && metadata.signature !== '';
  if (!signed || !trusted.includes(metadata.publicKey)) {
    const reason = signed ? 'is signed with a key that is not trusted' : 'is not signed';
    throw new SyncServiceError('SYNC_UNTRUSTED_KEY', `The data of ${name} ${reason}`);
  }
}

/** @param maxBytes refuses larger objects before anything is fetched: SYNC_TOO_LARGE. */
export async function toBuffer(
  data: ObjectData,
  options: DownloadOptions,
  maxBytes: number,
): Promise<Buffer> {
  const { objectSize, objectType, objectID } = data.metadata;
  if (objectSize > maxBytes) {
    const message = `${objectType}/${objectID} has ${objectSize} bytes, more than the limit of ${maxBytes}`;
    throw new SyncServiceError('SYNC_TOO_LARGE', message);
  }
  const pieces: Buffer[] = [];
  for await (const piece of checkedPieces(data, options)) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** Writes the data to a file that appears under its name only when it is whole, checked and on the disk. */
export async function toFile(data: ObjectData, options: DownloadOptions, path: string): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path).slice(0, 100)}.${randomUUID()}.part`);
  const file = await open(temporary, 'wx');
  try {
    for await (const piece of checkedPieces(data, options)) await file.writeFile(piece);
    await file.sync();
    await file.close();
    await rename(temporary, path);
  } catch (error) {
    await file.close().catch(() => undefined);
    await rm(temporary, { force: true });
    throw error;
  }
}
