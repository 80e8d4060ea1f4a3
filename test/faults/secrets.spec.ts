import assert from 'node:assert/strict';
import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { EmbeddedNodeRed, type Flows } from '../support/embedded-node-red';
import { ownID, publishingNode } from '../support/publishing-node';
import { cloudNode } from '../support/service-nodes';
import { until } from '../support/until';
import { makeUserDir, type UserDir } from '../support/user-dir';

interface Socket {
  on(event: 'message' | 'open', listener: (data: unknown) => void): void;
  send(text: string): void;
  close(): void;
}
const Comms = require('ws') as new (url: string) => Socket;

/** Each can be found wherever it turns up. */
const marked = {
  secret: 'MARKED-s3cr3t/with+signs',
  privateKey: '-----BEGIN PRIVATE KEY-----\nTUFSS0VELWtleQ==\n-----END PRIVATE KEY-----',
  passphrase: 'MARKED-passphrase',
  hookPath: 'c0ffee'.repeat(8),
};
const forms = [
  marked.secret,
  encodeURIComponent(marked.secret),
  JSON.stringify(marked.secret).slice(1, -1),
  Buffer.from(`admin@demo:${marked.secret}`).toString('base64'),
  'TUFSS0VELWtleQ',
  marked.passphrase,
  marked.hookPath,
];

describe('secrets of a Node-RED, hunted in all that it says, keeps and answers', function () {
  this.timeout(300_000);
  let userDir: UserDir;
  let nodeRed: EmbeddedNodeRed | undefined;
  let service: Server;
  const told: string[] = [];
  let status = 500;

  before(async () => {
    // What the worst service does: it repeats whatever it was sent, and fails.
    service = createServer((request, response) => {
      if (request.url === '/api/v1/health') {
        response.end('{"general":{"nodeType":"CSS","healthStatus":"green"},"dbHealth":{}}');
        return;
      }
      if (request.url?.endsWith('/data')) {
        // The line breaks each time: what has come stays beside the file.
        response.writeHead(200).write(Buffer.alloc(1_500_000), () => response.destroy());
        return;
      }
      const { authorization = '' } = request.headers;
      const clear = Buffer.from(authorization.replace('Basic ', ''), 'base64').toString();
      let body = '';
      request.on('data', (piece) => {
        body += piece;
      });
      request.on('end', () => {
        const repeated = [authorization, clear, encodeURIComponent(clear.split(':')[1] ?? ''), body];
        response.writeHead(status, { 'x-echo': authorization }).end(`failed: ${repeated.join(' | ')}`);
      });
    });
    await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
    userDir = await makeUserDir();
    const settings = JSON.stringify({ syncServiceMetrics: 'node', logging: { console: { level: 'trace' } } });
    nodeRed = await EmbeddedNodeRed.start({ EDGE_SYNC_TEST_SETTINGS: settings }, userDir, (text) =>
      told.push(JSON.stringify(text)),
    );
  });
  after(async () => {
    await nodeRed?.kill();
    service.close();
    service.closeAllConnections();
    await userDir.remove();
  });

  const heard = (what: string, least: number): Promise<boolean> =>
    until(`${least} times ${what}`, () => told.filter((each) => each.includes(what)).length >= least, 60_000);

  it('are nowhere but in the encrypted credentials', async () => {
    assert.ok(nodeRed);
    const { port } = service.address() as AddressInfo;
    const fetched = join(userDir.path, 'fetched');
    await mkdir(fetched);
    const { url } = nodeRed;
    const comms: string[] = [];
    const socket = new Comms(`${url.replace('http', 'ws')}/comms`);
    socket.on('message', (data) => comms.push(String(data)));
    const opened = new Promise((resolve) => socket.on('open', resolve));
    await opened;
    for (const topic of ['status/#', 'debug', 'notification/#'])
      socket.send(JSON.stringify({ subscribe: topic }));
    await nodeRed.deploy(flowTo(`http://127.0.0.1:${port}`, url, fetched), 'full');
    const asked = async (path: string): Promise<string> =>
      (await fetch(`${url}${path}`, { method: 'POST' })).text();
    const answers: string[] = [];
    for (status of [500, 400, 403, 404, 200]) {
      answers.push(...(await Promise.all(['/publish', '/sign', '/query', '/keep'].map(asked))));
    }
    await heard('"what":"status"', 5);
    await heard('"what":"error"', 15);
    answers.push(await (await fetch(`${url}/edge-sync/metrics`)).text());
    assert.match(answers.at(-1) ?? '', /edge_sync/);
    const admin = await adminAnswers(await nodeRed.admin(), `http://127.0.0.1:${port}`);
    void asked('/fetch');
    const parts = async (): Promise<boolean> =>
      (await filesOf(fetched)).some(({ path }) => path.endsWith('/data'));
    await until('a part of a download is there', parts);
    await until('the editor heard of statuses and of what was debugged', () =>
      ['status/', 'debug'].every((topic) => comms.some((each) => each.includes(`"topic":"${topic}`))),
    );
    socket.close();

    const kept = await filesOf(userDir.path);
    assert.ok(
      kept.some(({ path }) => path.includes('edge-sync')),
      'nothing is kept',
    );
    const places = new Map<string, string>([
      ['what flows were told', told.join('\n')],
      ['what was printed', nodeRed.printed],
      ['answers', answers.join('\n')],
      ['answers to the editor', admin.join('\n')],
      ['what the editor heard', comms.join('\n')],
      ['the flows that the editor gets', JSON.stringify(await nodeRed.flows())],
      ['arguments of the process', await readFile(`/proc/${nodeRed.pid}/cmdline`, 'utf8')],
      ...kept.map(({ path, text }) => [path, text] as const),
    ]);
    const found = [...places].flatMap(([place, text]) =>
      forms.filter((form) => text.includes(form)).map((form) => `${form} in ${place}: ${around(text, form)}`),
    );
    assert.deepEqual(found, []);
  });

  it('and nothing that is kept on the disk is for anybody else on the computer', async () => {
    const kept = (await filesOf(userDir.path)).filter(({ path }) => path.includes('/edge-sync/'));
    assert.ok(
      kept.some(({ path }) => path.includes('outbox')),
      'an outbox',
    );
    assert.ok(
      kept.some(({ path }) => !path.includes('outbox')),
      'a journal',
    );
    for (const { path } of kept) assert.equal((await stat(path)).mode & 0o077, 0, path);
  });
});

/** What Node-RED answers to an editor that knows of the stored secret, but not what it is. */
async function adminAnswers(admin: string, address: string): Promise<string[]> {
  const settings = { connection: 'address', side: 'cloud', organization: 'demo', address };
  const draft = { id: 'css', settings, credentials: { key: 'admin@demo', secret: '__PWRD__' } };
  const suggestion = { what: 'objectTypes' };
  const headers = { 'content-type': 'application/json' };
  const posts: [string, unknown][] = [
    ['test', draft],
    ['suggestions', { draft, suggestion }],
    ['edges', { draft, suggestion }],
  ];
  const asked = [
    ...['/flows', '/settings', '/credentials/sync-service/css', '/credentials/sync-out/sign'],
    ...['/sync-service/css/suggestions?what=objectTypes', '/sync-service/css/edges'],
  ].map((path) => fetch(`${admin}${path}`, { headers: { accept: 'application/json' } }));
  const posted = posts.map(([path, body]) =>
    fetch(`${admin}/sync-service/${path}`, { method: 'POST', headers, body: JSON.stringify(body) }),
  );
  const answers = await Promise.all([...asked, ...posted]);
  for (const { status, url } of answers) assert.ok([200, 502].includes(status), `${url}: ${status}`);
  return Promise.all(answers.map((answer) => answer.text()));
}

function around(text: string, form: string): string {
  const at = text.indexOf(form);
  return text.slice(Math.max(0, at - 200), at + 100);
}

interface Kept {
  path: string;
  text: string;
}

async function filesOf(folder: string): Promise<Kept[]> {
  const names = (await readdir(folder, { recursive: true, withFileTypes: true })).filter(
    (entry) => entry.isFile() && !entry.parentPath.includes('node_modules'),
  );
  return Promise.all(
    names.map(async ({ parentPath, name }) => {
      const path = join(parentPath, name);
      return { path, text: await readFile(path, 'latin1') };
    }),
  );
}

function flowTo(address: string, hooks: string, folder: string): Flows {
  const at = { z: 'tab', x: 0, y: 0, service: 'css' };
  const tell = (what: string, of: string): Flows['flows'][number] => ({
    ...{ id: `tell ${what}`, type: 'function', z: 'tab', x: 0, y: 0, outputs: 1 },
    func: `global.get('tell')({ what: '${what}', of: ${of} }); msg.payload = msg.error ?? msg.payload; return msg.res ? msg : null;`,
    wires: [['answer']],
  });
  const post = (path: string): Flows['flows'][number] => ({
    ...{ id: `post ${path}`, type: 'http in', url: `/${path}`, method: 'post', z: 'tab', x: 0, y: 0 },
    wires: [[path]],
  });
  const out = {
    ...{ ...at, ...publishingNode('t'), ...ownID, destination: 'all', waitFor: 'published' },
    wires: [['answer']],
  };
  const signing = { signingKey: '', signingKeyType: 'stored' };
  const known = '"objectSize": 3000000, "dataID": "1795470914231361270", "instanceID": "1795470914231361270"';
  return {
    flows: [
      { id: 'tab', type: 'tab', label: 'hunted' },
      cloudNode(address),
      {
        ...{ ...at, id: 'in', type: 'sync-in', objectTypes: 't', interval: '0.2', trigger: 'webhook' },
        ...{ baseURL: hooks, wires: [['answer'], [], []] },
      },
      { ...out, id: 'publish' },
      { ...out, ...signing, id: 'sign' },
      { ...out, id: 'keep', whenAway: 'keep', waitFor: 'queued' },
      { ...at, id: 'query', type: 'sync-query', query: 'registered', wires: [['answer']] },
      {
        ...{ ...at, id: 'fetch', type: 'sync-fetch', output: 'file', folder, folderType: 'str' },
        ...{ object: `{"objectType": "t", "objectID": "part", ${known}}`, objectType: 'jsonata' },
        wires: [['answer']],
      },
      ...['publish', 'sign', 'query', 'keep', 'fetch'].map(post),
      { id: 'answer', type: 'http response', statusCode: '', z: 'tab', x: 0, y: 0, wires: [] },
      { id: 'catch', type: 'catch', scope: null, z: 'tab', x: 0, y: 0, wires: [['tell error', 'debug']] },
      { id: 'status', type: 'status', scope: null, z: 'tab', x: 0, y: 0, wires: [['tell status']] },
      tell('error', 'msg.error'),
      tell('status', 'msg.status'),
      {
        id: 'debug',
        type: 'debug',
        active: true,
        tosidebar: true,
        console: 'true',
        complete: 'true',
        z: 'tab',
        x: 0,
        y: 0,
        wires: [],
      },
    ],
    credentials: {
      css: { key: 'admin@demo', secret: marked.secret },
      sign: { privateKey: marked.privateKey, passphrase: marked.passphrase },
      in: { hookPath: marked.hookPath },
    },
  };
}
