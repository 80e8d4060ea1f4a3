import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

export interface NodeRed {
  init(server: object, settings: object): void;
  start(): Promise<void>;
  readonly httpNode: (request: object, response: object) => void;
  readonly events: { once(event: string, listener: () => void): void };
  readonly runtime: { flows: { setFlows(options: object): Promise<unknown> } };
}

/** What Node-RED does after its start is over, in ms. */
const settling = 8_000;

/**
 * A Node-RED with the built package and a flow, when it has come to rest.
 *
 * @param globals of the context of its function nodes.
 * @param server has the routes of its nodes; without one they have none.
 */
export async function startNodeRed(
  flows: readonly object[],
  globals: object = {},
  server?: Server,
): Promise<NodeRed> {
  const userDir = mkdtempSync(join(tmpdir(), 'edge-sync-bench-'));
  process.on('exit', () => rmSync(userDir, { recursive: true, force: true }));
  const modules = join(userDir, 'node_modules', '@edge-sync');
  await mkdir(modules, { recursive: true });
  await symlink(process.cwd(), join(modules, 'node-red'), 'dir');
  await writeFile(
    join(userDir, 'package.json'),
    JSON.stringify({ name: 'bench', private: true, dependencies: { '@edge-sync/node-red': '*' } }),
  );
  await writeFile(join(userDir, 'flows.json'), JSON.stringify(flows));
  const RED: NodeRed = require('node-red');
  const started = new Promise<void>((resolve) => RED.events.once('flows:started', () => resolve()));
  RED.init(server ?? createServer(), {
    userDir,
    flowFile: 'flows.json',
    httpAdminRoot: false,
    httpNodeRoot: server ? '/' : false,
    credentialSecret: 'bench',
    syncServiceFolder: false,
    telemetry: { enabled: false },
    logging: { console: { level: 'error', metrics: false, audit: false } },
    functionGlobalContext: globals,
  });
  server?.on('request', RED.httpNode);
  await Promise.all([RED.start(), started]);
  await pause(settling);
  return RED;
}
