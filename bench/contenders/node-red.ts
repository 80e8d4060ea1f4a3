import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { contend } from '../contender';

/** A Node-RED with the built package and a flow, left to itself for a while. */
void contend(async ({ flows, nodes, seconds }: NodeRedTask) => {
  const userDir = mkdtempSync(join(tmpdir(), 'edge-sync-bench-'));
  process.on('exit', () => rmSync(userDir, { recursive: true, force: true }));
  const modules = join(userDir, 'node_modules', '@edge-sync');
  await mkdir(modules, { recursive: true });
  await symlink(process.cwd(), join(modules, 'node-red'), 'dir');
  await writeFile(
    join(userDir, 'package.json'),
    JSON.stringify({ name: 'bench', private: true, dependencies: { '@edge-sync/node-red': '*' } }),
  );
  await writeFile(
    join(userDir, 'flows.json'),
    JSON.stringify(nodes === undefined ? flows : firstOf(flows, nodes)),
  );
  const RED: Runtime = require('node-red');
  const started = new Promise<void>((resolve) => RED.events.once('flows:started', () => resolve()));
  RED.init(createServer(), {
    userDir,
    flowFile: 'flows.json',
    httpAdminRoot: false,
    httpNodeRoot: false,
    credentialSecret: 'bench',
    syncServiceFolder: false,
    telemetry: { enabled: false },
    logging: { console: { level: 'error', metrics: false, audit: false } },
  });
  await Promise.all([RED.start(), started]);
  await pause(settling);
  return () => pause(seconds * 1_000);
});

interface NodeRedTask {
  flows: { type: string }[];
  /** How many sync-in nodes of the flow are wanted; all unless given. */
  nodes?: number;
  seconds: number;
}

interface Runtime {
  init(server: object, settings: object): void;
  start(): Promise<void>;
  readonly events: { once(event: string, listener: () => void): void };
}

function firstOf(flows: NodeRedTask['flows'], nodes: number): object[] {
  const receiving = flows.filter(({ type }) => type === 'sync-in');
  return flows.filter((each) => !receiving.slice(nodes).includes(each));
}

/** What Node-RED does after its start is over, in ms. */
const settling = 8_000;
