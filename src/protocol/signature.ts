import { constants, createPublicKey, createVerify, type Verify } from 'node:crypto';
import type { ObjectMetadata } from './metadata';

const algorithms: Record<string, string> = { SHA1: 'sha1', SHA256: 'sha256' };

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
    const algorithm = algorithms[hashAlgorithm];
    return algorithm && publicKey && signature
      ? new SignatureCheck(algorithm, publicKey, signature)
      : undefined;
  }

  update(piece: Uint8Array): void {
    this.#verify.update(piece);
  }

  fits(): boolean {
    try {
      const key = createPublicKey({
        key: Buffer.from(this.publicKey, 'base64'),
        format: 'der',
        type: 'spki',
      });
      if (key.asymmetricKeyType !== 'rsa') return false;
      const padding = constants.RSA_PKCS1_PSS_PADDING;
      return this.#verify.verify({ key, padding }, Buffer.from(this.signature, 'base64'));
    } catch {
      // A key that cannot be read fits no data.
      return false;
    }
  }
}
