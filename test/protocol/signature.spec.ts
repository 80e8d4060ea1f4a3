import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { SignatureCheck, sign } from '../../src/protocol/signature';
import { metadataOf } from '../support/metadata';

describe('the signature of an object', () => {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const data = Buffer.from('weights');
  const key = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');

  async function* pieces(): AsyncGenerator<Uint8Array> {
    yield data;
  }

  it('fits the data that it is of, and no other', async () => {
    for (const hashAlgorithm of ['SHA1', 'SHA256'] as const) {
      const signature = await sign(pieces(), hashAlgorithm, privateKey);
      for (const [seen, fits] of [
        [data, true],
        [Buffer.from('Weights'), false],
      ] as const) {
        const check = SignatureCheck.of(metadataOf({ hashAlgorithm, publicKey: key, signature }));
        check?.update(seen);
        assert.equal(check?.fits(), fits);
      }
    }
  });

  it('is none where its algorithm is none, whatever it is called', () => {
    for (const hashAlgorithm of ['', 'sha256', 'MD5', 'constructor', '__proto__', 'toString']) {
      const metadata = metadataOf({ hashAlgorithm, publicKey: key, signature: 'AAAA' });
      assert.equal(SignatureCheck.of(metadata), undefined, hashAlgorithm);
    }
  });

  it('is none where one of algorithm, key and signature is missing, as on the service', () => {
    const whole = { hashAlgorithm: 'SHA256', publicKey: key, signature: 'AAAA' };
    assert.ok(SignatureCheck.of(metadataOf(whole)));
    for (const field of ['hashAlgorithm', 'publicKey', 'signature'])
      assert.equal(SignatureCheck.of(metadataOf({ ...whole, [field]: '' })), undefined, field);
  });
});
