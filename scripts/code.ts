import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { buildSync, transformSync } from 'esbuild';
import manifest from '../package.json';

/** For the oldest Node.js that `engines` allows. */
const forNode = { platform: 'node', target: `node${manifest.engines.node.replace('>=', '')}` } as const;

/**
 * Writes the code of `dist` as a few files, since a small file costs more to load than to run: those that something
 * outside opens, where their sources stand, and beside them what these share, each module in one file only.
 *
 * What is required when it is used, and not before, is left as it is written: it is a package, or a file of its own.
 */
export function writeCode(types: readonly string[]): void {
  for (const { path, text } of bundle(types)) {
    const code = commonJS(withClasses(text));
    // Node.js finds by its form what a program imports by name.
    write(path, path.endsWith(normalize(manifest.main)) ? code : compact(code));
  }
  // Node-RED opens a file for each node.
  for (const type of types) {
    const code = `require('../common/node-version');\nmodule.exports = require('../common/nodes')['${type}'];\n`;
    write(join('dist', 'nodes', type, `${type}.js`), code);
  }
}

function bundle(types: readonly string[]): readonly { path: string; text: string }[] {
  const nodes = join('.cache', 'nodes.ts');
  const lines = types.map((type) => `export { default as '${type}' } from '../nodes/${type}/${type}';\n`);
  write(nodes, lines.join(''));
  const { outputFiles } = buildSync({
    ...forNode,
    entryPoints: {
      'src/client/index': 'src/client/index.ts',
      'src/local-service/index': 'src/local-service/index.ts',
      'bin/edge-sync': 'bin/edge-sync.ts',
      'nodes/common/node-version': 'nodes/common/node-version.ts',
      'nodes/common/nodes': nodes,
    },
    chunkNames: 'src/shared-[hash]',
    outdir: 'dist',
    write: false,
    bundle: true,
    packages: 'external',
    external: ['../common/node-version'],
    define: { require: 'requireWhenUsed' },
    // Only modules of this kind can share files.
    format: 'esm',
    splitting: true,
  });
  return outputFiles;
}

/** A class is a variable in what comes of `bundle`, and one that names itself has another name in stacks, with a `_`. */
function withClasses(text: string): string {
  const variable = /^var (\w+) = class(?: _\1)?\b/gm;
  const names = new Set(Array.from(text.matchAll(variable), ([, name]) => name));
  return text
    .replace(variable, 'class $1')
    .replace(/\b_([A-Z]\w*)/g, (word, name: string) => (names.has(name) ? name : word));
}

function commonJS(text: string): string {
  const define = { requireWhenUsed: 'require' };
  return transformSync(text, { ...forNode, format: 'cjs', minifySyntax: true, define }).code;
}

/**
 * Takes half as much on a gateway's disk. The names of classes, functions and methods stay, so that a stack still tells
 * where it was; those of variables and of what is private to a class go.
 */
function compact(code: string): string {
  const { code: compacted } = transformSync(code, {
    ...forNode,
    minifyWhitespace: true,
    minifyIdentifiers: true,
    lineLimit: 120,
  });
  return compacted;
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}
