import { generateKeyPairSync, type KeyPairKeyObjectResult } from 'node:crypto';

/** Pairs of RSA keys. It takes long to make one: whoever wants keys that nobody trusts yet shares these. */
export const [rsa, otherRsa] = [make(), make()];

function make(): KeyPairKeyObjectResult {
  return generateKeyPairSync('rsa', { modulusLength: 2048 });
}
