import assert from 'node:assert/strict';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer as createPlain, type Server } from 'node:http';
import { createServer as createSecure } from 'node:https';
import { type AddressInfo, createServer as createTcp, type Socket, type Server as TcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findings } from '../../src/client/diagnosis';
import { doctor } from '../../src/command/doctor';
import { Output } from '../../src/command/output';
import { LocalService } from '../../src/local-service';
import { issueCertificate } from '../../src/local-service/listening/certificate';
import { type Clock, systemClock } from '../../src/system/clock';
import { runAs, runIn } from '../support/command';

const month = 31 * 86_400_000;
const health = (healthStatus: string): string =>
  JSON.stringify({ general: { nodeType: 'ESS', healthStatus } });
/** Of nobody: root may use every socket. */
const nobody = 65_534;

describe('the doctor', function () {
  this.timeout(120_000);
  let folder: string;
  let service: LocalService;
  /** As a service for development: any key will do. */
  let developing: LocalService;
  let cloud: string;
  let edge: string;
  const servers: (Server | TcpServer)[] = [];
  const sockets: Socket[] = [];
  const told = new Set<string>();

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'edge-sync-doctor-'));
    await chmod(folder, 0o755);
    const place = { organization: 'demo', destinationType: 'gateway', destinationID: 'edge1' };
    const key = {
      key: 'admin@demo',
      secret: 'hush',
      role: 'admin' as const,
      organization: 'demo',
      name: 'admin',
    };
    service = await LocalService.start({ edges: [place], keys: [key] });
    developing = await LocalService.start({ edges: [place] });
    cloud = service.cloud.address;
    edge = service.edges[0]?.address ?? '';
  });
  after(async () => {
    for (const socket of sockets) socket.destroy();
    for (const server of servers) server.close();
    await Promise.all([service.stop(), developing.stop()]);
    await rm(folder, { recursive: true });
  });

  const listen = async (server: Server | TcpServer, to: string | number = 0): Promise<string> => {
    servers.push(server);
    server.on('connection', (socket: Socket) => sockets.push(socket));
    if (typeof to === 'string') server.listen(to);
    else server.listen(to, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    return typeof address === 'string' ? `unix://${address}` : `127.0.0.1:${(address as AddressInfo).port}`;
  };
  const answering = (body: string, status = 200): Server =>
    createPlain((_request, response) => response.writeHead(status, { 'retry-after': '0' }).end(body));
  /** A service with a certificate of its own, in the environment of who trusts it. */
  const secure = async (names: string[], clock: Clock = systemClock): Promise<NodeJS.ProcessEnv> => {
    const { certificate, key } = issueCertificate({ commonName: 'ess', names, clock });
    const ca = join(folder, `ca-${servers.length}.pem`);
    await writeFile(ca, certificate);
    const server = createSecure({ cert: certificate, key }, (_request, response) =>
      response.end(health('green')),
    );
    return { EDGE_SYNC_URL: `https://${await listen(server)}`, EDGE_SYNC_CA: ca };
  };
  const at = (by: number): Clock => ({ ...systemClock, now: () => systemClock.now() + by });
  const file = async (name: string, text: string): Promise<string> => {
    await writeFile(join(folder, name), text);
    return join(folder, name);
  };
  const behindProxy = { EDGE_SYNC_URL: 'https://css.invalid:9443', EDGE_SYNC_ORG: 'demo' };
  const key = { EDGE_SYNC_KEY: 'admin@demo', EDGE_SYNC_SECRET: 'hush' };
  /** What it says; but of a cloud, which is asked by the proxy of a process, without a process for each of so many. */
  const ask = async (
    environment: NodeJS.ProcessEnv,
    ...options: '--json'[]
  ): Promise<{ code: number; results: () => string; output: () => string }> => {
    if (environment.EDGE_SYNC_ORG) {
      const asked = runIn(environment, 'doctor', ...options);
      return { ...asked, code: await asked.code };
    }
    const [results, others]: [string[], string[]] = [[], []];
    const into = (texts: string[]): ConstructorParameters<typeof Output>[1] => ({
      isTTY: false,
      write: (text: string | Uint8Array) => texts.push(String(text)) > 0,
    });
    const output = new Output(options.length > 0, into(results), into(others));
    const code = await doctor({ ...process.env, ...environment }, output);
    return { code, results: () => results.join(''), output: () => [...results, ...others].join('') };
  };
  /** The same, as Open Horizon's agent would give it to a service. */
  const horizonAt = async (
    { EDGE_SYNC_URL: url = '', EDGE_SYNC_CA: ca = '' }: NodeJS.ProcessEnv,
    protocol?: string,
  ): Promise<NodeJS.ProcessEnv> => {
    const [, scheme = '', host = '', port = ''] = /^(\w+):\/\/([\d.a-z]+):(\d+)/.exec(url) ?? [];
    return {
      ...(await horizon()),
      HZN_ESS_API_PROTOCOL: protocol ?? scheme,
      HZN_ESS_API_ADDRESS: host,
      HZN_ESS_API_PORT: port,
      ...(ca && { HZN_ESS_CERT: ca }),
    };
  };
  const horizon = async (): Promise<NodeJS.ProcessEnv> => ({
    EDGE_SYNC_URL: '',
    HZN_ESS_API_PROTOCOL: 'unix',
    HZN_ESS_API_ADDRESS: join(folder, 'essapi.sock'),
    HZN_ESS_AUTH: await file('auth.json', '{"id":"me","token":"hush"}'),
    HZN_ESS_CERT: await file('cert.pem', ''),
  });

  /** What is planted, what is found, and what is said. */
  const faults: [string, () => Promise<NodeJS.ProcessEnv>, string, RegExp][] = [
    ['nothing is set', async () => ({ EDGE_SYNC_URL: '' }), 'invalid', /^Which service\? Set EDGE_SYNC_URL/],
    [
      'HZN_ESS_* is not complete',
      async () => ({ ...(await horizon()), HZN_ESS_AUTH: '' }),
      'invalid',
      /HZN_ESS_AUTH is not set/,
    ],
    [
      'the file of credentials is no JSON',
      async () => ({ ...(await horizon()), HZN_ESS_AUTH: await file('broken.json', 'hush') }),
      'invalid',
      /broken\.json \(HZN_ESS_AUTH\) is not JSON/,
    ],
    [
      'the certificate of Open Horizon is not mounted',
      async () => ({
        ...(await horizon()),
        HZN_ESS_API_PROTOCOL: 'secure-unix',
        HZN_ESS_CERT: join(folder, 'none.pem'),
      }),
      'invalid',
      /none\.pem cannot be read \(ENOENT\)/,
    ],
    [
      'the secret has no key',
      async () => ({ EDGE_SYNC_URL: edge, EDGE_SYNC_SECRET: 'hush' }),
      'invalid',
      /EDGE_SYNC_KEY is not/,
    ],
    [
      'the address has an unknown scheme',
      async () => ({ EDGE_SYNC_URL: 'ftp://css' }),
      'invalid',
      /must start with http:\/\//,
    ],
    [
      'credentials are in the address',
      async () => ({ EDGE_SYNC_URL: 'http://me:hush@css' }),
      'invalid',
      /must not contain cred/,
    ],
    [
      'the address ends in /api/v1',
      async () => ({ EDGE_SYNC_URL: `${edge}/api/v1`, ...key }),
      'notService',
      /ends before \/api\/v1/,
    ],
    [
      'the host is unknown',
      async () => ({ EDGE_SYNC_URL: 'http://nobody.invalid' }),
      'unknownHost',
      /no host of this name/,
    ],
    ['nobody listens', async () => ({ EDGE_SYNC_URL: 'http://127.0.0.1:1' }), 'refused', /Nobody listens/],
    ['there is no socket', horizon, 'noSocket', /no socket at this path/],
    [
      'the host of Open Horizon is unknown',
      () =>
        horizonAt(
          { EDGE_SYNC_URL: 'https://nobody.invalid:1', EDGE_SYNC_CA: join(folder, 'cert.pem') },
          'http',
        ),
      'unknownHost',
      /look at HZN_ESS_API_ADDRESS/,
    ],
    [
      'the certificate of Open Horizon is that of another agent',
      async () => {
        const { EDGE_SYNC_CA: ca } = await secure(['127.0.0.1']);
        return horizonAt({ ...(await secure(['127.0.0.1'])), EDGE_SYNC_CA: ca });
      },
      'certificate',
      /: HZN_ESS_CERT names that of another agent/,
    ],
    [
      'Open Horizon says TLS where there is none',
      async () =>
        horizonAt({ EDGE_SYNC_URL: edge, EDGE_SYNC_CA: (await secure(['a'])).EDGE_SYNC_CA }, 'https'),
      'notTls',
      /HZN_ESS_API_PROTOCOL is http or unix/,
    ],
    [
      'the credentials of Open Horizon are of another agreement',
      () => horizonAt({ EDGE_SYNC_URL: edge }),
      'credentials',
      /the file that HZN_ESS_AUTH names/,
    ],
    [
      'the CA file is not there',
      async () => ({ EDGE_SYNC_URL: 'https://127.0.0.1:1', EDGE_SYNC_CA: join(folder, 'no.pem') }),
      'invalid',
      /CA file cannot be read \(ENOENT\)/,
    ],
    [
      'the CA file holds no certificate',
      async () => ({ EDGE_SYNC_URL: 'https://127.0.0.1:1', EDGE_SYNC_CA: await file('key.pem', 'a key') }),
      'invalid',
      /has no certificate in it/,
    ],
    [
      'the certificate is not trusted',
      async () => ({ ...(await secure(['127.0.0.1'])), EDGE_SYNC_CA: '' }),
      'certificate',
      /name its CA file in EDGE_SYNC_CA/,
    ],
    ['the certificate is for another name', () => secure(['css.example']), 'otherName', /for another name/],
    ['the certificate has expired', () => secure(['127.0.0.1'], at(-month)), 'expired', /has expired/],
    [
      'the certificate is not valid yet',
      () => secure(['127.0.0.1'], at(month)),
      'notYetValid',
      /set this machine's clock/,
    ],
    [
      'https is spoken to a service without TLS',
      async () => ({ EDGE_SYNC_URL: edge.replace('http', 'https') }),
      'notTls',
      /http:\/\//,
    ],
    [
      'http is spoken to a service with TLS',
      async () => {
        const server = answering('Client sent an HTTP request to an HTTPS server.\n', 400);
        return { EDGE_SYNC_URL: `http://${await listen(server)}` };
      },
      'needsTls',
      /https:\/\//,
    ],
    [
      'the connection breaks',
      async () => ({ EDGE_SYNC_URL: `http://${await listen(createTcp((socket) => socket.destroy()))}` }),
      'broken',
      /breaks before anything is answered/,
    ],
    [
      'nobody listens at the proxy',
      async () => ({ ...behindProxy, HTTPS_PROXY: 'http://127.0.0.1:1' }),
      'proxy',
      /through the proxy http:\/\/127\.0\.0\.1:1: ECONNREFUSED/,
    ],
    [
      'the proxy wants a password',
      async () => {
        const proxy = createPlain().on('connect', (_request, socket) =>
          socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n'),
        );
        return { ...behindProxy, HTTPS_PROXY: `http://${await listen(proxy)}` };
      },
      'proxy',
      /the proxy http:\/\/127\.0\.0\.1:\d+ wants a name and a password/,
    ],
    [
      'the secret is wrong',
      async () => ({ EDGE_SYNC_URL: edge, ...key, EDGE_SYNC_SECRET: 'x' }),
      'credentials',
      /refuses key/,
    ],
    [
      'the key is one of another organization, which an edge tells its health',
      async () => ({ EDGE_SYNC_URL: developing.edges[0]?.address, EDGE_SYNC_KEY: 'admin@other' }),
      'credentials',
      /refuses key/,
    ],
    [
      'the organization is wrong',
      async () => ({ EDGE_SYNC_URL: cloud, ...key, EDGE_SYNC_ORG: 'other' }),
      'organization',
      /organization other/,
    ],
    [
      'it is an edge',
      async () => ({ EDGE_SYNC_URL: edge, ...key, EDGE_SYNC_ORG: 'demo' }),
      'isEdge',
      /leave EDGE_SYNC_ORG out/,
    ],
    ['it is a cloud', async () => ({ EDGE_SYNC_URL: cloud, ...key }), 'isCloud', /name its organization/],
    [
      'something else listens',
      async () => ({ EDGE_SYNC_URL: `http://${await listen(answering('<html>'))}` }),
      'notService',
      /no sync service/,
    ],
    [
      'the service is not well',
      async () => ({ EDGE_SYNC_URL: `http://${await listen(answering(health('red')))}` }),
      'notHealthy',
      /not well \(red\)/,
    ],
    [
      'the service is busy',
      async () => ({ EDGE_SYNC_URL: `http://${await listen(answering('', 503))}` }),
      'busy',
      /busy \(503\)/,
    ],
    [
      'the service is silent',
      async () => ({ EDGE_SYNC_URL: `http://${await listen(createTcp(() => undefined))}` }),
      'timeout',
      /does not answer/,
    ],
  ];

  for (const [fault, plant, finding, said] of faults) {
    it(`names it when ${fault}`, async () => {
      const environment = await plant();
      const [asked, people] = await Promise.all([ask(environment, '--json'), ask(environment)]);
      assert.deepEqual([asked.code, people.code], [1, 1], asked.output());
      const found = JSON.parse(asked.results()) as { finding: string };
      assert.equal(found.finding, finding, asked.output());
      assert.match(people.results(), said);
      assert.doesNotMatch(people.output() + asked.output(), /hush|\n\s+at /);
      told.add(found.finding);
    });
  }

  it('names it when the socket is not for this user', async () => {
    const address = await listen(answering(health('green')), join(folder, 'private.sock'));
    await chmod(join(folder, 'private.sock'), 0);
    const user = process.getuid?.() === 0 ? { user: nobody } : {};
    const asked = runAs({ environment: { EDGE_SYNC_URL: address }, ...user }, 'doctor');
    assert.equal(await asked.code, 1);
    assert.match(asked.output(), /may not use the socket/);
  });

  it('says that all is well', async () => {
    for (const [environment, said] of [
      [{ EDGE_SYNC_URL: cloud, ...key, EDGE_SYNC_ORG: 'demo' }, /All is well: the cloud/],
      [{ EDGE_SYNC_URL: edge, ...key }, /All is well: the edge/],
    ] as const) {
      const asked = runIn(environment, 'doctor');
      assert.equal(await asked.code, 0);
      assert.match(asked.output(), said);
    }
  });

  it('has an example here of whatever may be found, but what has no name', () => {
    const known = new Set<string>(['cloud', 'edge', 'socketDenied', 'unreachable', 'other']);
    assert.deepEqual(
      findings.filter((finding) => !told.has(finding) && !known.has(finding)),
      [],
    );
  });
});
