/** The house of CONTRIBUTING.md in a form that a test can hold the code to. */

/** The rooms, from the ground up, each with those that it may know. A file that stands alone is a room of its own. */
export const plan: Readonly<Record<string, readonly string[]>> = {
  'src/system': [],
  'src/protocol': [],
  'src/storage': ['src/system'],
  'src/client': ['src/storage', 'src/protocol', 'src/system'],
  'src/local-service': ['src/storage', 'src/protocol', 'src/system'],
  'src/command': ['src/client', 'src/storage', 'src/protocol', 'src/system'],
  nodes: ['src/client', 'src/local-service', 'src/storage', 'src/protocol', 'src/system'],
  bin: ['src/command', 'src/client', 'src/local-service', 'src/storage', 'src/protocol', 'src/system'],
};

/** The floors of a large room, from the ground up: what stands on one may know all below, and nothing beside it. */
export const floors: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'src/client': [
    ['errors.ts'],
    ['numbers.ts'],
    ['connection'],
    ['objects'],
    ['data', 'administration'],
    ['tracing.ts'],
    ['updates', 'deliveries', 'outbox'],
    ['seams.ts', 'client-options.ts'],
    ['parts.ts'],
    ['client.ts'],
    ['diagnosis.ts'],
    ['index.ts'],
  ],
  'src/local-service': [
    ['roles.ts', 'responses'],
    ['store'],
    ['delivery'],
    ['rest', 'listening'],
    ['index.ts'],
    ['command'],
  ],
  nodes: [
    ['common'],
    ['sync-service'],
    ['sync-in', 'sync-fetch', 'sync-consume', 'sync-out', 'sync-query', 'sync-admin'],
  ],
};

/** Packages that only some files may import. */
export const doorkeepers: Readonly<Record<string, readonly string[]>> = {
  undici: ['src/client/connection/transport.ts'],
};

/** Where time and chance come from; all else takes them from there. */
export const sourceOfTimeAndChance = 'src/system';

export const timeAndChance: readonly RegExp[] = [
  /\bDate\.now\b/,
  /\bnew Date\b\s*(?:\(\s*\)|(?!\s*\())/,
  /(?<![\w$.]|\bnew )Date\(/,
  /\bperformance\.now\b/,
  /\bprocess\.(?:hrtime|uptime)\b/,
  /(?<![\w$.#])(?:globalThis\.)?(?:setTimeout|setInterval|setImmediate)\b/,
  /\bMath\.random\b/,
  /\brandomUUID\b/,
  /\bAbortSignal\.(?:timeout|any)\b/,
];

export const timerModules = ['timers', 'timers/promises'];

export const mostLines = 300;

/** Longer than that, since they are what a reader looks things up in. */
export const longFiles: Readonly<Record<string, string>> = {
  'src/client/client.ts': 'every method of the client, each with its documentation and one line that does it',
};
