import type { NodeMessage } from 'node-red';
import type { SigningKey } from '../../src/client';
import { invalidInput } from '../common/failure';
import { readKeyFile } from '../common/key-file';
import type { TypedFields } from '../common/typed';

/** What a sync-out keeps with Node-RED's credentials. */
export interface SyncOutCredentials {
  /** PEM. */
  privateKey?: string;
  passphrase?: string;
}

/**
 * The key to sign with: the stored one, or that of a file. Undefined where none is wanted; where one is wanted and
 * missing nothing is published.
 *
 * @throws NodeFailure SYNC_INVALID_ARGUMENT, which never says what the key is.
 */
export async function signingKeyOf(
  credentials: SyncOutCredentials,
  fields: TypedFields,
  message: NodeMessage,
): Promise<SigningKey | undefined> {
  const type = fields.typeOf('signingKey');
  if (type === 'none') return undefined;
  const privateKey =
    type === 'stored' ? storedKey(credentials) : await keyAt(await fields.any('signingKey', message), fields);
  const { passphrase } = credentials;
  return { privateKey, ...(passphrase && { passphrase }) };
}

/** An environment variable holds a key in one line, with its line breaks written as \n. */
function storedKey({ privateKey }: SyncOutCredentials): string {
  if (!privateKey?.trim()) throw invalidInput('Enter the private key to sign with');
  return privateKey.replaceAll('\\n', '\n');
}

async function keyAt(path: unknown, fields: TypedFields): Promise<Buffer> {
  if (typeof path !== 'string' || path.trim() === '') {
    throw invalidInput('Sign with must be the path of a file with a private key');
  }
  if (path.includes('-----')) {
    throw invalidInput('Sign with is a key where it should be a path: keep keys with the credentials');
  }
  return readKeyFile(fields.locate(path.trim()), 'The private key');
}
