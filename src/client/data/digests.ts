import { createHash } from 'node:crypto';
import { stringifyExactJson } from '../../protocol/exact-json';
import { publicKeyOf, type SigningKey } from './signing';
import { piecesOf, type ReplayableBody } from './source';

/**
 * A digest that identifies metadata and data. Each signature of the same data is different, so what is signed, or is to
 * be, is identified by its key instead: with another key it is published again.
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

/** A digest that identifies metadata while its data is uploaded: without the signature if that is made on the way. */
export function digestOf(meta: Record<string, unknown>, sign: SigningKey | undefined): string {
  const { signature, ...rest } = meta;
  return createHash('sha256')
    .update(stringifyExactJson(sign ? rest : meta))
    .digest('base64');
}

function nameOfKey(key: SigningKey): string {
  return `${key.hashAlgorithm ?? 'SHA256'} ${publicKeyOf(key)}`;
}
