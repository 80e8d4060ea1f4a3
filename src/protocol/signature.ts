import {
  constants,
  createPublicKey,
  createSign,
  createVerify,
  type KeyObject,
  type Verify,
} from 'node:crypto';
import type { ObjectMetadata } from './metadata';

/** As `hashAlgorithm` spells them; the service refuses lower case. */
export type HashAlgorithm = 'SHA1' | 'SHA256';

/** A map, since metadata may name what every object of JavaScript has. */
const algorithms: ReadonlyMap<string, string> = new Map<HashAlgorithm, string>([
  ['SHA1', 'sha1'],
  ['SHA256', 'sha256'],
]);
const padding = constants.RSA_PKCS1_PSS_PADDING;

/** An RSA-PSS signature over the data, as base64; the salt is as long as possible, as the service's own clients have it. */
export async function sign(
  pieces: AsyncIterable<Uint8Array>,
  hashAlgorithm: HashAlgorithm,
  privateKey: KeyObject,
): Promise<string> {
  const signer = createSign(algorithms.get(hashAlgorithm) ?? hashAlgorithm);
  for await (const piece of pieces) signer.update(piece);
  return signer.sign({ key: privateKey, padding }, 'base64');
}

/**
 * Checks data against the RSA-PSS signature in its metadata while it streams by. As on the service, data counts as
 * signed only if hashAlgorithm, publicKey and signature are all there.
 */
export class SignatureCheck {
  readonly #verify: Verify;

  private constructor(
    algorithm: string,
    private readonly publicKey: string,
    private readonly signature: string,
  ) {
    this.#verify = createVerify(algorithm);
  }

  /** Undefined where the object is not signed. */
  static of(metadata: ObjectMetadata): SignatureCheck | undefined {
    const { hashAlgorithm, publicKey, signature } = metadata;
    const algorithm = algorithms.get(hashAlgorithm);
    return algorithm && publicKey && signature
      ? new SignatureCheck(algorithm, publicKey, signature)
      : undefined;
  }

  update(piece: Uint8Array): void {
    this.#verify.update(piece);
  }

  /** Whether the public key is one. */
  get canBeRead(): boolean {
    return this.#key() !== undefined;
  }

  /** A key that cannot be read fits no data. */
  fits(): boolean {
    const key = this.#key();
    if (!key) return false;
    return this.#verify.verify({ key, padding }, Buffer.from(this.signature, 'base64'));
  }

  #key(): KeyObject | undefined {
    try {
      const der = Buffer.from(this.publicKey, 'base64');
      const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
      return key.asymmetricKeyType === 'rsa' ? key : undefined;
    } catch {
      return undefined;
    }
  }
}
