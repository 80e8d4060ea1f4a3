import assert from 'node:assert/strict';
import { readdir, readFile, stat } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { EmbeddedNodeRed, type Flows } from '../support/embedded-node-red';
import { ownID, publishingNode } from '../support/publishing-node';
import { until } from '../support/until';
import { makeUserDir, type UserDir } from '../support/user-dir';

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
    await nodeRed.deploy(flowTo(`http://127.0.0.1:${port}`, nodeRed.url), 'full');
    const { url } = nodeRed;
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

    const kept = await filesOf(userDir.path);
    assert.ok(
      kept.some(({ path }) => path.includes('edge-sync')),
      'nothing is kept',
    );
    const places = new Map<string, string>([
      ['what flows were told', told.join('\n')],
      ['what was printed', nodeRed.printed],
      ['answers', answers.join('\n')],
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

function flowTo(address: string, hooks: string): Flows {
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
  return {
    flows: [
      { id: 'tab', type: 'tab', label: 'hunted' },
      ...[
        {
          id: 'css',
          type: 'sync-service',
          connection: 'address',
          side: 'cloud',
          organization: 'demo',
          address,
        },
      ],
      {
        ...{ ...at, id: 'in', type: 'sync-in', objectTypes: 't', interval: '0.2', trigger: 'webhook' },
        ...{ baseURL: hooks, wires: [['answer'], [], []] },
      },
      { ...out, id: 'publish' },
      { ...out, ...signing, id: 'sign' },
      { ...out, id: 'keep', whenAway: 'keep', waitFor: 'queued' },
      { ...at, id: 'query', type: 'sync-query', query: 'registered', wires: [['answer']] },
      ...['publish', 'sign', 'query', 'keep'].map(post),
      { id: 'answer', type: 'http response', statusCode: '', z: 'tab', x: 0, y: 0, wires: [] },
      { id: 'catch', type: 'catch', scope: null, z: 'tab', x: 0, y: 0, wires: [['tell error', 'debug']] },
      { id: 'status', type: 'status', scope: null, z: 'tab', x: 0, y: 0, wires: [['tell status']] },
      tell('error', 'msg.error'),
      tell('status', 'msg.status'),
      { id: 'debug', type: 'debug', console: 'true', complete: 'true', z: 'tab', x: 0, y: 0, wires: [] },
    ],
    credentials: {
      css: { key: 'admin@demo', secret: marked.secret },
      sign: { privateKey: marked.privateKey, passphrase: marked.passphrase },
      in: { hookPath: marked.hookPath },
    },
  };
}
