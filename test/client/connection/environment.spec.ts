import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SyncServiceClient, type SyncServiceError } from '../../../src/client';
import { readEdgeEnvironment } from '../../../src/client/connection/environment';
import { serve } from '../../support/server';

describe('the environment of an Open Horizon service', () => {
  let folder: string;
  let device: Record<string, string>;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'edge-sync-test-'));
    device = {
      HZN_ESS_API_PROTOCOL: 'secure-unix',
      HZN_ESS_API_ADDRESS: '/var/run/horizon/essapi.sock',
      HZN_ESS_API_PORT: '0',
      HZN_ESS_AUTH: join(folder, 'auth.json'),
      HZN_ESS_CERT: join(folder, 'cert.pem'),
    };
    await writeFile(join(folder, 'auth.json'), '{"id":"org/svc","token":"hush","version":"1.0.0"}');
    await writeFile(join(folder, 'cert.pem'), 'a certificate');
  });
  afterEach(() => rm(folder, { recursive: true }));

  const failure = (environment: Record<string, string>): string => {
    try {
      readEdgeEnvironment(environment);
    } catch (error) {
      assert.equal((error as SyncServiceError).code, 'SYNC_ENVIRONMENT');
      return (error as Error).message;
    }
    throw new Error('nothing was missing');
  };

  it('names a socket on a device', () => {
    const { options, readIdentity } = readEdgeEnvironment(device);
    assert.equal(options.address, 'secure-unix:///var/run/horizon/essapi.sock');
    assert.deepEqual(readIdentity(), { key: 'org/svc', secret: 'hush', ca: 'a certificate' });
  });

  it('is not waited for where it names a pipe: Node.js would stand still', () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    assert.match(failure({ ...device, HZN_ESS_AUTH: pipe }), /pipe cannot be read \(no regular file\)$/);
  });

  it('names a host in a cluster, in quotes, and folders where secrets are mounted', async () => {
    await mkdir(join(folder, 'ess-auth'));
    await writeFile(join(folder, 'ess-auth', 'auth.json'), '{"id":"a","token":"b"}');
    const { options, readIdentity } = readEdgeEnvironment({
      ...device,
      HZN_ESS_API_PROTOCOL: 'https',
      HZN_ESS_API_ADDRESS: 'agent-service.openhorizon.svc.cluster.local',
      HZN_ESS_API_PORT: '"8443"',
      HZN_ESS_AUTH: join(folder, 'ess-auth'),
      HZN_ESS_CERT: folder,
    });
    assert.equal(options.address, 'https://agent-service.openhorizon.svc.cluster.local:8443');
    assert.deepEqual(readIdentity(), { key: 'a', secret: 'b', ca: 'a certificate' });
  });

  it('that is missing is said whole, not one by one', () => {
    const said = failure({ HZN_ESS_AUTH: join(folder, 'auth.json') });
    assert.match(said, /HZN_ESS_API_PROTOCOL is not set; HZN_ESS_API_ADDRESS is not set/);
    assert.match(said, /HZN_ESS_CERT is not set/);
    assert.doesNotMatch(said, /HZN_ESS_AUTH/);
  });

  it('that cannot be used says what, and never the token', async () => {
    assert.match(failure({ ...device, HZN_ESS_API_PROTOCOL: 'mqtt' }), /not mqtt/);
    assert.match(failure({ ...device, HZN_ESS_CERT: join(folder, 'none.pem') }), /none\.pem.*ENOENT/);
    await writeFile(join(folder, 'auth.json'), '{"token":"hush"}');
    assert.match(failure(device), /auth\.json \(HZN_ESS_AUTH\) must hold/);
    await writeFile(join(folder, 'auth.json'), '{"token":"hush"');
    const said = failure(device);
    assert.match(said, /is not JSON/);
    assert.doesNotMatch(said, /hush/);
  });

  it('is read again, once, when the ESS refuses what it held', async () => {
    let token = 'hush';
    const seen: string[] = [];
    const server = await serve((request, response) => {
      const [, sent = ''] = Buffer.from((request.headers.authorization ?? '').slice(6), 'base64')
        .toString()
        .split(':');
      // The list of the type tells whether the credentials or the object was refused.
      if (request.method === 'PUT') seen.push(`PUT ${sent}`);
      if (sent === token) response.writeHead(204).end();
      else response.writeHead(403).end('Unauthorized');
    }, 'ESS');
    const { hostname, port } = new URL(server.address);
    const client = SyncServiceClient.fromEnvironment({
      environment: {
        ...device,
        HZN_ESS_API_PROTOCOL: 'http',
        HZN_ESS_API_ADDRESS: hostname,
        HZN_ESS_API_PORT: port,
      },
    });
    const object = { objectType: 't', objectID: 'o' };
    await client.markObjectReceived(object);
    token = 'new';
    await assert.rejects(client.markObjectConsumed(object), { code: 'SYNC_UNAUTHORIZED' });
    await writeFile(join(folder, 'auth.json'), '{"id":"org/svc","token":"new"}');
    await Promise.all([client.markObjectConsumed(object), client.markObjectReceived(object)]);
    await client.close();
    await server.close();
    assert.equal(client.kind, 'ESS');
    assert.deepEqual(seen.slice(0, 2), ['PUT hush', 'PUT hush']);
    assert.deepEqual(seen.slice(2).sort(), ['PUT hush', 'PUT hush', 'PUT new', 'PUT new']);
  });
});
