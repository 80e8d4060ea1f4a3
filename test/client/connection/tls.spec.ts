import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { promisify } from 'node:util';
import { type ClientOptions, SyncServiceClient } from '../../../src/client';
import { LocalService } from '../../../src/local-service';
import { issueCertificate } from '../../../src/local-service/listening/certificate';
import { oldPkcs12, pkcs12 } from '../../support/pkcs12';

const organization = 'demo';
const object = { objectType: 't', objectID: 'o' };

describe('a connection', () => {
  let folder: string;
  let services: LocalService[];
  let clients: SyncServiceClient[];

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'edge-sync-test-'));
    services = [];
    clients = [];
  });
  afterEach(async () => {
    await Promise.all(clients.map((client) => client.close()));
    await Promise.all(services.map((service) => service.stop()));
    await rm(folder, { recursive: true });
  });

  const start = async (cloud: { tls?: boolean; socketPath?: string }): Promise<LocalService> => {
    const service = await LocalService.start({ cloud });
    services.push(service);
    return service;
  };
  const client = (options: Pick<ClientOptions, 'address' | 'tls'>): SyncServiceClient => {
    const made = new SyncServiceClient({ organization, key: 'admin@demo', ...options });
    clients.push(made);
    return made;
  };

  for (const scheme of ['http', 'https', 'unix', 'secure-unix'] as const) {
    it(`speaks ${scheme}`, async () => {
      const { cloud } = await start({
        tls: scheme === 'https' || scheme === 'secure-unix',
        ...(scheme.endsWith('unix') && { socketPath: join(folder, 'css.sock') }),
      });
      assert.ok(cloud.address.startsWith(`${scheme}://`));
      const asking = client({ address: cloud.address, tls: { ca: cloud.caCertificate } });
      await asking.publish(object, Buffer.alloc(300_000, 'x'));
      assert.equal((await asking.fetchObjectData(object)).length, 300_000);
    });
  }

  it('trusts the certificate that it is given, as text or as a file, and no other', async () => {
    const { cloud } = await start({ tls: true });
    const { address, caCertificate = '' } = cloud;
    const caFile = join(folder, 'ca.pem');
    await writeFile(caFile, caCertificate);
    await client({ address, tls: { ca: caCertificate } }).getHealth();
    await client({ address, tls: { caFile } }).getHealth();
    await client({ address, tls: { rejectUnauthorized: false } }).getHealth();
    await assert.rejects(client({ address }).getHealth(), { code: 'SYNC_TLS' });
    const other = issueCertificate({ commonName: 'localhost', names: ['127.0.0.1'] });
    await assert.rejects(client({ address, tls: { ca: other.certificate } }).getHealth(), {
      code: 'SYNC_TLS',
    });
  });

  it('refuses a certificate for another name, unless that name is expected', async () => {
    const authority = issueCertificate({ commonName: 'an authority' });
    const { certificate: cert, key } = issueCertificate({
      commonName: 'css.example',
      names: ['css.example'],
      authority,
    });
    const health = JSON.stringify({ general: { nodeType: 'CSS' } });
    const server = createServer({ cert, key }, (_request, response) => response.end(health));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const tls = { ca: authority.certificate };
    await assert.rejects(client({ address, tls }).getHealth(), { code: 'SYNC_TLS' });
    await client({ address, tls: { ...tls, servername: 'css.example' } }).getHealth();
    server.closeAllConnections();
    server.close();
  });

  it('shows its own certificate where it has one', async () => {
    const authority = issueCertificate({ commonName: 'an authority' });
    const own = issueCertificate({ commonName: 'this gateway', authority });
    const { certificate: cert, key } = issueCertificate({
      commonName: 'css',
      names: ['127.0.0.1'],
      authority,
    });
    const shown: string[] = [];
    const server = createServer(
      { cert, key, ca: authority.certificate, requestCert: true, rejectUnauthorized: true },
      (request, response) => {
        shown.push(String((request.socket as TLSSocket).getPeerCertificate().subject.CN));
        response.end(JSON.stringify({ general: { nodeType: 'CSS' } }));
      },
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const tls = { ca: authority.certificate };
    await assert.rejects(client({ address, tls }).getHealth());
    await client({ address, tls: { ...tls, cert: own.certificate, key: own.key } }).getHealth();
    assert.deepEqual(shown, ['this gateway']);
    server.closeAllConnections();
    server.close();
  });

  it('shows the certificate of a PFX file, and says so when its passphrase is wrong', async () => {
    const { certificate: cert, key } = issueCertificate({ commonName: 'css', names: ['127.0.0.1'] });
    const shown: string[] = [];
    const server = createServer(
      { cert, key, requestCert: true, rejectUnauthorized: false },
      (request, response) => {
        shown.push(String((request.socket as TLSSocket).getPeerCertificate().subject.CN));
        response.end(JSON.stringify({ general: { nodeType: 'CSS' } }));
      },
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const tls = { ca: cert, pfx: pkcs12 };
    await client({ address, tls: { ...tls, passphrase: 'hush' } }).getHealth();
    assert.deepEqual(shown, ['client']);
    for (const passphrase of [undefined, 'wrong']) {
      assert.throws(() => client({ address, tls: { ...tls, passphrase } }), {
        code: 'SYNC_INVALID_ARGUMENT',
        message: 'The PFX file cannot be used: the passphrase is missing or wrong',
      });
    }
    server.closeAllConnections();
    server.close();
  });

  it('refuses what it could not use: no certificate in it, a key without its certificate, a pipe', async () => {
    const { certificate, key } = issueCertificate({ commonName: 'one' });
    const other = issueCertificate({ commonName: 'other' });
    const encrypted = createPrivateKey(key).export({
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase: 'hush',
    });
    const files = { key: join(folder, 'key.pem'), pipe: join(folder, 'pipe') };
    await writeFile(files.key, key);
    await promisify(execFile)('mkfifo', [files.pipe]);
    const broken = certificate.replace(/\nMII/, '\nMIIx');
    for (const [tls, message] of [
      [{ caFile: files.key }, /key\.pem has no certificate in it/],
      [{ ca: '' }, /^The CA has no certificate in it/],
      [{ ca: broken }, /^The CA: certificate 1 of 1 in it cannot be read/],
      [{ ca: certificate + broken }, /^The CA: certificate 2 of 2 in it cannot be read/],
      [{ caFile: files.pipe }, /is no regular file: .*pipe/],
      [{ caFile: folder }, /is no regular file/],
      [{ cert: certificate }, /A certificate needs its private key/],
      [{ key }, /a key its certificate/],
      [
        { cert: certificate, key: other.key },
        /The certificate or its private key cannot be used: key values mismatch/,
      ],
      [{ cert: certificate, key: encrypted, passphrase: 'wrong' }, /the passphrase is missing or wrong/],
      [{ cert: certificate, key: encrypted }, /the passphrase is missing or wrong/],
      [{ pfx: Buffer.from('no') }, /The PFX file cannot be used/],
      [{ pfx: oldPkcs12, passphrase: 'hush' }, /encrypted in an old way .* export it anew with AES-256/],
      [{ pfx: oldPkcs12, passphrase: 'wrong' }, /the passphrase is missing or wrong/],
    ] as const) {
      const address = 'https://127.0.0.1:1';
      assert.throws(() => client({ address, tls }), { code: 'SYNC_INVALID_ARGUMENT', message });
    }
  });

  it('reads the certificate anew where it was replaced, in the environment of Open Horizon', async () => {
    const socketPath = join(folder, 'ess.sock');
    const place = { organization, destinationType: 'gateway', destinationID: 'edge1', tls: true, socketPath };
    const first = await LocalService.start({ edges: [place] });
    const files = { auth: join(folder, 'auth.json'), cert: join(folder, 'cert.pem') };
    await writeFile(files.auth, '{"id":"admin@demo","token":"x"}');
    await writeFile(files.cert, first.edges[0]?.caCertificate ?? '');
    const asking = SyncServiceClient.fromEnvironment({
      environment: {
        HZN_ESS_API_PROTOCOL: 'secure-unix',
        HZN_ESS_API_ADDRESS: socketPath,
        HZN_ESS_API_PORT: '0',
        HZN_ESS_AUTH: files.auth,
        HZN_ESS_CERT: files.cert,
      },
    });
    clients.push(asking);
    await asking.publish(object, 'one');
    await first.stop();
    const second = await LocalService.start({ edges: [place] });
    services.push(second);
    await assert.rejects(asking.publish(object, 'two'), { code: 'SYNC_TLS' });
    await writeFile(files.cert, second.edges[0]?.caCertificate ?? '');
    await asking.publish(object, 'two');
    assert.equal(await asking.getObjectStatus(object), 'ready');
  });

  it('says what is missing: a socket, a CA file', async () => {
    const nowhere = `unix://${join(folder, 'none.sock')}`;
    await assert.rejects(client({ address: nowhere }).getHealth(), {
      code: 'SYNC_UNREACHABLE',
      message: /ENOENT/,
    });
    assert.throws(() => client({ address: nowhere, tls: { caFile: join(folder, 'none.pem') } }), {
      code: 'SYNC_INVALID_ARGUMENT',
      message: /none\.pem/,
    });
  });
});
