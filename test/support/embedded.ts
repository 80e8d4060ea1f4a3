import { createHook } from 'node:async_hooks';
import type { EventEmitter } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Deployed, DeployMode, Flows, Held } from './embedded-node-red';

/**
 * The program that embedded-node-red.ts runs: Node-RED in a process that does nothing else, so that what it holds can be
 * counted.
 */
Error.stackTraceLimit = 30;
/** Also those that hold no process: Node lists only the others. With the place that set them. */
const timers = new Map<number, Error>();
createHook({
  init(id, kind) {
    // Its stack becomes text when somebody reads it: that takes long, and timers are many.
    if (kind === 'Timeout') timers.set(id, new Error());
  },
  destroy(id) {
    timers.delete(id);
  },
}).enable();

/** Nodes of Node-RED that no flow here has, and that bring much with them. */
const unused = [
  ...['10-mqtt', '21-httprequest', '22-websocket', '31-tcpin', '32-udp', '23-watch'],
  ...['70-CSV', '70-HTML', '70-XML', '70-YAML'],
].map((name) => `${name}.js`);

/** They are there from the start: Node makes each when it is first written to, and would hold one more then. */
for (const output of [process.stdout, process.stderr]) output.write('');

const warnings: string[] = [];
process.on('warning', (warning) => warnings.push(String(warning.stack)));

type App = RequestListener & { _router?: { stack: { handle: unknown }[] } };

interface Runtime {
  init(server: object, settings: object): void;
  start(): Promise<void>;
  stop(): Promise<void>;
  readonly events: EventEmitter;
  readonly httpNode: App;
  readonly httpAdmin: App;
  readonly runtime: {
    readonly flows: {
      setFlows(deploy: { flows: Flows; deploymentType: DeployMode }): Promise<unknown>;
      getFlows(options: object): Promise<unknown>;
    };
  };
}

const RED = require('node-red') as Runtime;
const server = createServer((request, response) => RED.httpNode(request, response));

async function start(userDir: string): Promise<string> {
  RED.init(server, {
    userDir,
    flowFile: 'flows.json',
    httpAdminRoot: '/',
    httpNodeRoot: '/',
    credentialSecret: 'test',
    // For function nodes: what they tell reaches whoever started this process.
    functionGlobalContext: { tell: (told: unknown) => process.send?.({ told }) },
    telemetry: { enabled: false },
    // Half of the time that a start takes is theirs.
    nodesExcludes: unused,
    editorTheme: { projects: { enabled: false } },
    logging: { console: { level: 'error', metrics: false, audit: false } },
    ...JSON.parse(process.env.EDGE_SYNC_TEST_SETTINGS ?? '{}'),
  });
  await Promise.all([flowsStarted(), RED.start()]);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function deploy(flows: Flows, deploymentType: DeployMode): Promise<Deployed> {
  const started = flowsStarted();
  let stopping = performance.now();
  RED.events.once('flows:stopping', () => {
    stopping = performance.now();
  });
  const stopped = new Promise<number>((resolve) => {
    RED.events.once('flows:stopped', () => resolve(performance.now()));
  });
  await RED.runtime.flows.setFlows({ flows, deploymentType });
  await started;
  return { closing: (await stopped) - stopping };
}

function flowsStarted(): Promise<void> {
  return new Promise((resolve) => {
    RED.events.once('flows:started', () => resolve());
  });
}

/** The admin interface is served only where a test asks for it: others count what a Node-RED without it holds. */
async function admin(): Promise<string> {
  const adminServer = createServer((request, response) => RED.httpAdmin(request, response));
  adminServer.unref();
  await new Promise<void>((resolve) => adminServer.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(adminServer.address() as AddressInfo).port}`;
}

function held(): Held {
  // A timer of an AbortSignal that nobody has any more goes with it.
  (globalThis as { gc?: () => void }).gc?.();
  return {
    resources: count(process.getActiveResourcesInfo()),
    timers: count(Array.from(timers.values(), placeOf)),
    routes: { node: routesOf(RED.httpNode), admin: routesOf(RED.httpAdmin) },
    listeners: {
      process: listenersOf(process),
      events: listenersOf(RED.events),
      server: listenersOf(server),
      node: listenersOf(RED.httpNode as unknown as EventEmitter),
      admin: listenersOf(RED.httpAdmin as unknown as EventEmitter),
    },
  };
}

function count(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names.toSorted()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

/** The first line of a stack that is not Node's own. */
function placeOf({ stack = '' }: Error): string {
  const lines = stack.split('\n').slice(1);
  const place = lines.find((line) => !line.includes('(node:') && !line.includes(__filename));
  return (place ?? lines.at(-1) ?? '').trim();
}

/** With those of routers within. */
function routesOf(app: App): number {
  const stack = app._router?.stack ?? [];
  const within = stack.map(({ handle }) => routesOf({ _router: handle } as unknown as App));
  return stack.length + within.reduce((sum, each) => sum + each, 0);
}

function listenersOf(emitter: EventEmitter): Record<string, number> {
  const counts = emitter.eventNames().map((name) => [String(name), emitter.listenerCount(name)] as const);
  return Object.fromEntries(counts.toSorted(([a], [b]) => a.localeCompare(b)));
}

const realDate = Date;

/** Sets the clock of this process, as somebody or a time service does. @param by in ms, beside the real time. */
function setClock(by: number): void {
  const now = (): number => realDate.now() + by;
  globalThis.Date = new Proxy(realDate, {
    construct: (target, values: []) => (values.length > 0 ? new target(...values) : new target(now())),
    apply: () => new realDate(now()).toString(),
    get: (target, property) => (property === 'now' ? now : Reflect.get(target, property)),
  });
}

const commands = {
  start,
  admin,
  setClock,
  flows: () => RED.runtime.flows.getFlows({}),
  deploy,
  held,
  warnings: () => warnings,
  async stop() {
    await RED.stop();
    server.close();
    server.closeAllConnections();
  },
};

/** Whoever started it is gone. */
const exit = (): void => process.exit();
process.on('disconnect', exit);

process.on('message', (asked: { id: number; command: keyof typeof commands; values: never[] }) => {
  const { id, command, values } = asked;
  const run = commands[command] as (...values: unknown[]) => unknown;
  new Promise((resolve) => {
    resolve(run(...values));
  }).then(
    (result) =>
      process.send?.({ id, result }, () => {
        if (command !== 'stop') return;
        // Nothing but Node-RED may keep the process running now.
        process.off('disconnect', exit);
        process.disconnect();
      }),
    (error: unknown) => process.send?.({ id, error: String((error as Error).stack ?? error) }),
  );
});
