import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import manifest from '../../package.json';
import { filesIn } from '../house/code';

const root = resolve(__dirname, '..', '..');
const nodes = Object.values(manifest['node-red'].nodes);

const script = `
const load = require('node:module').createRequire(${JSON.stringify(join(root, 'package.json'))});
const loaded = {};
const note = (name) => { loaded[name] = Object.keys(load.cache); };
for (const file of ${JSON.stringify(nodes)}) load('./' + file);
note('nodes');
const { SyncServiceClient } = load('./${manifest.main}');
note('library');
void new SyncServiceClient({ address: 'http://127.0.0.1:9' }).close();
note('client');
load('./dist/src/local-service');
note('localService');
console.log(JSON.stringify(loaded));
`;

/** What is loaded after a step, from the root of the package. */
type Loaded = Record<'nodes' | 'library' | 'client' | 'localService', string[]>;

describe('what was built', () => {
  const isOurs = (file: string): boolean => file.startsWith('dist/');
  let loaded: Loaded;

  before(() => {
    const said = JSON.parse(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' })) as Loaded;
    const fromRoot = (files: string[]): string[] => files.map((file) => relative(root, file));
    loaded = Object.fromEntries(
      Object.entries(said).map(([step, files]) => [step, fromRoot(files)]),
    ) as Loaded;
  });

  const added = (step: keyof Loaded, before: keyof Loaded): string[] =>
    loaded[step].filter((file) => !loaded[before].includes(file));

  it('is a few files where the nodes are loaded, and nothing of others', () => {
    assert.deepEqual(
      loaded.nodes.filter((file) => !isOurs(file)),
      [],
    );
    assert.ok(loaded.nodes.length <= nodes.length + 6, loaded.nodes.join('\n'));
  });

  it('has the library at hand once the nodes are loaded, and never twice', () => {
    assert.deepEqual(added('library', 'nodes'), [manifest.main]);
  });

  it('loads undici for a client, and nothing of ours any more', () => {
    const files = added('client', 'library');
    assert.ok(files.some((file) => file.endsWith('undici/index.js')));
    assert.deepEqual(files.filter(isOurs), []);
  });

  it('loads the local service when it is used', () => {
    assert.ok(!loaded.client.includes('dist/src/local-service/index.js'));
    // Its face, and what is behind it.
    assert.ok(added('localService', 'client').length > 1);
  });

  it('has each class once, under its own name', () => {
    const classes = (text: string): string[] =>
      Array.from(text.matchAll(/(?:^|[;}\s])class ([A-Z]\w*)/g), ([, name = '']) => name);
    const sources = filesIn('src', 'nodes', 'bin').filter(({ path }) => !path.endsWith('.editor.ts'));
    const written = sources.flatMap(({ text }) => classes(text.replace(/\/\*[\s\S]*?\*\//g, '')));
    const names = readdirSync(join(root, 'dist'), { recursive: true, encoding: 'utf8' });
    const built = names
      .filter((name) => name.endsWith('.js'))
      .flatMap((name) => classes(readFileSync(join(root, 'dist', name), 'utf8')));
    assert.ok(built.length > 100);
    const countOf = (list: readonly string[], name: string): number =>
      list.filter((each) => each === name).length;
    assert.deepEqual(
      built.filter((name) => countOf(built, name) > countOf(written, name)),
      [],
    );
  });
});
