import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** Starts Node-RED with these nodes, the example flow and the local service, in a folder that is removed afterwards. */
const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const ports = {
  editor: Number(process.env.PORT ?? 1880),
  cloud: Number(process.env.EDGE_SYNC_LOCAL_CSS_PORT ?? 9580),
  edge: Number(process.env.EDGE_SYNC_LOCAL_ESS_PORT ?? 9583),
};
const patience = 60_000;

for (const port of Object.values(ports)) await refuseTakenPort(port);

const userDir = await mkdtemp(join(tmpdir(), 'edge-sync-demo-'));
const folder = join(userDir, 'received');
await prepare();
const nodeRed = spawn(
  process.execPath,
  [
    join(root, 'node_modules/node-red/red.js'),
    '--userDir',
    userDir,
    '--settings',
    join(userDir, 'settings.js'),
  ],
  {
    cwd: userDir,
    stdio: 'inherit',
    env: {
      ...process.env,
      EDGE_SYNC_FILE: join(root, 'docs/demo.png'),
      EDGE_SYNC_FOLDER: folder,
      EDGE_SYNC_LOCAL_CSS_PORT: String(ports.cloud),
      EDGE_SYNC_LOCAL_ESS_PORT: String(ports.edge),
    },
  },
);
const ended = once(nodeRed, 'exit');
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => nodeRed.kill(signal));
void announce();
const [code] = await ended;
await rm(userDir, { recursive: true, force: true });
process.exit(code ?? 0);

async function prepare() {
  const modules = join(userDir, 'node_modules', '@edge-sync');
  await mkdir(modules, { recursive: true });
  await mkdir(folder);
  await symlink(root, join(modules, 'node-red'), 'dir');
  await cp(join(root, 'examples/cloud to edge.json'), join(userDir, 'flows.json'));
  const settings = {
    flowFile: 'flows.json',
    uiHost: '127.0.0.1',
    uiPort: ports.editor,
    credentialSecret: 'demo',
    editorTheme: { tours: false, projects: { enabled: false } },
    telemetry: { enabled: false },
    logging: { console: { level: 'warn', metrics: false, audit: false } },
  };
  await writeFile(join(userDir, 'settings.js'), `module.exports = ${JSON.stringify(settings, null, 2)};\n`);
  const manifest = { name: 'edge-sync-demo', private: true, dependencies: { '@edge-sync/node-red': '*' } };
  await writeFile(join(userDir, 'package.json'), JSON.stringify(manifest));
}

async function announce() {
  const deadline = Date.now() + patience;
  const urls = [`http://127.0.0.1:${ports.editor}/`, health(ports.cloud), health(ports.edge)];
  for (const url of urls) {
    while (!(await answers(url))) {
      if (Date.now() > deadline) return console.error(`Nothing answers at ${url}`);
      await pause(200);
    }
  }
  console.log(`Node-RED               http://127.0.0.1:${ports.editor}`);
  console.log(`local cloud (CSS)      http://127.0.0.1:${ports.cloud}  organization demo`);
  console.log(`local edge (ESS)       http://127.0.0.1:${ports.edge}  gateway/edge1`);
  console.log(`files arrive in        ${folder}`);
  console.log('Ready. Ctrl-C stops it.');
}

function health(port) {
  return `http://127.0.0.1:${port}/api/v1/health`;
}

async function answers(url) {
  return fetch(url).then(
    async (response) => {
      await response.arrayBuffer();
      return true;
    },
    () => false,
  );
}

async function refuseTakenPort(port) {
  const probe = createServer();
  probe.listen(port, '127.0.0.1');
  try {
    await once(probe, 'listening');
  } catch (error) {
    console.error(error.code === 'EADDRINUSE' ? `Port ${port} is in use` : `Port ${port}: ${error.message}`);
    process.exit(1);
  }
  probe.close();
  await once(probe, 'close');
}
