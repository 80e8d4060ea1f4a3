import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { freePort } from '../support/ports';
import { until } from '../support/until';
import { makeUserDir } from '../support/user-dir';

/** A real Node-RED with the built package, in a folder of its own. */
export interface RunningNodeRed {
  /** With the admin root, without a slash at its end. */
  url: string;
  /** Where it runs: relative paths start here. */
  home: string;
  /** What it has logged: warnings and errors. */
  log(): string;
  stop(): Promise<void>;
}

const root = resolve(__dirname, '../..');

/** What a Node-RED is made of. */
export interface Runtime {
  /** The program of Node.js. */
  node: string;
  /** The folder of the package node-red. */
  nodeRed: string;
  /** A user directory with this package, of which each Node-RED gets a copy; that of the build unless given. */
  userDir?: string | undefined;
}

/** What runs the tests, unless `test:matrix` says otherwise. */
const usual: Runtime = {
  node: process.env.EDGE_SYNC_TEST_NODE ?? process.execPath,
  nodeRed: process.env.EDGE_SYNC_TEST_NODE_RED ?? join(root, 'node_modules/node-red'),
  userDir: process.env.EDGE_SYNC_TEST_USER_DIR,
};

/**
 * @param settings more settings for Node-RED, as JSON can hold them.
 * @param environment variables for its flows.
 */
export async function startNodeRed(
  settings: Record<string, unknown> = {},
  environment: NodeJS.ProcessEnv = {},
  runtime = usual,
): Promise<RunningNodeRed> {
  const { path: userDir, remove } = await makeUserDir(runtime.userDir);
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
    runtime.node,
    [join(runtime.nodeRed, 'red.js'), '--userDir', userDir, '--settings', join(userDir, 'settings.js')],
    {
      cwd: userDir,
      env: {
        ...process.env,
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
    home: userDir,
    log,
    async stop() {
      if (child.exitCode === null && child.kill('SIGINT')) await once(child, 'exit');
      await remove();
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
