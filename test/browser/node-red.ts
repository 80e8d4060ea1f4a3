import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { until } from '../support/until';

/** A real Node-RED with the built package, in a folder of its own. */
export interface RunningNodeRed {
  /** With the admin root, without a slash at its end. */
  url: string;
  /** Where files may be written. */
  folder: string;
  /** Where it runs: relative paths start here. */
  home: string;
  /** What it has logged: warnings and errors. */
  log(): string;
  stop(): Promise<void>;
}

const root = resolve(__dirname, '../..');

/**
 * @param settings more settings for Node-RED, as JSON can hold them.
 * @param environment variables for its flows.
 */
export async function startNodeRed(
  settings: Record<string, unknown> = {},
  environment: NodeJS.ProcessEnv = {},
): Promise<RunningNodeRed> {
  const userDir = await mkdtemp(join(tmpdir(), 'edge-sync-browser-'));
  const modules = join(userDir, 'node_modules', '@edge-sync');
  await mkdir(modules, { recursive: true });
  await symlink(root, join(modules, 'node-red'), 'dir');
  const folder = join(userDir, 'received');
  await mkdir(folder);
  const manifest = { name: 'browser-test', private: true, dependencies: { '@edge-sync/node-red': '*' } };
  await writeFile(join(userDir, 'package.json'), JSON.stringify(manifest));
  const port = await freePort();
  const whole = {
    flowFile: 'flows.json',
    uiHost: '127.0.0.1',
    uiPort: port,
    credentialSecret: 'test',
    editorTheme: { tours: false, projects: { enabled: false } },
    telemetry: { enabled: false },
    logging: { console: { level: 'warn', metrics: false, audit: false } },
    ...settings,
  };
  await writeFile(join(userDir, 'settings.js'), `module.exports = ${JSON.stringify(whole)};\n`);
  const child = spawn(
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
      env: {
        ...process.env,
        EDGE_SYNC_FILE: join(root, 'docs/demo.png'),
        EDGE_SYNC_FOLDER: folder,
        PORT: String(port),
        ...environment,
      },
    },
  );
  const url = `http://127.0.0.1:${port}${String(settings.httpAdminRoot ?? '')}`;
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (text: Buffer) => {
      printed += text.toString();
    });
  }
  const log = (): string => printed;
  await untilItAnswers(child, `${url}/settings`, log);
  return {
    url,
    folder,
    home: userDir,
    log,
    async stop() {
      if (child.exitCode === null && child.kill('SIGINT')) await once(child, 'exit');
      await rm(userDir, { recursive: true, force: true });
    },
  };
}

async function untilItAnswers(child: ChildProcess, url: string, log: () => string): Promise<void> {
  await until(
    'Node-RED answers',
    async () => {
      if (child.exitCode !== null) throw new Error(`Node-RED ended: ${log()}`);
      return fetch(url).then(
        async (response) => {
          await response.arrayBuffer();
          // With adminAuth it answers 401.
          return response.ok || response.status === 401;
        },
        () => false,
      );
    },
    60_000,
  );
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
