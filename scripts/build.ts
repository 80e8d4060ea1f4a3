import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import manifest from '../package.json';
import { writeCode } from './code';
import { editorSide } from './editor-side';

/**
 * Makes `dist/`: the libraries and nodes as CommonJS in a few files (`code.ts`), and beside each node what the editor loads.
 * Types are checked by `npm test`, not here.
 *
 * With `--public` as it is packed: with the declarations of what is public, and of nothing else, in one file, which fails
 * where something public leans on something that is not.
 */
const types = Object.keys(manifest['node-red'].nodes);

for (const folder of ['dist', '.cache/declarations']) rmSync(folder, { recursive: true, force: true });
writeCode(types);
for (const type of types) bringEditorSide(type);
if (process.argv.includes('--public')) declarePublic();

function declarePublic(): void {
  run('tsc', ['-p', 'tsconfig.declarations.json'], 'inherit');
  // It takes longer than all the rest, and what is public seldom changes.
  const kept = join('.cache', 'public', `${digestOf('.cache/declarations', 'api-extractor.json')}.d.ts`);
  if (!existsSync(kept)) {
    run('api-extractor', ['run'], 'ignore');
    rmSync(dirname(kept), { recursive: true, force: true });
    cpSync(manifest.types, kept);
  }
  // Who compiles against them may have named no types, as is usual since TypeScript 6.
  writeFileSync(manifest.types, `/// <reference types="node" />\n${readFileSync(kept, 'utf8')}`);
}

/** What is in a folder, and in some files, as a few letters. */
function digestOf(folder: string, ...files: readonly string[]): string {
  const hash = createHash('sha256');
  const inFolder = readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
  const paths = [...inFolder.map((name) => join(folder, name)), ...files];
  for (const path of paths) if (statSync(path).isFile()) hash.update(path).update(readFileSync(path));
  return hash.digest('hex').slice(0, 16);
}

function run(command: string, options: readonly string[], output: 'inherit' | 'ignore'): void {
  execFileSync(join('node_modules', '.bin', command), options, { stdio: ['ignore', output, 'inherit'] });
}

function bringEditorSide(type: string): void {
  const target = join('dist', 'nodes', type);
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, `${type}.html`), editorSide(type));
  cpSync(join('nodes', type, 'locales'), join(target, 'locales'), { recursive: true });
  for (const language of readdirSync(join(target, 'locales')))
    compact(join(target, 'locales', language, `${type}.json`));
  const icon = join('icons', `${type}.svg`);
  if (existsSync(icon)) cpSync(icon, join(target, 'icons', `${type}.svg`));
}

/** Nobody reads a catalogue in the package but Node-RED. */
function compact(catalogue: string): void {
  writeFileSync(catalogue, JSON.stringify(JSON.parse(readFileSync(catalogue, 'utf8'))));
}
