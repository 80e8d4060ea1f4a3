import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import manifest from '../package.json';
import { editorSide } from './editor-side';

/** Makes `dist/`: the libraries and nodes as CommonJS, and beside each node what the editor loads. */
const types = Object.keys(manifest['node-red'].nodes);

rmSync('dist', { recursive: true, force: true });
compile('tsconfig.editor.json');
compile('tsconfig.build.json');
for (const type of types) bringEditorSide(type);

function compile(project: string): void {
  execFileSync(join('node_modules', '.bin', 'tsc'), ['-p', project], { stdio: 'inherit' });
}

function bringEditorSide(type: string): void {
  const target = join('dist', 'nodes', type);
  mkdirSync(target, { recursive: true });
  writeFileSync(join(target, `${type}.html`), editorSide(type));
  cpSync(join('nodes', type, 'locales'), join(target, 'locales'), { recursive: true });
  const icon = join('icons', `${type}.svg`);
  if (existsSync(icon)) cpSync(icon, join(target, 'icons', `${type}.svg`));
}
