import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import type { Node, NodeAPI, NodeDef } from 'node-red';
import helper from 'node-red-node-test-helper';
import { issueCertificate } from '../../src/local-service/listening/certificate';
import {
  deploy,
  flowOf,
  give,
  next,
  nodes,
  sendingFlow,
  statusesOf,
  wholeFlow,
  withNodeRed,
} from '../support/flow';
import { pkcs12 } from '../support/pkcs12';
import { cloudNode } from '../support/service-nodes';
import { translatorFor } from '../support/texts';
import { until } from '../support/until';

/** Node-RED 5's tls-config with a PFX file; that of Node-RED 4 knows none. */
function tlsConfig(RED: NodeAPI): void {
  function TlsConfig(
    this: Node,
    config: NodeDef & { pfx?: string; passphrase?: string; verify?: boolean },
  ): void {
    RED.nodes.createNode(this, config);
    const { passphrase } = config;
    const addTLSOptions = (options: object): object =>
      Object.assign(options, {
        ...(config.pfx !== undefined && { pfx: Buffer.from(config.pfx, 'base64') }),
        ...(passphrase !== undefined && { passphrase }),
        rejectUnauthorized: config.verify ?? true,
      });
    Object.assign(this, { addTLSOptions });
  }
  RED.nodes.registerType('tls-config', TlsConfig);
}

describe('a PFX file of a tls-config node', () => {
  withNodeRed();
  let folder: string;
  let server: Server;
  let caFile: string;
  let address: string;
  let shown: unknown[];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'edge-sync-test-'));
    caFile = join(folder, 'ca.pem');
    const { certificate: cert, key } = issueCertificate({ commonName: 'css', names: ['127.0.0.1'] });
    await writeFile(caFile, cert);
    shown = [];
    server = createServer(
      { cert, key, requestCert: true, rejectUnauthorized: false },
      (request, response) => {
        const { subject } = (request.socket as TLSSocket).getPeerCertificate();
        shown.push(subject?.CN);
        if (!subject) response.writeHead(403).end();
        else if (request.url === '/api/v1/health') response.end('{"general":{"nodeType":"CSS"}}');
        else response.end('[]');
      },
    );
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    address = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true });
  });

  /** What a sync-query of the registered edges comes to. */
  const ask = async (tls: object): Promise<{ payload?: unknown; error?: { message: string } }> => {
    await helper.unload();
    const flow = wholeFlow(
      [
        { id: 'tls', type: 'tls-config', pfx: pkcs12.toString('base64'), ...tls },
        cloudNode(address, { caFile, tls: 'tls' }),
        {
          id: 'ask',
          type: 'sync-query',
          z: 'tab',
          service: 'css',
          query: 'registered',
          wires: [['answer']],
        },
        { id: 'catch', type: 'catch', z: 'tab', scope: null, wires: [['answer']] },
      ],
      flowOf('answer'),
    );
    await helper.load([tlsConfig, ...nodes], flow);
    const answer = next('answer');
    give('ask', {});
    return answer as ReturnType<typeof ask>;
  };

  it('is shown to the service', async () => {
    assert.deepEqual((await ask({ passphrase: 'hush' })).payload, []);
    assert.deepEqual(Array.from(new Set(shown)), ['client']);
  });

  it('whose passphrase is wrong or missing is named', async () => {
    for (const passphrase of ['wrong', undefined]) {
      const { error } = await ask({ passphrase });
      assert.equal(error?.message, 'The PFX file cannot be used: the passphrase is missing or wrong');
    }
  });
});

describe('a tls-config node that does not verify', () => {
  withNodeRed();

  const texts = ['TLS not verified', 'TLS ungeprüft', 'TLS未検証', 'TLS 未验证'];
  let server: Server;
  let address: string;
  /** What the service answers to a publication. */
  let taken: number;

  beforeEach(async () => {
    taken = 204;
    const { certificate: cert, key } = issueCertificate({ commonName: 'somebody', names: ['elsewhere'] });
    server = createServer({ cert, key }, (request, response) => {
      if (request.method === 'PUT') response.writeHead(taken).end();
      else if (request.url === '/api/v1/health') response.end('{"general":{"nodeType":"CSS"}}');
      else response.end('[]');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  it('shows in the status of each node, whatever else it shows, and never in green', async () => {
    const users = ['sync-in', 'sync-fetch', 'sync-consume', 'sync-out', 'sync-query', 'sync-admin'];
    const load = (url: string): Promise<void> =>
      helper.load(
        [tlsConfig, ...nodes],
        wholeFlow(
          [{ id: 'tls', type: 'tls-config', verify: false }, cloudNode(url, { tls: 'tls' })],
          users.map((type) => ({
            id: type,
            type,
            z: 'tab',
            service: 'css',
            objectTypes: 't',
            query: 'registered',
          })),
        ),
      );
    const shown = (id: string): { fill?: string; text?: string } =>
      (
        helper.getNode(id) as unknown as {
          status: { lastCall?: { args: [{ fill?: string; text?: string }] } };
        }
      ).status.lastCall?.args[0] ?? {};
    await load(`https://${address}`);
    for (const id of users) {
      await until(id, () => /TLS not verified|status\.unverified/.test(shown(id).text ?? ''));
    }
    const sensed = ['sync-in', 'sync-query'];
    give('sync-query', {});
    for (const id of sensed) {
      await until(id, () => /connected|^\d|0, /.test(shown(id).text ?? ''));
      assert.match(shown(id).text ?? '', /, TLS not verified$/);
      assert.notEqual(shown(id).fill, 'green');
    }
    await helper.unload();
    await load(`http://${address}`);
    for (const id of users) assert.doesNotMatch(shown(id).text ?? '', /TLS|unverified/);
  });

  it('that was deleted is used again once it comes back with a deploy of modified nodes, and shown as before', async () => {
    const tls = { id: 'tls', type: 'tls-config', verify: false };
    const ask = { id: 'ask', type: 'sync-query', z: 'tab', service: 'css', query: 'registered' };
    const flow = [
      cloudNode(`https://${address}`, { tls: 'tls' }),
      { ...ask, wires: [['answer']] },
      { id: 'catch', type: 'catch', z: 'tab', scope: null, wires: [['answer']] },
      ...flowOf('answer'),
    ];
    await helper.load([tlsConfig, ...nodes], wholeFlow([tls], flow));
    await deploy(wholeFlow(flow), 'nodes');
    const refused = next('answer');
    give('ask', {});
    assert.match(String(((await refused).error as { message: string }).message), /disabled or gone/);
    const shown = statusesOf('ask');
    await deploy(wholeFlow([tls], flow), 'nodes');
    const answered = next('answer');
    give('ask', {});
    assert.deepEqual((await answered).payload, []);
    await until('it shows so', () =>
      /^0, .*unverified|^0, TLS not verified/.test(String(shown.at(-1)?.text)),
    );
  });

  it('that comes back has what waits in the outbox sent, without another message', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'edge-sync-test-'));
    helper.settings({ syncServiceFolder: folder } as Parameters<typeof helper.settings>[0]);
    const tls = { id: 'tls', type: 'tls-config', verify: false };
    const flow = [
      cloudNode(`https://${address}`, { tls: 'tls' }),
      ...sendingFlow({ whenAway: 'keep', waitFor: 'queued' }),
    ];
    await helper.load([tlsConfig, ...nodes], wholeFlow([tls], flow));
    taken = 503;
    const sent = next('sent');
    give('out', { payload: 'hello' });
    assert.equal((await sent).outcome, 'queued');
    await deploy(wholeFlow(flow), 'nodes');
    const caught = next('caught');
    give('out', { payload: 'refused' });
    assert.match(String(((await caught).error as { message: string }).message), /disabled or gone/);
    taken = 204;
    const shown = statusesOf('out');
    await deploy(wholeFlow([tls], flow), 'nodes');
    await until('it is sent', () => /sent|nobody/.test(JSON.stringify(shown)));
    await helper.unload();
    await rm(folder, { recursive: true });
  });

  it('says so in four languages', () => {
    const said = ['en-US', 'de', 'ja', 'zh-CN'].map((language) =>
      translatorFor(language)('@edge-sync/node-red/sync-service:sync-service.status.unverified'),
    );
    assert.deepEqual(said, texts);
  });
});
