import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import type { ObjectMetadata } from '../../protocol/metadata';
import { type HashAlgorithm, sign } from '../../protocol/signature';
import { invalidArgument, SyncServiceError } from '../errors';
import { piecesOf, type ReplayableBody } from './source';

/** The key to sign data with. */
export interface SigningKey {
  /** RSA, as PEM (PKCS#1 or PKCS#8). */
  privateKey: string | Buffer;
  passphrase?: string;
  /** Defaults to SHA256. */
  hashAlgorithm?: HashAlgorithm;
}

/** The fields of metadata that carry a signature. */
export type SignatureFields = Pick<ObjectMetadata, 'hashAlgorithm' | 'publicKey' | 'signature'>;

/**
 * Signs data as the service and its other clients do. The data is read once for it, before it is uploaded: the
 * metadata, which carries the signature, goes first.
 *
 * @throws SyncServiceError SYNC_INVALID_ARGUMENT when the key cannot be read or is no RSA key.
 */
export async function signatureOf(body: ReplayableBody, key: SigningKey): Promise<SignatureFields> {
  const { hashAlgorithm = 'SHA256' } = key;
  const privateKey = readPrivateKey(key);
  return {
    hashAlgorithm,
    publicKey: publicKeyOf(key),
    signature: await sign(piecesOf(body), hashAlgorithm, privateKey),
  };
}

/** The public key that verifies what this one signs, in the form in which metadata carries it. Throws as signatureOf. */
export function publicKeyOf(key: SigningKey): string {
  return createPublicKey(readPrivateKey(key)).export({ type: 'spki', format: 'der' }).toString('base64');
}

function readPrivateKey({ privateKey, passphrase }: SigningKey): KeyObject {
  let key: KeyObject;
  try {
    key = createPrivateKey({ key: privateKey, ...(passphrase !== undefined && { passphrase }) });
  } catch (error) {
    // Only OpenSSL's code is given as the reason; nothing that could be read of the key gets into it.
    const code = error instanceof Error && 'code' in error ? ` (${error.code})` : '';
    const isLocked = String(privateKey).includes('ENCRYPTED');
    throw invalidArgument(
      `The private key cannot be read${code}${isLocked ? ': is its passphrase there, and right?' : ''}`,
    );
  }
  if (key.asymmetricKeyType !== 'rsa') throw invalidArgument('The private key must be an RSA key');
  return key;
}

/**
 * The public keys that data may be signed with, in the form in which metadata carries them.
 *
 * @param keys PEM, or base64 of the DER (SPKI).
 * @throws SyncServiceError SYNC_INVALID_ARGUMENT when one of them is neither.
 */
export function trustedKeySet(keys: readonly string[]): ReadonlySet<string> {
  if (!Array.isArray(keys)) throw invalidArgument('Trusted keys are given as a list');
  return new Set(keys.map(normalise));
}

function normalise(key: string): string {
  try {
    const text = key.trim();
    if (text === '') throw new Error('empty');
    const read = text.startsWith('-----BEGIN')
      ? createPublicKey(text)
      : createPublicKey({ key: Buffer.from(text, 'base64'), format: 'der', type: 'spki' });
    return read.export({ type: 'spki', format: 'der' }).toString('base64');
  } catch (cause) {
    throw new SyncServiceError(
      'SYNC_INVALID_ARGUMENT',
      'A trusted key must be a public key as PEM or as base64 of its DER (SPKI)',
      { cause },
    );
  }
}
