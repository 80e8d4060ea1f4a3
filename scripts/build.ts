import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import manifest from '../package.json';
import { editorSide } from './editor-side';

/**
 * Makes `dist/`: the libraries and nodes as CommonJS, and beside each node what the editor loads. Types are checked by
 * `npm test`, not here.
 *
 * With `--public` also the declarations of what is public, and of nothing else, in one file; it fails where something
 * public leans on something that is not.
 */
const types = Object.keys(manifest['node-red'].nodes);

for (const folder of ['dist', '.cache/declarations']) rmSync(folder, { recursive: true, force: true });
run('tsc', ['-p', 'tsconfig.build.json'], 'inherit');
for (const type of types) bringEditorSide(type);
if (process.argv.includes('--public')) {
  run('tsc', ['-p', 'tsconfig.declarations.json'], 'inherit');
  run('api-extractor', ['run'], 'ignore');
}

function run(command: string, options: readonly string[], output: 'inherit' | 'ignore'): void {
  execFileSync(join('node_modules', '.bin', command), options, { stdio: ['ignore', output, 'inherit'] });
}

function bringEditorSide(type: string): void {
  const target = join('dist', 'nodes', type);
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, `${type}.html`), editorSide(type));
  cpSync(join('nodes', type, 'locales'), join(target, 'locales'), { recursive: true });
  const icon = join('icons', `${type}.svg`);
  if (existsSync(icon)) cpSync(icon, join(target, 'icons', `${type}.svg`));
}
