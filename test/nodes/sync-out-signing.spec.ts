import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import helper from 'node-red-node-test-helper';
import { clientOf } from '../support/clients';
import { nodes, sendingFlow, services, wholeFlow, withNodeRed } from '../support/flow';
import { rsa } from '../support/keys';
import { failure, send, str } from '../support/sending';

function publicKeyOf(pem: string): string {
  return createPublicKey(createPrivateKey(pem)).export({ type: 'spki', format: 'der' }).toString('base64');
}

describe('sync-out', () => {
  withNodeRed();

  describe('signs', () => {
    const { privateKey } = rsa;
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    const locked = privateKey
      .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'open' })
      .toString();
    const publicKey = publicKeyOf(pem);
    let folder = '';
    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'edge-sync-test-'));
      await writeFile(join(folder, 'key.pem'), pem);
      await writeFile(join(folder, 'locked.pem'), locked);
      process.env.PIPE = join(folder, 'pipe');
      execFileSync('mkfifo', [process.env.PIPE]);
    });
    after(async () => {
      delete process.env.PIPE;
      await rm(folder, { recursive: true });
    });

    const stored = { signingKey: '', signingKeyType: 'stored' };
    const load = (fields: object, credentials: Record<string, string>): Promise<void> =>
      helper.load(nodes, wholeFlow(services, sendingFlow(fields)), { out: credentials });

    for (const [what, credentials] of [
      ['', { privateKey: pem }],
      [' that has a passphrase', { privateKey: locked, passphrase: 'open' }],
      [' that came in one line from the environment', { privateKey: pem.replaceAll('\n', '\\n') }],
    ] as const) {
      it(`with the stored key${what}`, async () => {
        await load(stored, credentials);
        const { object } = await send();
        assert.equal(object.publicKey, publicKey);
        const data = await (await clientOf('css')).fetchObjectData(object, { trustedKeys: [publicKey] });
        assert.equal(String(data), 'hello');
      });
    }

    it('with the key of a file', async () => {
      await load(str({ signingKey: join(folder, 'key.pem') }), {});
      assert.equal((await send()).object.publicKey, publicKey);
      await helper.unload();
      await load({ signingKey: 'key', signingKeyType: 'msg' }, { passphrase: 'open' });
      const { object } = await send({ payload: 'hello', key: join(folder, 'locked.pem') });
      assert.equal(object.publicKey, publicKey);
    });

    for (const [what, fields, credentials, reason] of [
      ['is not stored', stored, {}, /^There is no stored private key to sign with: enter it in this node$/],
      ['is none', stored, { privateKey: `${pem.slice(0, 60)} broken` }, /^The private key cannot be read/],
      [
        'has another passphrase',
        stored,
        { privateKey: locked, passphrase: 'x' },
        /private key cannot be read/,
      ],
      ['is a file that is not there', str({ signingKey: '/nowhere.pem' }), {}, /ENOENT.*nowhere/],
      ['is a named pipe', { signingKey: 'PIPE', signingKeyType: 'env' }, {}, /pipe is no regular file$/],
      ['is a device', str({ signingKey: '/dev/zero' }), {}, /is no regular file$/],
      [
        'is not in the message',
        { signingKey: 'key', signingKeyType: 'msg' },
        {},
        /must be the path of a file/,
      ],
      ['stands in the flow', str({ signingKey: pem }), {}, /keep keys with the credentials$/],
    ] as const) {
      it(`nothing, and sends nothing, where the key ${what}`, async () => {
        await load(fields, credentials);
        const { code, message } = await failure();
        assert.equal(code, 'SYNC_INVALID_ARGUMENT');
        assert.match(message, reason);
        assert.ok(!message.includes(pem.split('\n')[1] ?? ''), 'the message is without the key');
        assert.deepEqual(await (await clientOf('css')).listObjectTypes(), []);
      });
    }

    it('nothing where none is wanted, though a key is stored', async () => {
      await load({ signingKeyType: 'none' }, { privateKey: pem });
      assert.equal((await send()).object.publicKey, '');
    });
  });
});
