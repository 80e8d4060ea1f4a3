import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { name } from '../../package.json';
import type { Runtime } from '../browser/node-red';
import { heapOfPolling, heapOfRequests } from '../support/heap';
import { OpenHorizon } from '../support/horizon';
import { pack, packedArchive } from '../support/packed';
import { tryPair } from './pair';
import { install, nodeOf, nodeRedOf, pairs } from './runtimes';

const help = `The packed package in fresh user directories of Node-RED: all nodes load, all examples do their job.

npm run test:matrix -- [options]

  --short        with the Node.js and the Node-RED that are installed here, without asking a registry
  --pair 22/4.1  that one alone; may be given several times
  --no-browser   leave out the editor in Chromium on the oldest and the newest pair
  --no-heap      leave out what the heap of each Node.js keeps of 100,000 requests and a day of polling
`;

const root = resolve(__dirname, '../..');
/** Node-RED 5 has one itself. */
const darkTheme = 'midnight-red';
const darkThemePackage = '@node-red-contrib-themes/midnight-red@2.2.3';
/** In bytes, of a request or a poll. */
const mostOnTheHeap = 30;

let failed = false;

function tell(what: string, failures: readonly string[], begun: number): void {
  const seconds = Math.round((Date.now() - begun) / 1_000);
  console.log(`${failures.length === 0 ? 'ok    ' : 'FAILED'} ${what} (${seconds} s)`);
  for (const failure of failures) console.log(`       ${failure}`);
  if (failures.length > 0) failed = true;
}

async function short(horizon: OpenHorizon): Promise<void> {
  const packed = await pack();
  const dependencies = { [name]: '*' };
  await writeFile(join(packed.folder, 'package.json'), JSON.stringify({ name: 'test', dependencies }));
  const begun = Date.now();
  const runtime = {
    node: process.execPath,
    nodeRed: join(root, 'node_modules/node-red'),
    userDir: packed.folder,
  };
  try {
    tell(`Node.js ${process.version}, the Node-RED of this folder`, await tryPair(runtime, horizon), begun);
  } finally {
    await packed.remove();
  }
}

async function whole(horizon: OpenHorizon, chosen: readonly string[], browser: boolean): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'edge-sync-matrix-'));
  try {
    const tarball = await packedArchive(folder);
    for (const [index, [node, nodeRed]] of pairs.entries()) {
      if (chosen.length > 0 && !chosen.includes(`${node}/${nodeRed}`)) continue;
      const userDir = join(folder, `${node}-${nodeRed}`);
      const isEnd = index === 0 || index === pairs.length - 1;
      const inEditor = browser && isEnd;
      const theme = nodeRed.startsWith('4.') ? darkTheme : 'dark';
      await install(userDir, tarball, ...(inEditor && theme === darkTheme ? [darkThemePackage] : []));
      const runtime = { node: await nodeOf(node), nodeRed: await nodeRedOf(nodeRed), userDir };
      const begun = Date.now();
      tell(`Node.js ${node}, Node-RED ${nodeRed}`, await tryPair(runtime, horizon), begun);
      if (!inEditor) continue;
      const what = `the editor: Node.js ${node}, Node-RED ${nodeRed}`;
      await inBrowser(runtime, what, {});
      const inTheDark = { EDGE_SYNC_TEST_THEME: theme };
      await inBrowser(runtime, `${what}, in the dark`, inTheDark, '--grep', 'hinders anybody: en-US');
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function inBrowser(
  { node, nodeRed, userDir }: Runtime,
  what: string,
  variables: NodeJS.ProcessEnv,
  ...more: string[]
): Promise<void> {
  const begun = Date.now();
  const environment = {
    EDGE_SYNC_TEST_NODE: node,
    EDGE_SYNC_TEST_NODE_RED: nodeRed,
    EDGE_SYNC_TEST_USER_DIR: userDir,
  };
  const mocha = spawn('npx', ['mocha', '--config', 'test/browser/mocharc.json', ...more], {
    cwd: root,
    env: { ...process.env, ...environment, ...variables },
    stdio: 'inherit',
  });
  const [code] = await once(mocha, 'exit');
  tell(what, code === 0 ? [] : ['see above'], begun);
}

async function heaps(versions: Iterable<string>): Promise<void> {
  for (const version of versions) {
    const begun = Date.now();
    const node = await nodeOf(version);
    const request = await heapOfRequests(100_000, node);
    const { bytes: poll, polls } = await heapOfPolling(1, node);
    const failures = request < mostOnTheHeap && poll < mostOnTheHeap ? [] : ['it grows'];
    const what = `${request} bytes kept of each of 100,000 requests, ${poll} of each of ${polls} polls`;
    tell(`the heap of Node.js ${version}: ${what}`, failures, begun);
  }
}

async function run(): Promise<void> {
  const { values } = parseArgs({
    options: {
      short: { type: 'boolean', default: false },
      pair: { type: 'string', multiple: true, default: [] },
      'no-browser': { type: 'boolean', default: false },
      'no-heap': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return console.log(help);
  const horizon = await OpenHorizon.start();
  try {
    if (values.short) return await short(horizon);
    await whole(horizon, values.pair, !values['no-browser']);
  } finally {
    await horizon.stop();
  }
  const versions = pairs.filter((pair) => values.pair.length === 0 || values.pair.includes(pair.join('/')));
  if (!values['no-heap']) await heaps(new Set(versions.map(([node]) => node)));
}

run().then(
  () => {
    process.exitCode = failed ? 1 : 0;
  },
  (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  },
);
