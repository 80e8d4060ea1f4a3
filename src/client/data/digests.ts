import { createHash } from 'node:crypto';
import { stringifyExactJson } from '../../protocol/exact-json';
import { publicKeyOf, type SigningKey } from './signing';
import { piecesOf, type ReplayableBody } from './source';

/**
 * What metadata and data are known by. Each signature of the same data is another one, so that what is signed, or is to be, is
 * known by its key: with another key it is to be published again.
 */
export async function digestOfAll(
  meta: Record<string, unknown>,
  body: ReplayableBody,
  sign: SigningKey | undefined,
): Promise<string> {
  const { signature, hashAlgorithm, publicKey, ...unsigned } = meta;
  const ownKey = signature ? `${hashAlgorithm} ${publicKey}` : '';
  const about = { ...unsigned, signedWith: sign ? nameOfKey(sign) : ownKey };
  const hash = createHash('sha256').update(stringifyExactJson(about)).update('\0');
  for await (const piece of piecesOf(body)) hash.update(piece);
  return hash.digest('base64');
}

/** What metadata is known by while its data is uploaded: where it is signed on the way, without its signature. */
export function digestOf(meta: Record<string, unknown>, sign: SigningKey | undefined): string {
  const { signature, ...rest } = meta;
  return createHash('sha256')
    .update(stringifyExactJson(sign ? rest : meta))
    .digest('base64');
}

function nameOfKey(key: SigningKey): string {
  return `${key.hashAlgorithm ?? 'SHA256'} ${publicKeyOf(key)}`;
}
