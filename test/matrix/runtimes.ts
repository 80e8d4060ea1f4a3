import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const cache = resolve(__dirname, '../../.cache/matrix');

/** A Node.js and a Node-RED that go together, by their versions; the oldest pair first, the newest last. */
export const pairs: readonly (readonly [node: string, nodeRed: string])[] = [
  ['20', '4.0'],
  ['20', '4.1'],
  ['22', '4.0'],
  ['22', '4.1'],
  ['22', '5.0'],
  ['24', '4.0'],
  ['24', '4.1'],
  ['24', '5.0'],
];

/** The program of a Node.js: the package `node` of npm holds it. */
export async function nodeOf(version: string): Promise<string> {
  return join(await installed(`node@${version}`), 'node', 'bin', 'node');
}

/** The folder of a Node-RED. */
export async function nodeRedOf(version: string): Promise<string> {
  return join(await installed(`node-red@${version}`), 'node-red');
}

/** Where a package is installed, with what it depends on; once. */
async function installed(name: string): Promise<string> {
  const folder = join(cache, name);
  const modules = join(folder, 'node_modules');
  if (existsSync(join(folder, 'done'))) return modules;
  await install(folder, name);
  await writeFile(join(folder, 'done'), '');
  return modules;
}

/** Installs packages in a folder as `npm install` does there. */
export async function install(folder: string, ...names: string[]): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), '{ "name": "test", "private": true }');
  await run('npm', ['install', '--no-audit', '--no-fund', ...names], { cwd: folder });
}
