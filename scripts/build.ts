import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import manifest from '../package.json';

/** Makes `dist/`: the libraries and nodes as CommonJS, and beside each node what the editor loads. */
const types = Object.keys(manifest['node-red'].nodes);

rmSync('dist', { recursive: true, force: true });
compile('tsconfig.editor.json');
compile('tsconfig.build.json');
for (const type of types) bringEditorSide(type);

function compile(project: string): void {
  execFileSync(join('node_modules', '.bin', 'tsc'), ['-p', project], { stdio: 'inherit' });
}

/** The editor gets one HTML file a node: its registration as a script, then its dialog. */
function bringEditorSide(type: string): void {
  const source = join('nodes', type);
  const target = join('dist', 'nodes', type);
  mkdirSync(target, { recursive: true });
  const bundle = buildSync({
    entryPoints: [join(source, `${type}.editor.ts`)],
    bundle: true,
    format: 'iife',
    target: 'es2020',
    charset: 'utf8',
    write: false,
  });
  const script = bundle.outputFiles.map(({ text }) => text).join('');
  const dialog = readFileSync(join(source, `${type}.html`), 'utf8');
  writeFileSync(
    join(target, `${type}.html`),
    `<script type="text/javascript">\n${script}</script>\n${dialog}`,
  );
  cpSync(join(source, 'locales'), join(target, 'locales'), { recursive: true });
  const icon = join('icons', `${type}.svg`);
  if (existsSync(icon)) cpSync(icon, join(target, 'icons', `${type}.svg`));
}
