import type { NodeMessage } from 'node-red';
import type { SigningKey } from '../../src/client';
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
    type === 'stored'
      ? storedKey(credentials, fields)
      : await keyAt(await fields.any('signingKey', message), fields);
  const { passphrase } = credentials;
  return { privateKey, ...(passphrase && { passphrase }) };
}

/** An environment variable holds a key in one line, with its line breaks written as \n. */
function storedKey({ privateKey }: SyncOutCredentials, fields: TypedFields): string {
  if (!privateKey?.trim()) {
    throw fields.invalid('signingKey', 'There is no stored private key to sign with: enter it in this node');
  }
  return privateKey.replaceAll('\\n', '\n');
}

async function keyAt(path: unknown, fields: TypedFields): Promise<Buffer> {
  if (typeof path !== 'string' || path.trim() === '') {
    throw fields.invalid('signingKey', 'Sign with must be the path of a file with a private key');
  }
  if (path.includes('-----')) {
    throw fields.invalid(
      'signingKey',
      'Sign with is a key where it should be a path: keep keys with the credentials',
    );
  }
  return readKeyFile(fields.locate(path.trim()), 'The private key');
}
